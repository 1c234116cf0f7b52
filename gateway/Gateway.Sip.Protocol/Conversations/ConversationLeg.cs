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

    /// <summary>The peer's session timer (RFC 4028); moved by each refresh.</summary>
    public DateTimeOffset SessionUntil { get; init; } = DateTimeOffset.MaxValue;
}
