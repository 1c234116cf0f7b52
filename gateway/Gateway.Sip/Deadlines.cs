using Gateway.Transport;

namespace Gateway.Sip;

/// <summary>All deadlines of the side behind one timer. Actions run on the timer's thread, at or after their time, and must not block.</summary>
internal sealed class Deadlines : IDisposable
{
    private readonly TimeProvider time;
    private readonly Action<Exception> onDefect;
    private readonly ITimer timer;
    private readonly PriorityQueue<Alarm, DateTimeOffset> queue = new();
    private readonly Lock gate = new();
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;

    /// <summary>A defect in one action is told and stops no other: an exception that left a timer would end the process.</summary>
    public Deadlines(TimeProvider time, Action<Exception> onDefect)
    {
        (this.time, this.onDefect) = (time, onDefect);
        timer = time.CreateTimer(static self => ((Deadlines)self!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Entries that wait for their time.</summary>
    public int Count
    {
        get
        {
            lock (gate) return queue.Count;
        }
    }

    public Alarm NewAlarm(Action action) => new(this, action);

    public void Dispose() => timer.Dispose();

    internal void Enqueue(Alarm alarm, DateTimeOffset due)
    {
        lock (gate)
        {
            queue.Enqueue(alarm, due);
            if (due < armedFor) Arm(due);
        }
    }

    private void Run()
    {
        using var batch = SendBatch.Begin();
        while (TryTake(out var due, out var now) is { } alarm)
        {
            try
            {
                alarm.Fire(due, now);
            }
            catch (Exception defect) when (defect is not OutOfMemoryException)
            {
                onDefect(defect);
            }
        }
    }

    private Alarm? TryTake(out DateTimeOffset due, out DateTimeOffset now)
    {
        lock (gate)
        {
            now = time.GetUtcNow();
            if (!queue.TryPeek(out var alarm, out due))
            {
                armedFor = DateTimeOffset.MaxValue;
                return null;
            }

            if (due <= now)
            {
                queue.Dequeue();
                return alarm;
            }

            Arm(due);
            return null;
        }
    }

    private void Arm(DateTimeOffset due)
    {
        armedFor = due;
        var wait = due - time.GetUtcNow();
        timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}

/// <summary>
/// One owner's next deadline. Setting it again and again costs nothing as long as it moves later: an early wake-up looks again, so the queue holds about one entry per
/// owner however often its deadline moves.
/// </summary>
internal sealed class Alarm(Deadlines deadlines, Action action)
{
    private readonly Lock gate = new();
    private DateTimeOffset due = DateTimeOffset.MaxValue;
    private DateTimeOffset queuedFor = DateTimeOffset.MaxValue;

    /// <summary>Moves the deadline; <see cref="DateTimeOffset.MaxValue"/> takes it away.</summary>
    public void Set(DateTimeOffset at)
    {
        lock (gate)
        {
            due = at;
            if (at >= queuedFor) return;
            queuedFor = at;
        }

        deadlines.Enqueue(this, at);
    }

    /// <summary>The entry of <paramref name="entry"/> has come up: acts, or waits on when the deadline has moved later.</summary>
    internal void Fire(DateTimeOffset entry, DateTimeOffset now)
    {
        DateTimeOffset again;
        lock (gate)
        {
            // An earlier deadline overtook this entry; the entry that did stands for the owner now.
            if (entry != queuedFor) return;
            again = due > now ? due : DateTimeOffset.MaxValue;
            if (due <= now) (due, queuedFor) = (DateTimeOffset.MaxValue, DateTimeOffset.MaxValue);
            else if ((queuedFor = due) == DateTimeOffset.MaxValue) return;
        }

        if (again != DateTimeOffset.MaxValue) deadlines.Enqueue(this, again);
        else action();
    }
}
