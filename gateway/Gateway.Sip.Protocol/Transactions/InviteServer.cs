using static Gateway.Sip.Protocol.Transactions.TransactionInputKind;
using static Gateway.Sip.Protocol.Transactions.TransactionOutputs;
using static Gateway.Sip.Protocol.Transactions.TransactionPhase;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// INVITE server transaction over a reliable transport (RFC 3261 §17.2.1, RFC 6026 §7.1). Its Confirmed state lasts Timer I = 0 and is left out.
/// <code>
/// Proceeding ─2xx▸ Accepted ─L▸ Terminated
///     └─3xx-6xx▸ Completed ─ACK▸ Terminated;   H: the ACK never came
/// </code>
/// </summary>
public static class InviteServer
{
    public static TransactionState Start(SipTimers timers, DateTimeOffset now) => new(Proceeding, now + timers.InviteProceeding);

    public static TransactionStep On(in TransactionState s, TransactionInput input, SipTimers timers, DateTimeOffset now) => (s.Phase, input.Kind) switch
    {
        (Terminated, _) => TransactionStep.Stay(s),
        (Proceeding, Response) when input.Status < 200 => TransactionStep.Stay(s, SendResponse),
        (Proceeding, Response) when input.Status < 300 => TransactionStep.Go(Accepted, now + timers.L, SendResponse),
        (Proceeding, Response) => TransactionStep.Go(Completed, now + timers.H, SendResponse),

        // RFC 3261 §9.2: what has its final response is beyond a CANCEL.
        (Proceeding, Cancel) => TransactionStep.Go(Completed, now + timers.H, SendTerminated | PassUp),
        (Proceeding or Completed, Request) => TransactionStep.Stay(s, ResendResponse),

        // RFC 6026 §7.1: once accepted, a repeated INVITE is absorbed; the 2xx belongs to the transaction user.
        (Accepted, Request) => TransactionStep.Stay(s),
        (Accepted, Response) when input.Status is >= 200 and < 300 => TransactionStep.Stay(s, SendResponse),
        (Accepted, TransactionInputKind.Ack) => TransactionStep.Stay(s, PassUp),
        (Accepted, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.Answered, None),
        (Completed, TransactionInputKind.Ack) => TransactionStep.Finish(SipReason.Answered, None),
        (Completed, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.AckNeverCame, PassUp),
        (Proceeding, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.TransactionTimeout, PassUp),
        (_, TransactionInputKind.TransportFailed) => TransactionStep.Finish(SipReason.TransportFailed, PassUp),
        _ => TransactionStep.Stay(s),
    };
}
