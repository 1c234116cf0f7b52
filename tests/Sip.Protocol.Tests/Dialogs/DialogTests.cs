using System.Buffers;
using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Dialogs;

public sealed class DialogTests
{
    private static readonly OwnHop _own = new("gw.jabber.example");

    private const string InviteAnswer = """
        SIP/2.0 200 OK
        Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bKabc
        Record-Route: <sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr>;tag=0F0E
        Record-Route: <sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus>;ms-rrsig=XYZ
        Record-Route: <sip:GW.jabber.example:5061;transport=tls;lr>
        From: <sip:juliet@jabber.example>;tag=ours
        To: "Bo Example"<sip:bo@contoso.example>;epid=b84a59c035;tag=theirs
        Call-ID: c1
        CSeq: 1 INVITE
        Contact: <sip:bo@contoso.example;opaque=user:epid:AbC;gruu>
        Content-Length: 0


        """;

    [Fact]
    [Clause("RFC3261", "12.1.1")]
    [Clause("RFC3261", "12.2.1.1")]
    public void Notify_in_a_dialog_we_accepted_replays_the_routes_byte_for_byte()
    {
        Assert.Equal(SipReason.None, Dialog.TryAccept(Sample.Request(Sample.Subscribe), "gw3f9a", _own, out var dialog));
        dialog = Dialog.Advance(dialog);
        var output = new ArrayBufferWriter<byte>();
        var writer = Dialog.StartRequest(output, dialog, SipMethod.Notify, "z9hG4bK-gw-71c2", _own);
        writer.End();

        var expected = """
            NOTIFY sip:bo@contoso.example;opaque=user:epid:AbCdEfGhIjKlMnOp_illusAAA;gruu SIP/2.0
            Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bK-gw-71c2
            Route: <sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus;ms-route-sig=aaZ9illus>
            Route: <sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr>
            Max-Forwards: 70
            From: <sip:juliet@jabber.example>;epid=46c4b2d3ac;tag=gw3f9a
            To: "Bo Example"<sip:bo@contoso.example>;tag=77b1c02d4e;epid=b84a59c035
            Call-ID: 5d0f4a7c9b3e4d3c8a1f2e6b7c8d9e0f
            CSeq: 1 NOTIFY
            Contact: <sip:gw.jabber.example:5061;transport=tls>
            Content-Length: 0


            """;
        Assert.Equal(expected.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    [Clause("RFC3261", "12.1.2")]
    public void A_dialog_we_started_has_the_routes_backwards_without_our_own()
    {
        Assert.Equal(SipReason.None, Dialog.TryEstablish(Sample.Response(InviteAnswer), _own, out var dialog));

        Assert.Equal(
            [
                "sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus",
                "sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr",
            ],
            dialog.RouteSet);
        Assert.Equal(new DialogId("c1", "ours", "theirs"), dialog.Id);
        Assert.Equal("\"Bo Example\"<sip:bo@contoso.example>;epid=b84a59c035;tag=theirs", dialog.RemoteHeader);
    }

    // RFC 3261 §12.2.1.1
    [Fact]
    [Clause("RFC3261", "12.2.1.1")]
    public void A_strict_router_becomes_the_request_uri_and_the_target_the_last_route()
    {
        var dialog = new DialogState
        {
            Id = new("c", "l", "r"), LocalHeader = "<sip:a@b>;tag=l", RemoteHeader = "<sip:c@d>;tag=r", RemoteTarget = "sip:c@host", LocalCSeq = 5,
            RouteSet = ["sip:strict.example", "sip:loose.example;lr"],
        };
        var output = new ArrayBufferWriter<byte>();
        Dialog.StartRequest(output, dialog, SipMethod.Bye, "z9hG4bK1", _own).End();
        var request = Sample.Request(Encoding.UTF8.GetString(output.WrittenSpan));

        Assert.Equal("sip:strict.example", request.UriText);
        Assert.Equal(["<sip:loose.example;lr>", "<sip:c@host>"], Sample.Strings(request.All(SipHeaderId.Route)));
    }

    [Theory]
    [InlineData(1u, SipReason.CSeqOutOfOrder)]
    [InlineData(2u, SipReason.CSeqOutOfOrder)]
    [InlineData(3u, SipReason.None)]
    [InlineData(900u, SipReason.None)]
    [Clause("RFC3261", "12.2.2")]
    public void Numbers_never_go_back_and_gaps_are_legal(uint number, SipReason expected)
    {
        var dialog = new DialogState
        {
            Id = new("c", "l", "r"), LocalHeader = "", RemoteHeader = "", RemoteTarget = "sip:old@host", RemoteCSeq = 2,
        };
        var request = Sample.Request(Sample.Message.Replace("CSeq: 2", $"CSeq: {number}", StringComparison.Ordinal));

        Assert.Equal(expected, Dialog.TryReceive(dialog, request, out var next));
        Assert.Equal(expected == SipReason.None ? number : 2u, next.RemoteCSeq);
    }

    [Fact]
    [Clause("RFC3261", "12.2")]
    public void A_target_refresh_moves_the_target_and_other_requests_do_not()
    {
        var dialog = new DialogState { Id = new("c", "l", "r"), LocalHeader = "", RemoteHeader = "", RemoteTarget = "sip:old@host" };
        var subscribe = Sample.Request(Sample.Subscribe);
        var message = Sample.Request(Sample.Message.Replace("Supported: timer", "Contact: <sip:evil@192.0.2.1>", StringComparison.Ordinal));

        Dialog.TryReceive(dialog, subscribe, out var moved);
        Dialog.TryReceive(dialog, message, out var stayed);

        Assert.Equal("sip:bo@contoso.example;opaque=user:epid:AbCdEfGhIjKlMnOp_illusAAA;gruu", moved.RemoteTarget);
        Assert.Equal("sip:old@host", stayed.RemoteTarget);
    }

    [Fact]
    public void The_stored_document_gives_the_same_dialog_back()
    {
        Dialog.TryEstablish(Sample.Response(InviteAnswer), _own, out var dialog);
        dialog = dialog with { RemoteCSeq = 17, LocalCSeq = 4000 };
        var document = DialogDocument.Write(dialog);

        Assert.Equal(SipReason.None, DialogDocument.TryRead(document, out var again));
        Assert.Equal(dialog, again);
    }

    [Theory]
    [InlineData("{\"f\":2}", SipReason.StoredFormatUnknown)]
    [InlineData("{\"f\":1}", SipReason.StoredDocumentInvalid)]
    [InlineData("{", SipReason.StoredDocumentInvalid)]
    [InlineData("[]", SipReason.StoredDocumentInvalid)]
    public void A_document_of_another_format_or_damaged_is_refused_by_reason(string document, SipReason expected) =>
        Assert.Equal(expected, DialogDocument.TryRead(Encoding.UTF8.GetBytes(document), out _));

    [Fact]
    public void A_dialog_over_16_KiB_is_not_stored()
    {
        Dialog.TryEstablish(Sample.Response(InviteAnswer), _own, out var dialog);

        Assert.Null(DialogDocument.Write(dialog with { RouteSet = [new string('r', DialogDocument.BytesMax)] }));
    }

    [Fact]
    public void Own_numbers_continue_at_a_reserved_block_and_never_go_back()
    {
        var dialog = new DialogState { Id = new("c", "l", "r"), LocalHeader = "", RemoteHeader = "", RemoteTarget = "", LocalCSeq = 1500 };

        Assert.Equal(2001u, Dialog.Advance(Dialog.ContinueAt(dialog, 2000)).LocalCSeq);
        Assert.Equal(1501u, Dialog.Advance(Dialog.ContinueAt(dialog, 1000)).LocalCSeq);
    }
}
