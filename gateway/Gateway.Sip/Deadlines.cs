namespace Gateway.Sip;

/// <summary>
/// All deadlines of the side behind one timer. An entry runs once, on the timer's thread, at or after its time; cancelling only
/// forgets it. Actions must not block.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly PriorityQueue<Deadline, DateTimeOffset> queue = new();
    private readonly Lock gate = new();
    private DateTimeOffset armedFor = DateTimeOffset.MaxValue;

    public Deadlines(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(static self => ((Deadlines)self!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Deadline At(DateTimeOffset due, Action action)
    {
        var entry = new Deadline(action);
        lock (gate)
        {
            queue.Enqueue(entry, due);
            if (due < armedFor) Arm(due);
        }

        return entry;
    }

    public Deadline After(TimeSpan span, Action action) => At(time.GetUtcNow() + span, action);

    public void Dispose() => timer.Dispose();

    private void Run()
    {
        while (TryTake() is { } entry) entry.Fire();
    }

    private Deadline? TryTake()
    {
        lock (gate)
        {
            while (queue.TryPeek(out var entry, out var due))
            {
                if (entry.IsCancelled)
                {
                    queue.Dequeue();
                    continue;
                }

                if (due <= time.GetUtcNow())
                {
                    queue.Dequeue();
                    return entry;
                }

                Arm(due);
                return null;
            }

            armedFor = DateTimeOffset.MaxValue;
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

/// <summary>One deadline: fires once unless cancelled before.</summary>
internal sealed class Deadline(Action action)
{
    private Action? action = action;

    public bool IsCancelled => Volatile.Read(ref action) is null;

    public void Cancel() => Interlocked.Exchange(ref action, null);

    internal void Fire() => Interlocked.Exchange(ref action, null)?.Invoke();
}
