namespace Gateway.Sip.Protocol.Conversations;

/// <summary>Bounds of one conversation. Queues are memory: bounded by count, bytes and age (design §5 b).</summary>
public sealed record ConversationOptions
{
    public static readonly ConversationOptions Default = new();

    /// <summary>How long an INVITE may ring. Clients accept after half a minute or when the user types (field fact C2).</summary>
    public TimeSpan AnswerWait { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a cancelled INVITE may stay without its 487.</summary>
    public TimeSpan CancelWait { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>Silence after which we say BYE (RFC 7573 §6.1).</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long our user counts as typing after its last notice: its client may be gone without a word (RFC 3994 §3.2).</summary>
    public TimeSpan TypingMax { get; init; } = TimeSpan.FromSeconds(120);

    public TimeSpan MessageAgeMax { get; init; } = TimeSpan.FromSeconds(150);

    public int QueueMessagesMax { get; init; } = 1_000;

    public int QueueBytesMax { get; init; } = 1 << 20;
}
