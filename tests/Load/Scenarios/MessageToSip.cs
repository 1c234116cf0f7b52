using Load.Wire;

namespace Load.Scenarios;

/// <summary>IM from XMPP to SIP: the subject opens the conversations it wants.</summary>
internal sealed class MessageToSip(Ends ends, int pairs) : Scenario("im XMPP>SIP", ends)
{
    private readonly Order order = new(pairs);
    private readonly Template[] messages = [.. Enumerable.Range(0, pairs).Select(i => Xmpp.XmppEnd.ChatMessage(XmppUser(i), SipUser(i), Padding))];

    public override string Remark => string.Join("; ", ((string[])[base.Remark, order.Remark]).Where(r => r.Length > 0));

    public override void Send(long sequence) => messages[sequence % pairs].WriteTo(Ends.Xmpp.Queue, sequence);

    public override void Flush() => Ends.Xmpp.Queue.Flush();

    public override void OnSipMessage(long mark)
    {
        order.Seen((int)(mark % pairs), mark);
        Pump?.Delivered(mark);
    }
}
