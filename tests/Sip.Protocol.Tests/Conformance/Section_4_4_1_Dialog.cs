using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Conformance;

/// <summary>RFC 6665 §4.4.1: the dialog of a subscription may be made by its NOTIFY.</summary>
[Clause("RFC6665", "4.4.1")]
public sealed class Section_4_4_1_Dialog
{
    private const string Notify = """
        NOTIFY sip:gw.jabber.example:5061;transport=tls SIP/2.0
        Via: SIP/2.0/TLS 203.0.113.10:5061;branch=z9hG4bK5A1E
        Record-Route: <sip:sip.contoso.example:5061;transport=tls;lr;ms-route-sig=aa>;tag=1
        Record-Route: <sip:pool.contoso.example;lr>
        From: <sip:bo@contoso.example>;tag=theirs;epid=1
        To: <sip:juliet@jabber.example>;tag=ours
        Call-ID: c1
        CSeq: 41 NOTIFY
        Contact: <sip:bo@contoso.example;gruu>
        Event: presence
        subscription-state: active;expires=3600
        Content-Length: 0


        """;

    [Fact]
    public void Notify_BeforeTheAnswer_MakesTheSameDialogAsTheAnswer()
    {
        var own = new OwnHop("gw.jabber.example");
        Assert.Equal(SipReason.None, Dialog.TryEstablishByNotify(Sample.Request(Notify), localCSeq: 1, own, out var byNotify));
        var answer = """
            SIP/2.0 200 OK
            Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bKx
            Record-Route: <sip:pool.contoso.example;lr>
            Record-Route: <sip:sip.contoso.example:5061;transport=tls;lr;ms-route-sig=aa>
            Record-Route: <sip:gw.jabber.example:5061;transport=tls;lr>
            From: <sip:juliet@jabber.example>;tag=ours
            To: <sip:bo@contoso.example>;tag=theirs;epid=1
            Call-ID: c1
            CSeq: 1 SUBSCRIBE
            Contact: <sip:bo@contoso.example;gruu>
            Content-Length: 0


            """;
        Assert.Equal(SipReason.None, Dialog.TryEstablish(Sample.Response(answer), own, out var byAnswer));

        Assert.Equal(byAnswer with { RemoteCSeq = 41 }, byNotify);
    }

    [Fact]
    public void Notify_SubscriptionStateInLowerCase_IsRead()
    {
        Assert.True(SubscriptionStateHeader.TryRead(Sample.Request(Notify).First(SipHeaderId.SubscriptionState), out var state));
        Assert.True(state.IsActive);
    }
}
