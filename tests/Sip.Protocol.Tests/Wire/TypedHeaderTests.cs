using System.Text;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

public sealed class TypedHeaderTests
{
    [Theory]
    [InlineData("\"Bo Example\"<sip:bo@contoso.example>;tag=9d5c2a38ba;epid=b84a59c035", "Bo Example", "9d5c2a38ba", "b84a59c035")]
    [InlineData("\"Bo Example\"<sip:bo@contoso.example>;epid=b84a59c035;tag=9D5C", "Bo Example", "9D5C", "b84a59c035")]
    [InlineData("<sip:bo@contoso.example>;epid=46c4b2d3ac", null, null, "46c4b2d3ac")]
    [InlineData("sip:bo@contoso.example;tag=x", null, "x", null)]
    [InlineData("Bo Example <sip:bo@contoso.example> ; tag = x", "Bo Example", "x", null)]
    [InlineData("\"a, \\\"b\\\" <c>\" <sip:bo@contoso.example>;tag=x", "a, \"b\" <c>", "x", null)]
    [InlineData("\"Zoë\"<sip:bo@contoso.example>", "Zoë", null, null)]
    [InlineData("\"\"<sip:bo@contoso.example>;tag=x", "", "x", null)]
    [InlineData("sip:bo@contoso.example;note=\"<sip:eve@evil.example>\";tag=x", null, "x", null)]
    public void Name_address_is_read(string text, string? name, string? tag, string? epid)
    {
        Assert.True(NameAddress.TryRead(text, out var address));
        Assert.Equal((name, tag, epid, "bo"), (address.DisplayName, address.Tag, address.Epid, address.Uri.User));
        Assert.Equal(tag ?? "", Sample.Text(NameAddress.TagOf(Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"open <sip:a@b>")]
    [InlineData("\"x\"")]
    [InlineData("\"x\" y <sip:a@b>")]
    [InlineData("Bell, A <sip:a@b>")]
    [InlineData("<sip:a@b")]
    [InlineData("<sip:a@b> junk")]
    [InlineData("< sip:a@b>")]
    [InlineData("sip:a@b?x=y")]
    [InlineData("<sip:a@b>;;tag=x")]
    [InlineData("<sip:a@b>;tag=\"x")]
    [InlineData("<>")]
    public void Malformed_name_address_is_refused(string text)
    {
        Assert.False(NameAddress.TryRead(text, out _));
        Assert.False(NameAddress.IsValid(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Asserted_identity_with_two_values_and_an_upper_case_scheme_is_split()
    {
        var request = Sample.Request(Sample.Message.Replace(
            "Supported: timer", "P-Asserted-Identity: \"Bo, E\"<sip:bo@contoso.example>,<TEL:+15550100>", StringComparison.Ordinal));

        var values = Sample.Strings(request.All(SipHeaderId.PAssertedIdentity));
        Assert.Equal(["\"Bo, E\"<sip:bo@contoso.example>", "<TEL:+15550100>"], values);
        Assert.True(NameAddress.TryRead(values[1], out var phone));
        Assert.Equal("tel", phone.Uri.Scheme);
    }

    [Theory]
    [InlineData("SIP/2.0/TLS 192.0.2.7:50112;ms-received-port=50112;ms-received-cid=3E8A00", "192.0.2.7:50112", null)]
    [InlineData("SIP/2.0/TLS Gw.Jabber.Example;branch=z9hG4bKa", "gw.jabber.example", "z9hG4bKa")]
    [InlineData("SIP  / 2.0 / TCP   [2001:db8::1] : 5060 ;branch=z9hG4bKa", "[2001:db8::1]:5060", "z9hG4bKa")]
    [InlineData("SIP/2.0/TLS h;ms-internal-info=\"a;branch=no\";branch=z9hG4bKb", "h", "z9hG4bKb")]
    public void Via_is_read(string text, string sentBy, string? branch)
    {
        Assert.True(Via.TryRead(Encoding.UTF8.GetBytes(text), out var via));
        Assert.Equal((sentBy, branch), (via.SentBy, via.Branch));
        Assert.Equal(branch ?? "", Sample.Text(Via.BranchOf(Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData("SIP/3.0/TLS host")]
    [InlineData("SIP/2.0 host")]
    [InlineData("SIP/2.0/TLS")]
    [InlineData("SIP/2.0/TLS host:x")]
    [InlineData("SIP/2.0/TLS host;;branch=1")]
    public void Malformed_via_is_refused(string text) => Assert.False(Via.IsValid(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("active;expires=3540", "active", null, 3540u)]
    [InlineData("Terminated ; reason=Rejected", "Terminated", "Rejected", null)]
    [InlineData("pending", "pending", null, null)]
    public void Subscription_state_is_read(string text, string state, string? reason, uint? expires)
    {
        Assert.True(SubscriptionStateHeader.TryRead(Encoding.UTF8.GetBytes(text), out var header));
        Assert.Equal((state, reason, expires), (header.State, header.Reason, header.ExpiresSeconds));
    }

    [Theory]
    [InlineData("1034;reason=\"Previous hop federated peer did not report diagnostic information\";Domain=\"x\"", 1034, "Previous hop federated peer did not report diagnostic information")]
    [InlineData("52063; source=\"h\"; reason=\"Unsupported session description\"", 52063, "Unsupported session description")]
    [InlineData("13004.7; reason=\"a \\\"b\\\"\"", 13004, "a \"b\"")]
    public void Diagnostics_are_read_in_any_order(string text, int id, string reason)
    {
        Assert.True(MsDiagnostics.TryRead(Encoding.UTF8.GetBytes(text), out var diagnostics));
        Assert.Equal((id, reason), (diagnostics.Id, diagnostics.Reason));
    }

    [Theory]
    [InlineData("text/plain; charset=UTF-8; ms-body=SGVsbG8=")]
    [InlineData("text/plain;charset=UTF-8;msgr=WAAtAE0A;ms-body=SGVsbG8")]
    public void Embedded_first_message_is_decoded(string text)
    {
        Assert.True(MsTextFormat.TryRead(Encoding.UTF8.GetBytes(text), out var format));
        Assert.Equal("Hello", Encoding.UTF8.GetString(format.Body));
        Assert.Equal("UTF-8", format.Type.Charset);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain;ms-body=!!!!")]
    [InlineData("text/plain;ms-body=S")]
    public void Embedded_message_that_is_not_base64_is_left_alone(string text) => Assert.False(MsTextFormat.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Warning_of_a_content_filter_is_read()
    {
        Assert.True(WarningHeader.TryRead("309 lcs.contoso.example \"Message contents not allowed\""u8, out var warning));
        Assert.Equal(new WarningHeader(309, "lcs.contoso.example", "Message contents not allowed"), warning);
        Assert.Equal("309 lcs.contoso.example \"Message contents not allowed\"", warning.ToString());
    }

    [Theory]
    [InlineData("application/pidf+xml", true)]
    [InlineData("application/*", true)]
    [InlineData("*/*;q=0.1", true)]
    [InlineData("text/xml+msrtc.pidf, Application/PIDF+xml", true)]
    [InlineData("text/plain", false)]
    [InlineData("", false)]
    [Clause("RFC3261", "20.1")]
    public void Accept_decides_the_format(string accept, bool allowed)
    {
        var request = Sample.Request(Sample.Message.Replace("Supported: timer", "Accept: " + accept, StringComparison.Ordinal));

        Assert.Equal(allowed, AcceptList.Allows(request, "application/pidf+xml", whenAbsent: true));
    }

    [Theory]
    [InlineData("v", SipHeaderId.Via)]
    [InlineData("CONTENT-type", SipHeaderId.ContentType)]
    [InlineData("subscription-state", SipHeaderId.SubscriptionState)]
    [InlineData("history-info", SipHeaderId.HistoryInfo)]
    [InlineData("Ms-Text-Format", SipHeaderId.MsTextFormat)]
    [InlineData("ms-diagnostics-PUBLIC", SipHeaderId.MsDiagnosticsPublic)]
    [InlineData("call-id", SipHeaderId.CallId)]
    [InlineData("x-unheard-of", SipHeaderId.Other)]
    [Clause("RFC3261", "7.3.3")]
    public void Header_names_are_known_in_any_case_and_compact(string name, SipHeaderId id) => Assert.Equal(id, SipHeaders.Read(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Every_header_id_reads_back_from_its_own_name()
    {
        foreach (var id in Enum.GetValues<SipHeaderId>())
            if (id != SipHeaderId.Other) Assert.Equal(id, SipHeaders.Read(id.Utf8Name()));
    }
}
