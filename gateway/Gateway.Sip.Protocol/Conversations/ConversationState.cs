using System.Collections.Immutable;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>The conversation of one ordered pair of users: its dialogs, the one MESSAGE without an answer, and those behind it.</summary>
public sealed record ConversationState
{
    public static readonly ConversationState New = new();

    public ImmutableArray<ConversationLeg> Legs { get; init; } = [];

    public int LastLeg { get; init; }

    public OutgoingMessage? Outstanding { get; init; }

    /// <summary>Leg of <see cref="Outstanding"/>.</summary>
    public int OutstandingLeg { get; init; }

    /// <summary>Goes before the queue: a message that is tried again.</summary>
    public OutgoingMessage? Front { get; init; }

    public ImmutableQueue<OutgoingMessage> Queue { get; init; } = [];

    public int QueueCount { get; init; }

    public int QueueBytes { get; init; }

    public DateTimeOffset LastActivity { get; init; }

    /// <summary>The peer's typing lapses at this time; MaxValue when it does not type.</summary>
    public DateTimeOffset PeerTypingUntil { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Our user was last seen typing; past this time it counts as idle. MaxValue when it does not type.</summary>
    public DateTimeOffset OwnTypingUntil { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>From this time on the peer may be told again that our user types.</summary>
    public DateTimeOffset OwnTypingAgainAt { get; init; }

    /// <summary>The peer must be told again, as it was promised (RFC 3994 §3.2); MaxValue where nothing was promised.</summary>
    public DateTimeOffset OwnTypingRefreshAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Why we are ending, once the queue is empty.</summary>
    public SipReason Closing { get; init; }

    public bool IsEnded { get; init; }

    public bool HasWork => Outstanding is not null || Front is not null || QueueCount > 0;

    /// <summary>A dialog stands, or waits only for its ACK.</summary>
    public bool IsTalking
    {
        get
        {
            foreach (var leg in Legs)
            {
                if (leg.Phase is LegPhase.Established or LegPhase.AwaitAck) return true;
            }

            return false;
        }
    }

    /// <summary>When the next tick is wanted.</summary>
    public DateTimeOffset DeadlineWith(ConversationOptions options)
    {
        if (IsEnded) return DateTimeOffset.MaxValue;
        var next = Earlier(PeerTypingUntil, Legs.Length > 0 && !HasWork ? LastActivity + options.Idle : DateTimeOffset.MaxValue);
        if (OwnTypingUntil != DateTimeOffset.MaxValue) next = Earlier(next, Earlier(OwnTypingUntil, OwnTypingRefreshAt));
        foreach (var leg in Legs) next = Earlier(Earlier(next, Earlier(leg.WaitUntil, leg.SessionUntil)), Earlier(leg.RepeatAt, leg.RefreshAt));
        var oldest = Front ?? (QueueCount > 0 ? Queue.Peek() : null);
        return oldest is null ? next : Earlier(next, oldest.QueuedAt + options.MessageAgeMax);
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
