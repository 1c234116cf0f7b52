namespace Load.Scenarios;

/// <summary>
/// Tells when a change has reached all watchers. Presence is level-triggered: a watcher that saw a later change has seen the earlier ones, so a subject may leave intermediate ones out.
/// </summary>
internal sealed class FanOut(int presentities, int watchers)
{
    private readonly Presentity[] all = [.. Enumerable.Range(0, presentities).Select(_ => new Presentity(new long[watchers]))];
    private long notices;

    private sealed record Presentity(long[] Seen)
    {
        public Queue<long> Open { get; } = new();

        public Lock Gate { get; } = new();
    }

    /// <summary>Notices that reached a watcher so far.</summary>
    public long Notices => Volatile.Read(ref notices);

    /// <summary>Forgets what an earlier run left.</summary>
    public void Clear()
    {
        notices = 0;
        foreach (var presentity in all)
        {
            lock (presentity.Gate)
            {
                presentity.Open.Clear();
                Array.Fill(presentity.Seen, -1);
            }
        }
    }

    public void Begin(int presentity, long mark)
    {
        lock (all[presentity].Gate) all[presentity].Open.Enqueue(mark);
    }

    /// <summary>One watcher saw <paramref name="mark"/>; <paramref name="done"/> gets each change that all have seen now.</summary>
    public void Seen(int presentity, int watcher, long mark, Action<long> done)
    {
        Interlocked.Increment(ref notices);
        var entry = all[presentity];
        lock (entry.Gate)
        {
            if (mark <= entry.Seen[watcher]) return;
            entry.Seen[watcher] = mark;
            var everybody = entry.Seen.Min();
            while (entry.Open.TryPeek(out var first) && first <= everybody) done(entry.Open.Dequeue());
        }
    }
}
