using Load.Wire;
using Load.Xmpp;

namespace Load.Scenarios;

/// <summary>IM from XMPP to SIP: the subject opens the conversations it wants.</summary>
internal sealed class MessageToSip(Ends ends, int pairs) : MessageScenario("im XMPP>SIP", ends, pairs)
{
    private readonly Template[] messages = [.. Enumerable.Range(0, pairs).Select(i => XmppEnd.ChatMessage(ends.XmppUser(i), SipUser(i), Padding))];

    public override void Flush() => Ends.Xmpp.Flush();

    public override void OnSipMessage(long mark) => Arrived(mark);

    protected override void Write(int pair, long mark) => messages[pair].WriteTo(Ends.Xmpp.QueueOf(pair), mark);
}
