namespace Gateway.Sip;

/// <summary>All deadlines of the side behind one timer. Actions run on the timer's thread, at or after their time, and must not block.</summary>
internal sealed class Deadlines : IDisposable
{
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly PriorityQueue<Alarm, DateTimeOffset> queue = new();
    private readonly Lock gate = new();
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;

    public Deadlines(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(static self => ((Deadlines)self!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
        while (TryTake(out var now) is { } alarm) alarm.Fire(now);
    }

    private Alarm? TryTake(out DateTimeOffset now)
    {
        lock (gate)
        {
            now = time.GetUtcNow();
            if (!queue.TryPeek(out var alarm, out var due))
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

    internal void Fire(DateTimeOffset now)
    {
        lock (gate)
        {
            queuedFor = DateTimeOffset.MaxValue;
            if (due > now)
            {
                if (due == DateTimeOffset.MaxValue) return;
                queuedFor = due;
            }
            else
            {
                due = DateTimeOffset.MaxValue;
            }
        }

        if (queuedFor != DateTimeOffset.MaxValue) deadlines.Enqueue(this, queuedFor);
        else action();
    }
}
