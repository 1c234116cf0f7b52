namespace Gateway.Sip.Protocol.Transactions;

/// <summary>States of the four transaction machines (RFC 3261 §17, RFC 6026 §7).</summary>
public enum TransactionPhase : byte
{
    Calling,
    Trying,
    Proceeding,
    Accepted,
    Completed,
    Terminated,
}
