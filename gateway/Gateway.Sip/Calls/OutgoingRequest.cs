using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Calls;

/// <summary>
/// One request of ours and whoever waits for its answer: the shell around a client transaction machine (RFC 3261 §17.1, RFC 6026 §7.2). The owner hears
/// of provisionals, of exactly one final response or failure, and, for an INVITE, of each further 2xx.
/// </summary>
internal abstract class OutgoingRequest
{
    private readonly Lock gate = new();
    private TransactionState state;
    private long heard;
    private int isSettled;

    protected OutgoingRequest(SipMethod method) => Method = method;

    public SipMethod Method { get; }

    /// <summary>The number inside our branch; set by the table.</summary>
    public ulong Id { get; set; }

    /// <summary>Where it went; null while it waits for a connection.</summary>
    public SipConnection? Connection { get; private set; }

    /// <summary>The link it was given to, and the far domain it was for.</summary>
    public PeerLink? Link { get; set; }

    public string Domain { get; set; } = "";

    /// <summary>Its lane in the link, where it is counted until it has its final answer; negative for none.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Nothing was heard on its connection since it was sent.</summary>
    public bool IsUnheard => Connection is { } carrier && carrier.Transport.BytesIn == heard;

    /// <summary>An INVITE as we sent it, for the ACK of a failure; null for other methods.</summary>
    public SipRequest? Sent { get; set; }

    public bool IsTerminated => state.IsTerminated;

    /// <summary>It has its final answer, or will get none.</summary>
    public bool IsSettled => Volatile.Read(ref isSettled) != 0;

    /// <summary>It goes out by this connection.</summary>
    public void Carry(SipConnection connection)
    {
        (Connection, heard) = (connection, connection.Transport.BytesIn);
        connection.Carried();
    }

    /// <summary>It did not leave by it after all.</summary>
    public void Uncarry()
    {
        Connection?.Uncarried();
        Connection = null;
    }

    /// <summary>It waits for nothing any more: its lane and its connection are told, once.</summary>
    public void Settle()
    {
        if (Interlocked.Exchange(ref isSettled, 1) != 0) return;
        Connection?.Uncarried();
        if (Slot >= 0) Link?.Settled(Slot);
    }

    public void Start(SipTimers timers, DateTimeOffset now) =>
        state = Method == SipMethod.Invite ? InviteClient.Start(timers, now) : NonInviteClient.Start(timers, now);

    /// <summary>Steps the machine with a response and performs its outputs. True when the table may forget the request.</summary>
    public bool Receive(SipResponse response, SipTimers timers, DateTimeOffset now)
    {
        var step = On(TransactionInput.Response(response.Status), timers, now);
        if (step.Outputs.HasFlag(TransactionOutputs.SendAck)) SendAck(response);
        if (step.Outputs.HasFlag(TransactionOutputs.PassUp)) OnResponse(response);
        return step.State.IsTerminated;
    }

    /// <summary>Time passed; true when the table may forget the request.</summary>
    public bool Tick(SipTimers timers, DateTimeOffset now)
    {
        if (now < state.Deadline) return false;
        var step = On(TransactionInput.Tick, timers, now);
        if (step.Outputs.HasFlag(TransactionOutputs.PassUp)) OnFailed(step.End, LinkFailure.NoAnswer);
        return step.State.IsTerminated;
    }

    /// <summary>The connection or the way to the peer failed.</summary>
    public void Fail(SipTimers timers, DateTimeOffset now, LinkFailure failure)
    {
        var step = On(TransactionInput.TransportFailed, timers, now);
        if (step.Outputs.HasFlag(TransactionOutputs.PassUp)) OnFailed(step.End, failure);
    }

    /// <summary>A response the transaction passes up: provisional or final.</summary>
    protected abstract void OnResponse(SipResponse response);

    /// <summary>No final response came or can come.</summary>
    protected abstract void OnFailed(SipReason reason, LinkFailure failure);

    private TransactionStep On(TransactionInput input, SipTimers timers, DateTimeOffset now)
    {
        lock (gate)
        {
            var step = Method == SipMethod.Invite ? InviteClient.On(state, input, timers, now) : NonInviteClient.On(state, input, now);
            state = step.State;
            return step;
        }
    }

    private void SendAck(SipResponse failure)
    {
        if (Sent is null || Connection is null) return;
        var buffer = Requests.Responder.Scratch();
        FollowUps.WriteAck(buffer, Sent, failure);
        Connection.TrySend(buffer.WrittenSpan);
    }
}
