using Load.Sip;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>IM from SIP to XMPP: page mode, or inside conversations opened with INVITE before the run.</summary>
internal sealed class MessageToXmpp(Ends ends, int pairs, bool inSessions) : Scenario(inSessions ? "im SIP>XMPP session" : "im SIP>XMPP page", ends)
{
    private readonly Order order = new(pairs);
    private readonly Template[] pages = [.. Enumerable.Range(0, pairs).Select(i => ends.Sip.PageMessage(i, SipUser(i), XmppUser(i), Padding))];
    private IReadOnlyList<SipSession> sessions = [];

    public override async Task PrepareAsync()
    {
        if (inSessions) sessions = await Ends.Sip.OpenSessionsAsync([.. Enumerable.Range(0, pairs).Select(i => (SipUser(i), XmppUser(i)))], Padding);
    }

    public override string Remark => string.Join("; ", ((string[])[base.Remark, order.Remark]).Where(r => r.Length > 0));

    public override void Send(long sequence)
    {
        var pair = (int)(sequence % pairs);
        if (inSessions) sessions[pair].Send(Ends.Sip.QueueOf(pair), sequence);
        else pages[pair].WriteTo(Ends.Sip.QueueOf(pair), sequence);
    }

    public override void Flush() => Ends.Sip.Flush();

    public override void OnXmppMessage(long mark)
    {
        order.Seen((int)(mark % pairs), mark);
        Pump?.Delivered(mark);
    }
}
