namespace Gateway.Sip.Protocol.Transactions;

/// <summary>What to do after one input of a transaction machine, in this order. Flags, so that a step allocates nothing.</summary>
[Flags]
public enum TransactionOutputs : byte
{
    None = 0,

    /// <summary>Write the ACK for a failure (RFC 3261 §17.1.1.3, <see cref="FollowUps.WriteAck"/>).</summary>
    SendAck = 1,

    /// <summary>Write the response the input carried.</summary>
    SendResponse = 2,

    /// <summary>Write the last response again.</summary>
    ResendResponse = 4,

    /// <summary>Hand the message, the timeout or the transport failure to the transaction user.</summary>
    PassUp = 8,

    /// <summary>Write 100 (Trying).</summary>
    SendTrying = 16,

    /// <summary>Write 487 (Request Terminated) as the answer of the cancelled INVITE.</summary>
    SendTerminated = 32,
}
