using System.Runtime.InteropServices;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// Answer of a transaction machine. <see cref="End"/> is <see cref="SipReason.None"/> while it lives; afterwards
/// <see cref="SipReason.Answered"/>, <see cref="SipReason.TransactionTimeout"/>, <see cref="SipReason.TransportFailed"/> or <see cref="SipReason.AckNeverCame"/>.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TransactionStep(TransactionState State, TransactionOutputs Outputs, SipReason End)
{
    internal static TransactionStep Stay(in TransactionState state, TransactionOutputs outputs = TransactionOutputs.None) =>
        new(state, outputs, SipReason.None);

    internal static TransactionStep Go(TransactionPhase phase, DateTimeOffset deadline, TransactionOutputs outputs) =>
        new(new TransactionState(phase, deadline), outputs, SipReason.None);

    internal static TransactionStep Finish(SipReason end, TransactionOutputs outputs) => new(TransactionState.Ended, outputs, end);
}
