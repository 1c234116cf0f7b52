namespace Presence.Engine;

/// <summary>All of the engine's timers over one <see cref="TimeProvider"/> and one armed timer: the earliest.</summary>
internal sealed class DeadlineClock : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, long> _due = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _armed = long.MaxValue;
    private bool _isDisposed;

    public DeadlineClock(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static clock => ((DeadlineClock)clock!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Calls <paramref name="action"/> once at or after <paramref name="due"/>; it must only post work.</summary>
    public void At(DateTimeOffset due, Action action)
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _due.Enqueue(action, due.UtcTicks);
            Arm();
        }
    }

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>A task that ends at or after <paramref name="due"/>, or when it is cancelled.</summary>
    public async Task WaitAsync(TimeSpan delay, CancellationToken cancellation)
    {
        var rung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        After(delay, () => rung.TrySetResult());
        await using var stop = cancellation.Register(() => rung.TrySetCanceled(cancellation));
        await rung.Task;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _due.Clear();
        }

        _timer.Dispose();
    }

    private void Ring()
    {
        while (true)
        {
            Action action;
            lock (_lock)
            {
                _armed = long.MaxValue;
                if (_isDisposed || !_due.TryPeek(out _, out var due)) return;
                if (due > Now.UtcTicks)
                {
                    Arm();
                    return;
                }

                action = _due.Dequeue();
            }

            action();
        }
    }

    private void Arm()
    {
        if (!_due.TryPeek(out _, out var due) || due >= _armed) return;
        _armed = due;
        var wait = TimeSpan.FromTicks(Math.Max(0, due - Now.UtcTicks));
        // A timer takes 49 days at most; ringing early only arms again. Whole milliseconds, rounded up, so that it does not ring just before.
        var milliseconds = Math.Min(Math.Ceiling(wait.TotalMilliseconds), TimeSpan.FromDays(40).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
