namespace Gateway.Sip.Protocol.Conversations;

/// <summary>States of one dialog of a conversation.</summary>
public enum LegPhase : byte
{
    /// <summary>Our INVITE is out.</summary>
    Inviting,

    /// <summary>Our INVITE was cancelled and has no final response yet.</summary>
    Cancelling,

    /// <summary>We accepted the peer's INVITE; its ACK has not come.</summary>
    AwaitAck,

    Established,

    /// <summary>Superseded; its last MESSAGE is still unanswered.</summary>
    Draining,
}
