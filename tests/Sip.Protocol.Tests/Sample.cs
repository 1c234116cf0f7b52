using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests;

/// <summary>Messages in the Microsoft dialect with invented names, and short ways to read them.</summary>
internal static class Sample
{
    public const string Subscribe = """
        SUBSCRIBE sip:juliet@jabber.example SIP/2.0
        Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK5A1E0C77.0123ABCD4567EF89;branched=FALSE;ms-internal-info="ab;c,d"
        Max-Forwards: 67
        Content-Length: 4
        Via: SIP/2.0/TLS 10.0.0.9:50311;ms-received-port=50311;ms-received-cid=2F4100
        Record-Route: <sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus;ms-route-sig=aaZ9illus>
        Record-Route: <sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr>;tag=00AA
        From: "Bo Example"<sip:bo@contoso.example>;tag=77b1c02d4e;epid=b84a59c035
        To: <sip:juliet@jabber.example>;epid=46c4b2d3ac
        Call-ID: 5d0f4a7c9b3e4d3c8a1f2e6b7c8d9e0f
        CSeq: 1 SUBSCRIBE
        Contact: <sip:bo@contoso.example;opaque=user:epid:AbCdEfGhIjKlMnOp_illusAAA;gruu>
        User-Agent: UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)
        Event: presence
        Accept: application/msrtc-event-categories+xml, text/xml+msrtc.pidf, application/pidf+xml
        Supported: com.microsoft.autoextend
        Supported: ms-benotify
        Ms-Unheard-Of:  kept   as is
        Supported: eventlist

        body
        """;

    public const string Message = """
        MESSAGE sip:gw.jabber.example:5061;transport=tls SIP/2.0
        Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK5A1E0C77.0123ABCD4567EF89;branched=FALSE
        Max-Forwards: 67
        Via: SIP/2.0/TLS 10.0.0.9:50311;ms-received-port=50311;ms-received-cid=2F4100
        From: "Bo Example"<sip:bo@contoso.example>;tag=9d5c2a38ba;epid=b84a59c035
        To: <sip:juliet@jabber.example>;tag=gw3f9a
        Call-ID: ce9b1d0e2f3a4b5c8d7e6f5a4b3c2d1e
        CSeq: 2 MESSAGE
        Supported: ms-dialog-route-set-update
        Supported: timer
        Content-Type: text/plain; charset=UTF-8
        Content-Length: 13

        See you at 3?
        """;

    public static byte[] Wire(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static SipMessage Read(string text)
    {
        var reason = SipParser.TryRead(Wire(text), SipLimits.Default, out var message);
        Assert.Equal(SipReason.None, reason);
        return message!;
    }

    public static SipRequest Request(string text) => Assert.IsType<SipRequest>(Read(text));

    public static SipResponse Response(string text) => Assert.IsType<SipResponse>(Read(text));

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    public static List<string> Strings(SipHeaderValues values)
    {
        var list = new List<string>();
        foreach (var value in values) list.Add(Text(value));
        return list;
    }
}
