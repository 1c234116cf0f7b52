using System.Runtime.InteropServices;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// State of one transaction: 24 bytes, no reference. <see cref="Deadline"/> is when a tick is wanted; <see cref="DateTimeOffset.MaxValue"/> is never.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TransactionState(TransactionPhase Phase, DateTimeOffset Deadline)
{
    public static readonly TransactionState Ended = new(TransactionPhase.Terminated, DateTimeOffset.MaxValue);

    public bool IsTerminated => Phase == TransactionPhase.Terminated;

    internal bool IsDue(DateTimeOffset now) => now >= Deadline;
}
