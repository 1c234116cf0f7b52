using System.Collections.Concurrent;
using Load.Wire;
using Load.Xmpp;

namespace Load.Scenarios;

/// <summary>XMPP users change their availability; SIP users who watch them get NOTIFYs. As an XMPP server does it (RFC 6121 §4.4.2), each subscribed contact is sent its own stanza.</summary>
internal sealed class PresenceToSip(Ends ends, int presentities, int watchers) : PresenceScenario("presence XMPP>SIP", ends, presentities, watchers)
{
    private readonly ConcurrentDictionary<long, byte> active = new();
    private readonly Template[] away = Stanzas(ends, presentities, watchers, "away");
    private readonly Template[] busy = Stanzas(ends, presentities, watchers, "dnd");

    public override void Flush() => Ends.Xmpp.Queue.Flush();

    public override void OnNotify(long subscription, bool isActive, ReadOnlySpan<byte> body)
    {
        if (subscription >= Presentities * Watchers) return;
        if (isActive && active.TryAdd(subscription, 0)) BecameActive();
        if (Mark.Find(body) is >= 0 and var mark) Seen((int)subscription, mark);
    }

    protected override void Subscribe(int presentity, int watcher)
    {
        var number = (presentity * Watchers) + watcher;
        Ends.Sip.Subscribe(number, SipUser(number), Ends.XmppUser(presentity));
        Ends.Sip.Flush();
    }

    protected override void Change(int presentity, int watcher, long mark)
    {
        var shows = mark / Presentities % 2 == 0 ? away : busy;
        shows[(presentity * Watchers) + watcher].WriteTo(Ends.Xmpp.Queue, mark);
    }

    private static Template[] Stanzas(Ends ends, int presentities, int watchers, string show) =>
        [.. Enumerable.Range(0, presentities * watchers).Select(i => XmppEnd.Presence(ends.XmppUser(i / watchers), SipUser(i), show))];
}
