namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>One subscription we serve, without its dialog. At most one NOTIFY is out and one waits.</summary>
public sealed record NotifierState
{
    public NotifierPhase Phase { get; init; } = NotifierPhase.Pending;

    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The content of the NOTIFY that has no answer yet.</summary>
    public NotifyContent? Outstanding { get; init; }

    /// <summary>What goes out next. Newest wins.</summary>
    public NotifyContent? Waiting { get; init; }

    /// <summary>A NOTIFY is owed for an accepted SUBSCRIBE, at the latest at this time.</summary>
    public DateTimeOffset OwedAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>After a failed NOTIFY nothing goes out before this time.</summary>
    public DateTimeOffset RetryAt { get; init; } = DateTimeOffset.MinValue;

    public int Failures { get; init; }

    public bool IsLastOutstanding { get; init; }

    public TerminationReason EndReason { get; init; }

    public uint? EndRetryAfterSeconds { get; init; }

    /// <summary>When the next tick is wanted.</summary>
    public DateTimeOffset Deadline
    {
        get
        {
            if (Phase == NotifierPhase.Terminated) return DateTimeOffset.MaxValue;
            var next = ExpiresAt < OwedAt ? ExpiresAt : OwedAt;
            return Waiting is not null && Outstanding is null && RetryAt < next ? RetryAt : next;
        }
    }
}
