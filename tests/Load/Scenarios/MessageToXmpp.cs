using Load.Sip;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>IM from SIP to XMPP: page mode, or inside conversations opened with INVITE before the run.</summary>
internal sealed class MessageToXmpp(Ends ends, int pairs, bool inSessions) : MessageScenario(inSessions ? "im SIP>XMPP session" : "im SIP>XMPP page", ends, pairs)
{
    private readonly Template[] pages = [.. Enumerable.Range(0, pairs).Select(i => ends.Sip.PageMessage(i, SipUser(i), ends.XmppUser(i), Padding))];
    private IReadOnlyList<SipSession> sessions = [];

    public override async Task PrepareAsync()
    {
        if (inSessions) sessions = await Ends.Sip.OpenSessionsAsync([.. Enumerable.Range(0, Pairs).Select(i => (SipUser(i), Ends.XmppUser(i)))], Padding);
        await base.PrepareAsync();
    }

    public override void Flush() => Ends.Sip.Flush();

    public override void OnXmppMessage(long mark) => Arrived(mark);

    protected override void Write(int pair, long mark)
    {
        if (inSessions) sessions[pair].Send(Ends.Sip.QueueOf(pair), mark);
        else pages[pair].WriteTo(Ends.Sip.QueueOf(pair), mark);
    }
}
