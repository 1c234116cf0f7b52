using Load.Wire;
using Load.Xmpp;

namespace Load.Scenarios;

/// <summary>Messages from a component of one server over S2S to a component of another, over one domain pair or many.</summary>
internal sealed class StanzasAcross(Ends ends, bool isBack, int pairs) : MessageScenario(isBack ? "stanzas right>left" : "stanzas left>right", ends, pairs)
{
    private readonly ComponentEnd sender = isBack ? ends.Right : ends.Left;
    private readonly Template[] messages = [.. Enumerable.Range(0, pairs).Select(i => Message(ends, isBack, i))];

    public override void Flush() => sender.Flush();

    public override void OnXmppMessage(long mark) => Arrived(mark);

    protected override void Write(int pair, long mark) => messages[pair].WriteTo(sender.QueueOf(isBack ? RightOf(Ends, pair) : LeftOf(Ends, pair)), mark);

    // Domain pairs are walked so that each is used before one comes again.
    private static int LeftOf(Ends ends, int pair) => pair % ends.Left.Domains;

    private static int RightOf(Ends ends, int pair) => pair / ends.Left.Domains % ends.Right.Domains;

    private static Template Message(Ends ends, bool isBack, int pair)
    {
        var left = $"u{pair}@{ComponentEnd.LeftDomain(LeftOf(ends, pair))}";
        var right = $"u{pair}@{ComponentEnd.RightDomain(RightOf(ends, pair))}";
        return isBack ? XmppEnd.ChatMessage(right, left, Padding) : XmppEnd.ChatMessage(left, right, Padding);
    }
}
