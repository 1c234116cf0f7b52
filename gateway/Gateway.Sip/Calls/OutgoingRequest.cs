using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Calls;

/// <summary>
/// One request of ours and whoever waits for its answer: the shell around a client transaction machine (RFC 3261 §17.1, RFC 6026 §7.2). The owner hears
/// of provisionals, of exactly one final response or failure, and, for an INVITE, of each further 2xx. A failure that another target may mend is not told yet: a
/// <see cref="FurtherTry"/> goes on for it.
/// </summary>
internal abstract class OutgoingRequest
{
    private readonly Lock gate = new();
    private OutgoingRequest? latest;
    private bool isHeard;
    private bool hasRung;
    private bool owesCancel;
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

    /// <summary>Its bytes as they left, kept only where they could leave by another way (<see cref="FurtherTry"/>).</summary>
    public byte[]? Bytes { get; set; }

    /// <summary>What its owner asked for: itself, unless it is a further try of another.</summary>
    public virtual OutgoingRequest First => this;

    /// <summary>The try that is under way now, or was the last.</summary>
    public OutgoingRequest Latest => First.latest ?? First;

    /// <summary>Connections whose far end answered 503 to it: what leads there too is not tried again.</summary>
    public virtual IReadOnlyList<SipConnection> Refusers => [];

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

    /// <summary>The try that goes on for the first one.</summary>
    public void GoOnWith(OutgoingRequest further) => latest = further;

    /// <summary>Steps the machine with a response and performs its outputs. True when the table may forget the request.</summary>
    public bool Receive(SipResponse response, SipTimers timers, DateTimeOffset now, CallTable table)
    {
        var step = On(TransactionInput.Response(response.Status), timers, now);
        if (step.Outputs.HasFlag(TransactionOutputs.SendAck)) SendAck(response);
        if (response.IsProvisional) Hear(response.Status);

        // 503 is the hop's own word that it did nothing with the request (RFC 3261 §16.7 step 6, §21.5.4); where somebody was rung already, somebody has seen it.
        if (step.Outputs.HasFlag(TransactionOutputs.PassUp) && !(response.Status == 503 && !hasRung && table.TryFurther(this, new TryEnd(response)))) OnResponse(response);
        return step.State.IsTerminated;
    }

    /// <summary>Takes back an INVITE: at once, or as soon as something was heard of it (RFC 3261 §9.1).</summary>
    public void Cancel()
    {
        lock (gate)
        {
            if (!isHeard)
            {
                owesCancel = true;
                return;
            }
        }

        SendCancel();
    }

    /// <summary>Time passed; true when the table may forget the request.</summary>
    public bool Tick(SipTimers timers, DateTimeOffset now, CallTable table)
    {
        if (now < state.Deadline) return false;
        var step = On(TransactionInput.Tick, timers, now);
        if (!step.Outputs.HasFlag(TransactionOutputs.PassUp)) return step.State.IsTerminated;
        var isSilent = IsUnheard && !IsSettled;
        if (isSilent) Link?.Silent(Connection!);
        Settle();

        // A path on which nothing at all was heard is dead; a hop that only keeps silent about this request is not (RFC 4320 §4.2).
        if (!(isSilent && IsHarmlessTwice(isPathDead: true) && table.TryFurther(this, new TryEnd(step.End, LinkFailure.NoAnswer)))) OnFailed(step.End, LinkFailure.NoAnswer);
        return step.State.IsTerminated;
    }

    /// <summary>The connection or the way to the peer failed.</summary>
    public void Fail(SipTimers timers, DateTimeOffset now, LinkFailure failure, CallTable table)
    {
        var step = On(TransactionInput.TransportFailed, timers, now);
        if (!step.Outputs.HasFlag(TransactionOutputs.PassUp)) return;
        if (Connection is not null && !isHeard && IsHarmlessTwice(isPathDead: false) && table.TryFurther(this, new TryEnd(step.End, failure))) return;
        OnFailed(step.End, failure);
    }

    /// <summary>Tells whoever asked for the first try how the last one ended.</summary>
    protected static void Tell(OutgoingRequest first, in TryEnd end)
    {
        if (end.Response is { } response) first.OnResponse(response);
        else first.OnFailed(end.Reason, end.Failure);
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

    // Handed over without an answer it may have been acted on (design §5 b): a MESSAGE could be shown twice and is told as lost. What asks for a dialog is recognized where it came twice
    // (RFC 3261 §8.2.2.2). In a dialog the owner asks again under a new number; but a NOTIFY that times out would end the subscription of a watcher who is well (RFC 6665 §4.2.2).
    private bool IsHarmlessTwice(bool isPathDead) => Method switch
    {
        SipMethod.Invite or SipMethod.Subscribe => Bytes is { } bytes && SipParser.TryRead(bytes, SipLimits.Default, out var sent) == SipReason.None && sent is SipRequest { ToTagBytes.IsEmpty: true },
        SipMethod.Notify => isPathDead,
        _ => false,
    };

    private void Hear(int status)
    {
        bool isCancelDue;
        lock (gate)
        {
            (isHeard, hasRung) = (true, hasRung || status > 100);
            (isCancelDue, owesCancel) = (owesCancel, false);
        }

        if (isCancelDue) SendCancel();
    }

    private void SendAck(SipResponse failure)
    {
        if (Sent is null || Connection is null) return;
        var buffer = Requests.Responder.Scratch();
        FollowUps.WriteAck(buffer, Sent, failure);
        Connection.TrySend(buffer.WrittenSpan);
    }

    private void SendCancel()
    {
        if (Sent is null || Connection is null) return;
        var buffer = Requests.Responder.Scratch();
        FollowUps.WriteCancel(buffer, Sent);
        Connection.TrySend(buffer.WrittenSpan);
    }
}
