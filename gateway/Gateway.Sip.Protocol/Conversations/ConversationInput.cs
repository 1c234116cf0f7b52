namespace Gateway.Sip.Protocol.Conversations;

/// <summary>What can happen to a conversation.</summary>
public abstract record ConversationInput
{
    private ConversationInput()
    {
    }

    public sealed record Send(OutgoingMessage Message) : ConversationInput;

    /// <summary>Our user types or stopped. Not worth an INVITE, never queued.</summary>
    public sealed record SendTyping(bool IsTyping) : ConversationInput;

    /// <summary>Our side ends: after what is queued, or at once.</summary>
    public sealed record Close(SipReason Reason, bool AtOnce = false) : ConversationInput;

    /// <summary>An INVITE that <see cref="InviteJudge"/> found acceptable; it gets the next leg number.</summary>
    public sealed record Invited(TypingMode TypingMode, SessionTerms Session = default) : ConversationInput;

    public sealed record Acknowledged(int Leg) : ConversationInput;

    /// <summary>Any 1xx, 101 included.</summary>
    public sealed record Ringing(int Leg) : ConversationInput;

    /// <summary>A 2xx to our INVITE; a second one of another fork has another tag.</summary>
    public sealed record Accepted(int Leg, string RemoteTag, TypingMode TypingMode, SessionTerms Session = default) : ConversationInput;

    /// <summary>Our INVITE failed; a timeout counts as 408, a broken connection as 0.</summary>
    public sealed record InviteFailed(int Leg, int Status) : ConversationInput;

    /// <summary>Final response to our MESSAGE; 408 only when it came from the wire.</summary>
    public sealed record MessageAnswered(int Leg, int Status) : ConversationInput;

    /// <summary>No response to our MESSAGE: its transaction timed out, or its connection broke. Unwritten ones are safe to send again.</summary>
    public sealed record MessageLost(int Leg, bool WasWritten) : ConversationInput;

    /// <summary>A MESSAGE of the peer in this leg; its delivery and answer are the caller's.</summary>
    public sealed record MessageReceived(int Leg) : ConversationInput;

    public sealed record TypingReceived(int Leg, bool IsTyping, uint RefreshSeconds) : ConversationInput;

    /// <summary>A re-INVITE, whose 2xx wants an ACK, or an UPDATE of the peer was accepted; either refreshes the session (RFC 4028 §9). No mode: it brought no description.</summary>
    public sealed record Refreshed(int Leg, SessionTerms Session, bool AwaitsAck = false, TypingMode? TypingMode = null) : ConversationInput;

    /// <summary>
    /// Final response to a refresh of ours, zero for none. A 491 is tried again after <paramref name="Wait"/> (RFC 3261 §14.1, RFC 3311 §5.3), a 422 at once with
    /// <paramref name="SecondsMin"/>.
    /// </summary>
    public sealed record RefreshAnswered(int Leg, int Status, SessionTerms Session, TimeSpan Wait = default, uint SecondsMin = 0) : ConversationInput;

    public sealed record Bye(int Leg) : ConversationInput;

    /// <summary>A request of ours other than MESSAGE got 481: the leg does not exist at the peer.</summary>
    public sealed record LegUnknown(int Leg) : ConversationInput;

    public sealed record Tick : ConversationInput;
}
