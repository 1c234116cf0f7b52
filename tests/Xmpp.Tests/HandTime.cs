namespace Xmpp.Tests;

/// <summary>
/// Real time that a test may push forward: what waits for the network still waits, what waits for the clock comes due at once. A timer is never at work twice at the same time, and when
/// <see cref="Push"/> returns it has seen the new time.
/// </summary>
internal sealed class HandTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<HandTimer> _timers = [];
    private TimeSpan _pushed;
    private Action? _whenAsked;

    /// <summary>Done once, on the very thread, when somebody next asks for the time of day.</summary>
    public Action? WhenAsked
    {
        set => Volatile.Write(ref _whenAsked, value);
    }

    /// <summary>By how much somebody set the clock on the wall forward; no time has passed by that.</summary>
    public TimeSpan SetForward { get; set; }

    public override DateTimeOffset GetUtcNow()
    {
        Interlocked.Exchange(ref _whenAsked, null)?.Invoke();
        lock (_gate) return base.GetUtcNow() + _pushed + SetForward;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return base.GetTimestamp() + (long)(_pushed.TotalSeconds * TimestampFrequency);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, callback, state, dueTime, period);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    /// <summary>Moves the clock and fires, once each, the periodic timers.</summary>
    public void Push(TimeSpan by)
    {
        List<HandTimer> due;
        lock (_gate)
        {
            _pushed += by;
            due = [.. _timers.Where(timer => timer.Period > TimeSpan.Zero)];
        }
        foreach (var timer in due) timer.Fire();
    }

    private sealed class HandTimer : ITimer
    {
        private readonly HandTime _owner;
        private readonly Lock _atWork = new();
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _real;

        public HandTimer(HandTime owner, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_owner, _callback, _state, Period) = (owner, callback, state, period);
            _real = TimeProvider.System.CreateTimer(static timer => ((HandTimer)timer!).Fire(), this, dueTime, period);
        }

        public TimeSpan Period { get; private set; }

        public void Fire()
        {
            lock (_atWork) _callback(_state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            return _real.Change(dueTime, period);
        }

        public void Dispose()
        {
            lock (_owner._gate) _owner._timers.Remove(this);
            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
