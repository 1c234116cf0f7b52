using System.Buffers;
using System.Text;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

public sealed class SipMessageTests
{
    private static readonly SipRequest _subscribe = Sample.Request(Sample.Subscribe);

    [Fact]
    public void Via_lines_lying_apart_are_read_in_order()
    {
        Assert.Equal(
            [
                "SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK5A1E0C77.0123ABCD4567EF89;branched=FALSE;ms-internal-info=\"ab;c,d\"",
                "SIP/2.0/TLS 10.0.0.9:50311;ms-received-port=50311;ms-received-cid=2F4100",
            ],
            Sample.Strings(_subscribe.All(SipHeaderId.Via)));
    }

    [Fact]
    public void Tags_are_found_beside_epid_in_any_order()
    {
        Assert.Equal("77b1c02d4e", _subscribe.FromTag);
        Assert.Equal("", _subscribe.ToTag);
        Assert.Equal("y", NameAddress.TryRead("<sip:a@b>;epid=1;tag=y", out var address) ? address.Tag : null);
    }

    [Fact]
    [Clause("RFC3261", "7.3.1")]
    public void Lists_are_one_list_whether_on_one_line_or_many()
    {
        Assert.Equal(["com.microsoft.autoextend", "ms-benotify", "eventlist"], Sample.Strings(_subscribe.All(SipHeaderId.Supported)));
        Assert.True(_subscribe.Lists(SipHeaderId.Supported, "MS-benotify"u8));
        Assert.True(_subscribe.Lists(SipHeaderId.Accept, "application/pidf+xml"u8));
        Assert.False(_subscribe.Lists(SipHeaderId.Accept, "application/pidf"u8));
    }

    [Fact]
    public void Unknown_header_keeps_spelling_place_and_text()
    {
        Assert.Equal("kept   as is", Sample.Text(_subscribe.First("ms-unheard-of"u8)));
        Assert.Equal("Ms-Unheard-Of", Sample.Text(_subscribe.HeaderAt(_subscribe.HeaderCount - 2).Name));
    }

    [Fact]
    public void Contact_of_lync_has_a_valueless_gruu_and_an_opaque()
    {
        Assert.True(_subscribe.TryContact(out var contact));
        Assert.True(contact.Uri.Parameters.TryGet("gruu", out var gruu));
        Assert.Equal("", gruu);
        Assert.Equal("user:epid:AbCdEfGhIjKlMnOp_illusAAA", contact.Uri.Parameters.Get("opaque"));
        Assert.Equal("sip:bo@contoso.example;opaque=user:epid:AbCdEfGhIjKlMnOp_illusAAA;gruu", contact.UriText);
    }

    [Fact]
    [Clause("RFC3261", "8.2.6.2")]
    [Clause("RFC3261", "12.1.1")]
    public void Response_echoes_via_record_route_and_addresses_byte_for_byte()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = SipWriter.ResponseTo(output, _subscribe, 200, toTag: "gw3f9a");
        writer.Header(SipHeaderId.Expires, 3600u);
        writer.End();

        var expected = """
            SIP/2.0 200 OK
            Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK5A1E0C77.0123ABCD4567EF89;branched=FALSE;ms-internal-info="ab;c,d"
            Via: SIP/2.0/TLS 10.0.0.9:50311;ms-received-port=50311;ms-received-cid=2F4100
            Record-Route: <sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus;ms-route-sig=aaZ9illus>
            Record-Route: <sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr>;tag=00AA
            From: "Bo Example"<sip:bo@contoso.example>;tag=77b1c02d4e;epid=b84a59c035
            To: <sip:juliet@jabber.example>;epid=46c4b2d3ac;tag=gw3f9a
            Call-ID: 5d0f4a7c9b3e4d3c8a1f2e6b7c8d9e0f
            CSeq: 1 SUBSCRIBE
            Expires: 3600
            Content-Length: 0


            """;
        Assert.Equal(expected.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Line_break_in_a_value_cannot_start_a_header()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = SipWriter.Request(output, SipMethod.Message, "sip:a@b");
        writer.Header(SipHeaderId.Subject, "x\r\nVia: SIP/2.0/TLS evil");
        writer.End();

        Assert.Contains("Subject: x  Via: SIP/2.0/TLS evil\r\n", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }
}
