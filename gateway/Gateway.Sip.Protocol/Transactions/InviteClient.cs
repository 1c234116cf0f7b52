using static Gateway.Sip.Protocol.Transactions.TransactionInputKind;
using static Gateway.Sip.Protocol.Transactions.TransactionOutputs;
using static Gateway.Sip.Protocol.Transactions.TransactionPhase;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// INVITE client transaction over a reliable transport (RFC 3261 §17.1.1, RFC 6026 §7.2).
/// <code>
/// Calling ─1xx▸ Proceeding ─2xx▸ Accepted ─M▸ Terminated
///    │B            │3xx-6xx: ACK, D = 0
///    ▾             ▾
///  Terminated   Terminated
/// </code>
/// </summary>
public static class InviteClient
{
    public static TransactionState Start(SipTimers timers, DateTimeOffset now) => new(Calling, now + timers.B);

    public static TransactionStep On(in TransactionState s, TransactionInput input, SipTimers timers, DateTimeOffset now) => (s.Phase, input.Kind) switch
    {
        (Terminated, _) => TransactionStep.Stay(s),

        // The proceeding deadline is set once: a peer cannot keep us by repeating provisionals.
        (Calling, Response) when input.Status < 200 => TransactionStep.Go(Proceeding, now + timers.InviteProceeding, PassUp),
        (Proceeding, Response) when input.Status < 200 => TransactionStep.Stay(s, PassUp),
        (Calling or Proceeding, Response) when input.Status < 300 => TransactionStep.Go(Accepted, now + timers.M, PassUp),
        (Calling or Proceeding, Response) => TransactionStep.Finish(SipReason.Answered, SendAck | PassUp),

        // RFC 6026 §7.2: each further 2xx, repeated or of another fork, goes up and is acknowledged there.
        (Accepted, Response) when input.Status is >= 200 and < 300 => TransactionStep.Stay(s, PassUp),
        (Accepted, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.Answered, None),
        (Accepted, TransactionInputKind.TransportFailed) => TransactionStep.Finish(SipReason.Answered, None),
        (Calling or Proceeding, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.TransactionTimeout, PassUp),
        (Calling or Proceeding, TransactionInputKind.TransportFailed) => TransactionStep.Finish(SipReason.TransportFailed, PassUp),
        _ => TransactionStep.Stay(s),
    };
}
