using Load.Sip;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>IM in both directions at once, for endurance: even numbers go from SIP to XMPP in conversations, odd ones the other way between other users.</summary>
internal sealed class MessageBothWays(Ends ends, int pairs) : Scenario("im both ways", ends)
{
    private readonly Order order = new(2 * pairs);
    private readonly Template[] messages = [.. Enumerable.Range(0, pairs).Select(i => Xmpp.XmppEnd.ChatMessage(ends.XmppUser(i), SipUser(i), Padding))];
    private IReadOnlyList<SipSession> sessions = [];

    public override async Task PrepareAsync() =>
        sessions = await Ends.Sip.OpenSessionsAsync([.. Enumerable.Range(pairs, pairs).Select(i => (SipUser(i), Ends.XmppUser(i)))], Padding);

    public override string Remark => string.Join("; ", ((string[])[base.Remark, order.Remark]).Where(r => r.Length > 0));

    public override void Send(long sequence)
    {
        var pair = (int)(sequence / 2 % pairs);
        if (sequence % 2 == 0) sessions[pair].Send(Ends.Sip.QueueOf(pair), sequence);
        else messages[pair].WriteTo(Ends.Xmpp.Queue, sequence);
    }

    public override void Flush()
    {
        Ends.Sip.Flush();
        Ends.Xmpp.Queue.Flush();
    }

    public override void OnXmppMessage(long mark) => Arrived(mark);

    public override void OnSipMessage(long mark) => Arrived(mark);

    private void Arrived(long mark)
    {
        order.Seen((int)(mark % 2 * pairs) + (int)(mark / 2 % pairs), mark);
        Pump?.Delivered(mark);
    }
}
