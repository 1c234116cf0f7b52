namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>One subscription of ours, without its dialog.</summary>
public sealed record SubscriberState
{
    public SubscriberPhase Phase { get; init; }

    public bool IsPoll { get; init; }

    /// <summary>A dialog exists, by response or by NOTIFY.</summary>
    public bool HasDialog { get; init; }

    /// <summary>A SUBSCRIBE has no final response yet.</summary>
    public bool IsRequestOut { get; init; }

    /// <summary>The core no longer wants it, but a SUBSCRIBE is still out.</summary>
    public bool IsStopping { get; init; }

    /// <summary>What the next SUBSCRIBE asks for; raised by a 423.</summary>
    public uint ExpiresSeconds { get; init; }

    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    public DateTimeOffset RefreshAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Timer N, or the next try.</summary>
    public DateTimeOffset WaitUntil { get; init; } = DateTimeOffset.MaxValue;

    public DateTimeOffset StartedAt { get; init; }

    public int Failures { get; init; }

    public DateTimeOffset Deadline
    {
        get
        {
            if (Phase == SubscriberPhase.Ended) return DateTimeOffset.MaxValue;
            var next = ExpiresAt < WaitUntil ? ExpiresAt : WaitUntil;
            return !IsRequestOut && RefreshAt < next ? RefreshAt : next;
        }
    }
}
