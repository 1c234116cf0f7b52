namespace Gateway.Sip.Protocol.Conversations;

/// <summary>What a conversation asks for.</summary>
public abstract record ConversationOutput
{
    private ConversationOutput()
    {
    }

    /// <summary>Send an INVITE in a new dialog with our offer.</summary>
    public sealed record SendInvite(int Leg) : ConversationOutput;

    /// <summary>Answer the INVITE 200 with our description; it has this leg number from now on.</summary>
    public sealed record AcceptInvite(int Leg) : ConversationOutput;

    /// <summary>The ACK of our last 2xx in this leg is late: send that 2xx again (RFC 3261 §13.3.1.4).</summary>
    public sealed record RepeatAccept(int Leg) : ConversationOutput;

    /// <summary>Refresh the session by UPDATE or re-INVITE (RFC 4028 §10).</summary>
    public sealed record SendRefresh(int Leg, SessionTerms Session) : ConversationOutput;

    /// <summary>Acknowledge a 2xx (each time it comes).</summary>
    public sealed record SendAck(int Leg) : ConversationOutput;

    public sealed record SendCancel(int Leg) : ConversationOutput;

    /// <summary>Another fork answered too: acknowledge it and say BYE in that dialog.</summary>
    public sealed record EndFork(int Leg, string RemoteTag) : ConversationOutput;

    public sealed record SendMessage(int Leg, OutgoingMessage Message) : ConversationOutput;

    public sealed record SendTyping(int Leg, TypingMode Mode, bool IsTyping) : ConversationOutput;

    /// <summary>Say BYE; whatever answers it, the leg is forgotten.</summary>
    public sealed record SendBye(int Leg) : ConversationOutput;

    /// <summary>The leg is gone without a BYE of ours.</summary>
    public sealed record Forget(int Leg) : ConversationOutput;

    /// <summary>The message is through (reason None), or failed with the refusing status or zero.</summary>
    public sealed record MessageDone(long Id, SipReason Reason, int Status) : ConversationOutput;

    public sealed record DeliverTyping(bool IsTyping) : ConversationOutput;

    /// <summary>No leg and no message is left.</summary>
    public sealed record Ended(SipReason Reason) : ConversationOutput;
}
