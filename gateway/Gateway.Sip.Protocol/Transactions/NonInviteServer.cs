using static Gateway.Sip.Protocol.Transactions.TransactionInputKind;
using static Gateway.Sip.Protocol.Transactions.TransactionOutputs;
using static Gateway.Sip.Protocol.Transactions.TransactionPhase;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// Non-INVITE server transaction over a reliable transport (RFC 3261 §17.2.2, RFC 4320): gone with its final response, since Timer J is zero. One that waits gets 100 in
/// time, and no other provisional ever; one that waited too long gets nothing any more, since a late response would only do harm.
/// <code>
/// Trying ─time: 100▸ Proceeding ─final▸ Terminated;   F: nobody answered
/// </code>
/// </summary>
public static class NonInviteServer
{
    public static TransactionState Start(SipTimers timers, DateTimeOffset now) => new(Trying, now + timers.Trying);

    public static TransactionStep On(in TransactionState s, TransactionInput input, SipTimers timers, DateTimeOffset now) => (s.Phase, input.Kind) switch
    {
        (Terminated, _) => TransactionStep.Stay(s),
        (_, Response) when input.Status < 200 => TransactionStep.Stay(s),
        (_, Response) => TransactionStep.Finish(SipReason.Answered, SendResponse),
        (Proceeding, Request) => TransactionStep.Stay(s, SendTrying),
        (Trying, Tick) when s.IsDue(now) => TransactionStep.Go(Proceeding, s.Deadline - timers.Trying + timers.F, SendTrying),
        (Proceeding, Tick) when s.IsDue(now) => TransactionStep.Finish(SipReason.TransactionTimeout, PassUp),
        (_, TransactionInputKind.TransportFailed) => TransactionStep.Finish(SipReason.TransportFailed, PassUp),
        _ => TransactionStep.Stay(s),
    };
}
