using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Requests;

/// <summary>
/// One request of a peer while we owe it something: the shell around a server transaction machine (RFC 3261 §17.2, RFC 6026 §7.1, RFC 4320). Whatever answers the request goes
/// through <see cref="Answer"/>, which sends it or, when the request was cancelled or is too old, does not.
/// </summary>
internal sealed class ServerTransaction(ServerTransactions table, SipConnection connection, SipRequest request, string peer, SipTimers timers, DateTimeOffset now)
{
    private readonly Lock gate = new();
    private TransactionState state = request.Method == SipMethod.Invite ? InviteServer.Start(timers, now) : NonInviteServer.Start(timers, now);
    private byte[]? last;
    private string? toTag;

    public SipRequest Request => request;

    public string Peer => peer;

    /// <summary>Key in the table; null for a request inside a dialog, which its CSeq tells apart.</summary>
    public TransactionKey? Key { get; init; }

    /// <summary>Neighbours in the table's list of requests without a key.</summary>
    public LinkedListNode<ServerTransaction>? Node { get; set; }

    /// <summary>Sends the response unless the machine forbids it: false when the request was cancelled or answered, or its time is over.</summary>
    public bool Answer(int status, ReadOnlySpan<byte> response, string? tag)
    {
        bool isSent;
        if (status is >= 200 and < 300 && request.Method == SipMethod.Message && Key is not null) table.Remember(this);
        lock (gate)
        {
            toTag ??= tag;
            isSent = Step(TransactionInput.Response(status)).HasFlag(TransactionOutputs.SendResponse);

            // Only the failure of an INVITE is ever sent again; a repeated INVITE that was accepted is absorbed.
            if (isSent && status >= 300 && !state.IsTerminated) last = response.ToArray();
        }

        if (isSent) connection.TrySend(response);
        return isSent;
    }

    /// <summary>The same request came again (RFC 3261 §17.2.1, §17.2.2).</summary>
    public void Repeat()
    {
        lock (gate) Perform(Step(TransactionInput.Request));
    }

    /// <summary>The ACK of this INVITE. True when it belongs to the transaction, because the INVITE failed; that of a 2xx is the dialog's.</summary>
    public bool Acknowledge()
    {
        lock (gate)
        {
            if (state.Phase != TransactionPhase.Completed) return false;
            Perform(Step(TransactionInput.Ack));
            return true;
        }
    }

    /// <summary>Answers a CANCEL of this request, and ends it when nothing has answered it yet (RFC 3261 §9.2).</summary>
    public void Cancel(SipConnection from, SipRequest cancel, Func<string> newTag)
    {
        lock (gate)
        {
            toTag ??= newTag();
            Responder.Plain(from, cancel, 200, toTag);
            Perform(Step(TransactionInput.Cancel));
        }
    }

    public void Tick(DateTimeOffset at)
    {
        lock (gate)
        {
            if (at >= state.Deadline) Perform(Step(TransactionInput.Tick, at));
        }
    }

    // The caller holds the gate.
    private TransactionOutputs Step(TransactionInput input, DateTimeOffset? at = null)
    {
        var time = at ?? table.Now;
        var step = request.Method == SipMethod.Invite ? InviteServer.On(state, input, timers, time) : NonInviteServer.On(state, input, timers, time);
        state = step.State;
        if (state.IsTerminated) table.Close(this, step.End);
        return step.Outputs;
    }

    private void Perform(TransactionOutputs outputs)
    {
        if (outputs.HasFlag(TransactionOutputs.ResendResponse) && last is { } response) connection.TrySend(response);
        if (outputs.HasFlag(TransactionOutputs.SendTrying)) Send(100);
        if (outputs.HasFlag(TransactionOutputs.SendTerminated)) last = Send(487);
    }

    private byte[] Send(int status)
    {
        var buffer = Responder.Scratch();
        var writer = SipWriter.ResponseTo(buffer, request, status, null, toTag);

        // RFC 3261 §8.2.6.1.
        if (status == 100 && request.Has(SipHeaderId.Timestamp)) writer.Header(SipHeaderId.Timestamp, request.First(SipHeaderId.Timestamp));
        writer.End();
        connection.TrySend(buffer.WrittenSpan);
        return status == 100 ? [] : buffer.WrittenSpan.ToArray();
    }
}
