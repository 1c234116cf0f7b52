using System.Collections.Concurrent;
using Load.Sip;

namespace Load.Scenarios;

/// <summary>SIP users change their availability, which their home tells in NOTIFYs; XMPP users who watch them get presence.</summary>
internal sealed class PresenceToXmpp(Ends ends, int presentities, int watchers) : PresenceScenario("presence SIP>XMPP", ends, presentities, watchers)
{
    // Other people than those of the opposite direction.
    private const int Offset = 100_000;
    private readonly ConcurrentDictionary<(string User, string Watcher), SipWatch> watches = new();
    private readonly ConcurrentDictionary<SipLink, byte> links = new();

    public override void Flush()
    {
        foreach (var link in links.Keys) link.Queue.Flush();
    }

    public override void OnSubscribed(SipWatch watch)
    {
        links.TryAdd(watch.Link, 0);
        if (watches.TryAdd((watch.User, watch.Watcher), watch)) BecameActive();
        else watches[(watch.User, watch.Watcher)] = watch;
    }

    public override void OnPresence(long mark, string from, string to)
    {
        if (!int.TryParse(to.AsSpan(1, Math.Max(0, to.IndexOf('@', StringComparison.Ordinal) - 1)), System.Globalization.CultureInfo.InvariantCulture, out var number) || number < Offset) return;
        Seen(number - Offset, mark);
    }

    protected override void Subscribe(int presentity, int watcher) => Ends.Xmpp.Subscribe(Watcher(presentity, watcher), User(presentity));

    protected override void Change(int presentity, int watcher, long mark)
    {
        if (watches.TryGetValue((User(presentity), Watcher(presentity, watcher)), out var watch)) watch.Change(mark);
    }

    private static string User(int presentity) => SipUser(Offset + presentity);

    private string Watcher(int presentity, int watcher) => Ends.XmppUser(Offset + (presentity * Watchers) + watcher);
}
