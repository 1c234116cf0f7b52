namespace Gateway.Sip.Protocol.Conversations;

/// <summary>
/// One dialog of a conversation, known by a number the machine gives; the side keeps number and dialog together.
/// Two exist only for a moment: glare, or a peer that restarted.
/// </summary>
public sealed record ConversationLeg(int Number, LegPhase Phase)
{
    /// <summary>A provisional has come, so CANCEL is allowed (RFC 3261 §9.1).</summary>
    public bool HasProvisional { get; init; }

    /// <summary>Tag of the fork that won.</summary>
    public string RemoteTag { get; init; } = "";

    public TypingMode TypingMode { get; init; }

    /// <summary>End of waiting for an answer or an ACK.</summary>
    public DateTimeOffset WaitUntil { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Our 2xx is sent again at this time, while its ACK has not come; the pause doubles up to T2.</summary>
    public DateTimeOffset RepeatAt { get; init; } = DateTimeOffset.MaxValue;

    public TimeSpan RepeatAfter { get; init; }

    /// <summary>We have done with it and say BYE once its ACK has come or is given up: not before (RFC 3261 §15).</summary>
    public bool IsLeaving { get; init; }

    /// <summary>The session timer in force (RFC 4028).</summary>
    public SessionTerms Session { get; init; }

    /// <summary>The session ends without a refresh; moved by each.</summary>
    public DateTimeOffset SessionUntil { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>We refresh at this time.</summary>
    public DateTimeOffset RefreshAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The refresh that is out was tried again with the interval a 422 asked for.</summary>
    public bool IsRaised { get; init; }
}
