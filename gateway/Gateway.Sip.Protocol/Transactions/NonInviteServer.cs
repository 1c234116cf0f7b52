using static Gateway.Sip.Protocol.Transactions.TransactionInputKind;
using static Gateway.Sip.Protocol.Transactions.TransactionOutputs;
using static Gateway.Sip.Protocol.Transactions.TransactionPhase;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// Non-INVITE server transaction over a reliable transport (RFC 3261 §17.2.2, RFC 4320): gone with its final response, since Timer J is zero.
/// <code>
/// Trying ─1xx▸ Proceeding ─final▸ Terminated;   F: nobody answered, and a late 408 would only do harm
/// </code>
/// </summary>
public static class NonInviteServer
{
    public static TransactionState Start(SipTimers timers, DateTimeOffset now) => new(Trying, now + timers.F);

    public static TransactionStep On(in TransactionState s, TransactionInput input, DateTimeOffset now) => (s.Phase, input.Kind) switch
    {
        (Terminated, _) => TransactionStep.Stay(s),
        (_, Response) when input.Status < 200 => TransactionStep.Go(Proceeding, s.Deadline, SendResponse),
        (_, Response) => TransactionStep.Finish(SipReason.Answered, SendResponse),
        (Trying, Request) => TransactionStep.Stay(s),
        (Proceeding, Request) => TransactionStep.Stay(s, ResendResponse),
        (_, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.TransactionTimeout, PassUp),
        (_, TransactionInputKind.TransportFailed) => TransactionStep.Finish(SipReason.TransportFailed, PassUp),
        _ => TransactionStep.Stay(s),
    };
}
