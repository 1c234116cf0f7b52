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

    /// <summary>Least time between two notifications of mere changes of presence (RFC 3856 §6.10); zero for none.</summary>
    public TimeSpan ChangeInterval { get; init; }

    /// <summary>The next mere change goes out no sooner.</summary>
    public DateTimeOffset NextChangeAt { get; init; } = DateTimeOffset.MinValue;

    /// <summary>What waits answers a SUBSCRIBE, or tells that the subscription itself changed: no interval holds it.</summary>
    public bool IsUrgent { get; init; }

    /// <summary>What waits answers a SUBSCRIBE.</summary>
    public bool IsOwed { get; init; }

    /// <summary>A turn was asked for and has not come.</summary>
    public bool IsTurnAsked { get; init; }

    public bool IsLastOutstanding { get; init; }

    public TerminationReason EndReason { get; init; }

    public uint? EndRetryAfterSeconds { get; init; }

    /// <summary>When the next tick is wanted.</summary>
    public DateTimeOffset Deadline => Phase != NotifierPhase.Terminated && ExpiresAt < SendDeadline ? ExpiresAt : SendDeadline;

    /// <summary>The same for an owner that keeps the expiry itself.</summary>
    public DateTimeOffset SendDeadline
    {
        get
        {
            if (Phase == NotifierPhase.Terminated) return DateTimeOffset.MaxValue;
            if (Waiting is null || Outstanding is not null || IsTurnAsked) return OwedAt;
            var sendAt = !IsUrgent && NextChangeAt > RetryAt ? NextChangeAt : RetryAt;
            return sendAt < OwedAt ? sendAt : OwedAt;
        }
    }
}
