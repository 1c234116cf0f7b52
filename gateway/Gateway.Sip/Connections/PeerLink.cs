using Gateway.Federation.Peers;
using Gateway.Sip.Calls;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// Everything that leads to one peer: its live connections, whichever side opened them (reuse is by authenticated name, RFC 5923 without the alias), and what
/// waits while one is dialled. Requests of one lane keep one connection as long as any of them is unanswered, so their order holds whatever comes and goes.
/// </summary>
/// <remarks>
/// The file holds sending; dialling is in <c>PeerLink.Dialling.cs</c>, sending to a further target in <c>PeerLink.Further.cs</c>, the care of standing connections in
/// <c>PeerLink.Upkeep.cs</c>. One gate orders everything; sends under it only queue, the batch around it writes when it is open again.
/// </remarks>
internal sealed partial class PeerLink(LinkTable table, PeerModel peer)
{
    private const int LanesMax = 512;

    private readonly Lock gate = new();
    private readonly Queue<Waiting> waiting = new();
    private Lane[]? lanes;
    private SipConnection[] live = [];
    private int waitingBytes;

    private readonly record struct Waiting(OutgoingRequest? Request, int Slot, byte[] Bytes, DateTimeOffset Since);

    private struct Lane
    {
        public SipConnection? Connection;
        public int Unanswered;
    }

    /// <summary>What became of one try to hand bytes to a connection.</summary>
    private enum Handed
    {
        Sent,
        NoWay,
        Full,
    }

    public string PeerName { get; } = peer.Name;

    /// <summary>The record this link was last used with.</summary>
    public PeerModel Peer { get; private set; } = peer;

    public IReadOnlyList<SipConnection> Live => live;

    public int WaitingCount => waiting.Count + elsewhere.Count;

    public LinkFailure LastFailure { get; private set; } = LinkFailure.None;

    /// <summary>
    /// Sends on a live connection (<paramref name="preferred"/>, else that of the <paramref name="lane"/>), or queues and dials. False: nothing was taken, and
    /// <paramref name="failure"/> says why.
    /// </summary>
    public bool TrySend(
        PeerModel peer, string domain, int lane, SipConnection? preferred, OutgoingRequest request, ReadOnlySpan<byte> bytes, out LinkFailure failure)
    {
        (request.Link, request.Domain) = (this, domain);
        var slot = lane & (LanesMax - 1);
        bool mustDial;
        bool isTaken;
        using (SendBatch.Begin())
        {
            lock (gate)
            {
                Peer = peer;
                failure = LinkFailure.None;
                var handed = preferred is { IsUsable: true, IsResting: false } && live.Contains(preferred)
                    ? Hand(preferred, request, -1, bytes)
                    : HandInLane(request, slot, bytes);
                if (handed == Handed.NoWay && preferred is not null) handed = HandInLane(request, slot, bytes);
                if (handed == Handed.Full) failure = SendQueueFull;
                isTaken = handed == Handed.Sent || (handed == Handed.NoWay && TryEnqueue(request, slot, bytes, out failure));
                mustDial = isTaken && (handed == Handed.NoWay ? MustDial() : MustGrow(request.Connection!));
            }
        }

        if (mustDial) _ = DialAsync(peer, domain);
        return isTaken;
    }

    /// <summary>
    /// A response or ACK whose own connection has ended: it goes to the same authenticated peer by another of its connections, or one that is dialled to its configured
    /// targets; never to an address out of a message (RFC 3261 §18.2.2, RFC 5923 §9, design law 10).
    /// </summary>
    public bool TrySendElsewhere(ReadOnlySpan<byte> bytes)
    {
        bool mustDial;
        bool isTaken;
        using (SendBatch.Begin())
        {
            lock (gate)
            {
                var handed = Choose(0) is { } other ? Hand(other, null, -1, bytes) : Handed.NoWay;
                isTaken = handed == Handed.Sent || (handed == Handed.NoWay && TryEnqueue(null, 0, bytes, out _));
                mustDial = isTaken && handed == Handed.NoWay && MustDial();
            }
        }

        if (mustDial) _ = DialAsync(Peer, Peer.FromDomains.FirstOrDefault(""));
        return isTaken;
    }

    /// <summary>The request needs its lane no more: it has its final answer, or will get none.</summary>
    public void Settled(int slot) => Interlocked.Decrement(ref lanes![slot].Unanswered);

    /// <summary>Gives up what has waited too long.</summary>
    private void SweepWaiting(DateTimeOffset now, TimeSpan waitMax)
    {
        List<OutgoingRequest>? old = null;
        lock (gate)
        {
            while (waiting.TryPeek(out var first) && now - first.Since >= waitMax)
            {
                Dequeue();
                if (first.Request is not null) (old ??= []).Add(first.Request);
            }
        }

        if (old is null) return;
        foreach (var request in old) table.Fail(request, LinkFailure.NoConnection);
    }

    private static LinkFailure SendQueueFull { get; } = new(LinkFailureKind.QueueFull, "transport.SendQueueFull", "The connection's send queue is full.");

    private Handed HandInLane(OutgoingRequest request, int slot, ReadOnlySpan<byte> bytes)
    {
        // What waits goes first, else it would be overtaken.
        if (waiting.Count > 0) return Handed.NoWay;
        return Pick(slot) is { } connection ? Hand(connection, request, slot, bytes) : Handed.NoWay;
    }

    // The connection of a lane; null when there is none, or when the lane must wait until it is known what its ended connection did not send.
    private SipConnection? Pick(int slot)
    {
        lanes ??= new Lane[LanesMax];
        ref var lane = ref lanes[slot];
        if (Volatile.Read(ref lane.Unanswered) > 0 && lane.Connection is { } bound)
        {
            if (bound.IsUsable) return bound;
            if (live.Contains(bound)) return null;
        }

        return lane.Connection = Choose(slot);
    }

    // Spread by slot over those that take new dialogs; one that is to be left is used only while there is no other.
    private SipConnection? Choose(int slot)
    {
        SipConnection? last = null;
        var usable = 0;
        foreach (var connection in live)
        {
            if (!connection.IsUsable || connection.IsResting) continue;
            if (connection.IsLastChoice) last = connection;
            else usable++;
        }

        if (usable == 0) return last;
        var at = slot % usable;
        foreach (var connection in live)
        {
            if (!connection.IsUsable || connection.IsResting || connection.IsLastChoice) continue;
            if (at-- == 0) return connection;
        }

        // One of them has ended between the two looks.
        return null;
    }

    private Handed Hand(SipConnection connection, OutgoingRequest? request, int slot, ReadOnlySpan<byte> bytes)
    {
        if (request is { Bytes: null } && MayGoFurther(request.Method)) request.Bytes = bytes.ToArray();
        request?.Carry(connection);
        var sent = connection.TrySendHere(bytes);
        if (sent == TransportReason.None)
        {
            // One that is sent again, because its connection had ended before it left, is counted already.
            if (slot >= 0 && request is { Slot: < 0 })
            {
                request.Slot = slot;
                Interlocked.Increment(ref lanes![slot].Unanswered);
            }

            return Handed.Sent;
        }

        // Nothing was written: the end of that connection is no longer this request's business.
        request?.Uncarry();
        return sent == TransportReason.SendQueueFull ? Handed.Full : Handed.NoWay;
    }

    private bool TryEnqueue(OutgoingRequest? request, int slot, ReadOnlySpan<byte> bytes, out LinkFailure failure)
    {
        var now = table.Now;
        failure = LinkFailure.None;
        if (!isDialling && now < notBefore && !HasWay())
        {
            failure = LastFailure;
            return false;
        }

        if (waiting.Count >= Peer.Limits.QueuedItemsMax || waitingBytes + bytes.Length > Peer.Limits.QueuedBytesMax)
        {
            failure = LinkFailure.TooMuchWaits;
            return false;
        }

        waiting.Enqueue(new Waiting(request, slot, bytes.ToArray(), now));
        waitingBytes += bytes.Length;
        return true;
    }

    private void Dequeue() => waitingBytes -= waiting.Dequeue().Bytes.Length;

    // The caller holds the gate and a batch. What cannot go now stays, in its order; what can never go is given back.
    private List<OutgoingRequest>? Drain()
    {
        List<OutgoingRequest>? refused = null;
        while (waiting.TryPeek(out var item))
        {
            // Given up meanwhile, by its owner or by age: no longer to be sent.
            if (item.Request is { IsTerminated: true })
            {
                Dequeue();
                continue;
            }

            if ((item.Request is null ? Choose(0) : Pick(item.Slot)) is not { } connection) break;
            var handed = Hand(connection, item.Request, item.Slot, item.Bytes);
            if (handed == Handed.NoWay) continue;
            Dequeue();
            if (handed == Handed.Full && item.Request is not null) (refused ??= []).Add(item.Request);
        }

        return refused;
    }
}
