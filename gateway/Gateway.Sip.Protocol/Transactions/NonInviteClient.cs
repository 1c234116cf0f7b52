using static Gateway.Sip.Protocol.Transactions.TransactionInputKind;
using static Gateway.Sip.Protocol.Transactions.TransactionOutputs;
using static Gateway.Sip.Protocol.Transactions.TransactionPhase;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// Non-INVITE client transaction over a reliable transport (RFC 3261 §17.1.2).
/// <code>
/// Trying ─1xx▸ Proceeding ─final▸ Terminated (K = 0);   F in either: timeout
/// </code>
/// </summary>
public static class NonInviteClient
{
    public static TransactionState Start(SipTimers timers, DateTimeOffset now) => new(Trying, now + timers.F);

    public static TransactionStep On(in TransactionState s, TransactionInput input, DateTimeOffset now) => (s.Phase, input.Kind) switch
    {
        (Terminated, _) => TransactionStep.Stay(s),
        (_, Response) when input.Status < 200 => TransactionStep.Go(Proceeding, s.Deadline, PassUp),
        (_, Response) => TransactionStep.Finish(SipReason.Answered, PassUp),
        (_, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.TransactionTimeout, PassUp),
        (_, TransactionInputKind.TransportFailed) => TransactionStep.Finish(SipReason.TransportFailed, PassUp),
        _ => TransactionStep.Stay(s),
    };
}
