namespace Transport.Tests;

/// <summary>Time moved by the test's one hand; timers that come due run on that hand's thread.</summary>
internal sealed class HandTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<HandTimer> _timers = [];
    private int _created;
    private (int Count, TaskCompletionSource<bool> Seen)? _awaited;
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
            _created++;
            if (_awaited is { } a && _created >= a.Count) a.Seen.TrySetResult(true);
        }
        return timer;
    }

    /// <summary>Timers made since the beginning.</summary>
    public int Created
    {
        get
        {
            lock (_gate) return _created;
        }
    }

    /// <summary>Waits until that many timers were made since the beginning: something is now waiting for time.</summary>
    public Task TimersAsync(int count)
    {
        var seen = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_created >= count) return Task.CompletedTask;
            _awaited = (count, seen);
        }
        return RecordingHandler.Within(seen.Task, $"{count} timers");
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        for (; ; )
        {
            HandTimer? next;
            lock (_gate)
            {
                next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                _now = next?.Due ?? end;
                next?.Rearm();
            }
            if (next is null) return;
            next.Fire();
        }
    }

    private sealed class HandTimer(HandTime owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : owner._now + dueTime;
                _period = period;
            }
            return true;
        }

        public void Rearm() => Due = _period > TimeSpan.Zero ? Due + _period : null;

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (owner._gate) owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
