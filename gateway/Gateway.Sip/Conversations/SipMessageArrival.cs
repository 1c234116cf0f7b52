using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Errors;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;

namespace Gateway.Sip.Conversations;

/// <summary>
/// A MESSAGE that waits for its final response; the answer goes back on the connection it came by, and, when its sender repeated it meanwhile, as the answer of that repetition too.
/// </summary>
internal sealed class SipMessageArrival(
    SipSide side, SipConnection connection, SipRequest request, PeerModel peer, ConversationDialog? dialog, Passage passage, MessageContent content)
    : MessageArrival(passage, content)
{
    private static readonly Repetition answered = new(null!, null!);
    private Repetition? repetition;

    private sealed record Repetition(SipConnection Connection, SipRequest Request);

    /// <summary>What tells it from the other messages of its dialog: number and body.</summary>
    public long Identity => IdentityOf(request);

    public static long IdentityOf(SipRequest message) => ((long)message.CSeq.Number << 32) | (uint)ServedMessages.DigestOf(message);

    public override void Answer(in Outcome outcome)
    {
        if (outcome.IsDelivered) dialog?.Took(this);
        var repeated = Interlocked.Exchange(ref repetition, answered);
        dialog?.Answered(this);
        Answer(outcome, connection, request);
        if (repeated is not null) Answer(outcome, repeated.Connection, repeated.Request);
    }

    /// <summary>The same request has come again. False: it has its answer already.</summary>
    public bool TryRepeat(SipConnection by, SipRequest again)
    {
        // A mere retransmission is absorbed by what waits (RFC 3261 §17.2.2).
        if (TransactionKey.Server(again) == TransactionKey.Server(request)) return repetition != answered;
        var made = new Repetition(by, again);
        while (true)
        {
            var known = repetition;
            if (known == answered) return false;
            if (Interlocked.CompareExchange(ref repetition, made, known) == known) return true;
        }
    }

    private void Answer(in Outcome outcome, SipConnection by, SipRequest to)
    {
        if (outcome.Failure is { } failure) side.Requests.Responder.Refuse(by, to, failure, peer, SipRequestKind.NonInvite);
        else Responder.Plain(by, to, 200, dialog is null ? side.NewTag() : null);
    }
}
