namespace LyncEdge;

/// <summary>Deadlines that fire in the edge's mailbox. A timer is held until it fires or is disposed.</summary>
public sealed class Clock(TimeProvider time, Action<Action> post)
{
    private readonly HashSet<ITimer> _live = [];

    public DateTimeOffset UtcNow => time.GetUtcNow();

    public long NowMs => (long)time.GetElapsedTime(0).TotalMilliseconds;

    public IDisposable After(int milliseconds, Action action)
    {
        var deadline = new Deadline(this);
        deadline.Timer = time.CreateTimer(_ => post(() => deadline.Fire(action)), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
        _live.Add(deadline.Timer);
        return deadline;
    }

    private sealed class Deadline(Clock clock) : IDisposable
    {
        private bool _isOver;

        public ITimer? Timer { get; set; }

        public void Fire(Action action)
        {
            if (_isOver) return;
            Dispose();
            action();
        }

        public void Dispose()
        {
            _isOver = true;
            if (Timer is null) return;
            clock._live.Remove(Timer);
            Timer.Dispose();
        }
    }
}
