using Gateway.Federation.Peers;
using Gateway.Sip.Calls;
using Gateway.Sip.Protocol.Wire;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// Dialling: one at a time; the first when there is no connection, further ones when those that stand are busy, at most as many as the peer's record allows (an edge
/// allows four, field fact A4). Also what happens when a connection joins or ends.
/// </summary>
internal sealed partial class PeerLink
{
    private const int UnsentBusyBytes = 64 * 1024;

    private bool isDialling;
    private DateTimeOffset notBefore;

    /// <summary>What is known against the peer's targets.</summary>
    public TargetBook Targets { get; } = new(table.RetryAfter, table.QuarantineMax);

    public bool IsDialling => isDialling;

    /// <summary>When a peer that cannot be reached is tried again; null when nothing is in the way.</summary>
    public DateTimeOffset? NextTry => notBefore > table.Now ? notBefore : null;

    /// <summary>A connection was proved to be the peer's: whatever waits may leave by it.</summary>
    public void Add(SipConnection connection) => Add(connection, isDialled: false);

    private void Add(SipConnection connection, bool isDialled)
    {
        connection.Join(this);
        List<OutgoingRequest>? refused;
        bool isFirst;
        var mustDial = false;
        IReadOnlyList<SipConnection> refusers = [];
        using (SendBatch.Begin())
        {
            lock (gate)
            {
                isFirst = isDialled && !HasWay();
                if (isDialled) (isDialling, LastFailure, notBefore) = (false, LinkFailure.None, default);

                // Published and emptied into in one step, so that nothing new overtakes what waited for it.
                // A peer that speaks at once on a connection we dialled is bound by its request before the dial is judged.
                if (!live.Contains(connection)) live = [.. live, connection];
                if (connection.IsUsable) notBefore = default;
                LeaveWorse();
                NoteHops();
                refused = Drain();
                DrainFurther(isDialled, ref refused);
                if (isDialled && elsewhere.Count > 0) (mustDial, refusers) = (isDialling = true, BeginFurther());
            }
        }

        Fail(refused, SendQueueFull);

        // Ended before it was known here: its end could not take it away.
        if (connection.HasEnded) Remove(connection, default, 0);
        if (mustDial) _ = DialAsync(Peer, DomainOfFirst(), refusers);
        if (isFirst) table.Restored(PeerName);
    }

    /// <summary>
    /// A connection has ended. What it had accepted and not begun to send goes out by another, requests and responses alike, in the order it had; the first
    /// <paramref name="attempted"/> bytes may have arrived and are not repeated.
    /// </summary>
    public void Remove(SipConnection connection, ReadOnlyMemory<byte> unsent, int attempted)
    {
        List<OutgoingRequest>? refused;
        bool mustDial;
        using (SendBatch.Begin())
        {
            lock (gate)
            {
                live = [.. live.Where(c => c != connection)];
                NoteHops();
                if (unsent.Length > attempted) Requeue(connection, unsent.Span, attempted);
                refused = Drain();
                mustDial = waiting.Count > 0 && MustDial();
            }
        }

        Fail(refused, SendQueueFull);
        if (mustDial) _ = DialAsync(Peer, DomainOfFirst());
    }

    /// <summary>Dials when nothing else does, and nothing forbids it now.</summary>
    private void DialIfIdle()
    {
        bool mustDial;
        lock (gate) mustDial = MustDial();
        if (mustDial) _ = DialAsync(Peer, Peer.FromDomains.FirstOrDefault(""));
    }

    // Unsent messages stand before whatever was queued since: the queue is made anew with them in front.
    private void Requeue(SipConnection connection, ReadOnlySpan<byte> unsent, int attempted)
    {
        var later = waiting.ToArray();
        waiting.Clear();
        var now = table.Now;
        var progress = default(SipFrameProgress);
        for (var at = 0; at < unsent.Length;)
        {
            var frame = SipFramer.TryRead(unsent[at..], table.Limits, ref progress);
            if (frame.Consumed == 0) break;
            if (at >= attempted && frame.Message is { } message)
            {
                var request = message is SipRequest ? table.Find(connection, message) : null;

                // An ACK belongs to no transaction; any other request without one was given up.
                if (request is not null || message is SipResponse or SipRequest { Method: SipMethod.Ack })
                {
                    var bytes = unsent.Slice(at, frame.Consumed).ToArray();
                    request?.Uncarry();
                    waiting.Enqueue(new Waiting(request, Math.Max(0, request?.Slot ?? 0), bytes, now));
                    waitingBytes += bytes.Length;
                }
            }

            at += frame.Consumed;
        }

        foreach (var item in later) waiting.Enqueue(item);
    }

    private string DomainOfFirst() => waiting.Concat(elsewhere).FirstOrDefault(w => w.Request is not null).Request?.Domain ?? Peer.FromDomains.FirstOrDefault("");

    private bool HasWay()
    {
        foreach (var connection in live)
            if (!connection.IsResting) return true;
        return false;
    }

    // The caller holds the gate and dials when told so.
    private bool MustDial()
    {
        if (isDialling || table.Now < notBefore) return false;

        // A connection that is ending is not counted on, but one that stands will take what waits.
        foreach (var connection in live)
            if (connection is { IsUsable: true, IsResting: false, IsLastChoice: false }) return false;
        return isDialling = true;
    }

    // Another connection helps only when all that stand are busy: gathered writes on one are cheaper than spread over four.
    private bool MustGrow(SipConnection used)
    {
        if (used.IsLeaving) return MustDial();
        if (!IsBusy(used) || isDialling) return false;
        var dialled = 0;
        foreach (var connection in live)
        {
            if (!connection.IsUsable || connection.IsLastChoice) continue;
            if (!IsBusy(connection)) return false;
            if (!connection.Transport.IsAccepted) dialled++;
        }

        if (dialled >= Peer.Limits.OutgoingConnectionsMax || table.Now < notBefore) return false;
        return isDialling = true;
    }

    private bool IsBusy(SipConnection connection) =>
        connection.Unanswered >= table.RequestsPerConnection || connection.Transport.UnsentBytes > UnsentBusyBytes;

    private Task DialAsync(PeerModel peer, string domain) => DialAsync(peer, domain, []);

    private async Task DialAsync(PeerModel peer, string domain, IReadOnlyList<SipConnection> refusers)
    {
        LinkFailure failure;
        SipConnection? connection;
        var notBeforeThen = table.Now + table.RetryAfter;
        try
        {
            // Who asked for peace, and may be one of the targets, is not dialled anew.
            SipConnection[] resting = [.. live.Where(c => c.IsResting)];
            (connection, failure) = await table.DialAsync(this, peer, domain, [.. refusers, .. resting]);
            if (connection is null) notBeforeThen = Targets.Next(table.Now + table.RetryAfter).At;
            if (connection is null && resting.Length > 0 && !HasWay()) failure = PeerOverloaded;
        }
        catch (OperationCanceledException)
        {
            (connection, failure) = (null, new LinkFailure(LinkFailureKind.Unreachable, "transport.ClosedByUs", "The gateway is stopping."));
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            table.Defect(defect);
            (connection, failure) = (null, new LinkFailure(LinkFailureKind.Unreachable, "sip.PeerLost", defect.GetType().Name));
        }

        if (connection is null) GiveUp(failure, notBeforeThen);
        else Add(connection, isDialled: true);
    }

    private void GiveUp(LinkFailure failure, DateTimeOffset until)
    {
        List<OutgoingRequest> released = [];
        bool isUnreached;
        bool mustDial;
        lock (gate)
        {
            // Where all that is left has refused what was to be sent, nothing was dialled.
            var hasFailed = failure.Kind != LinkFailureKind.None;
            isDialling = false;
            if (hasFailed) (LastFailure, notBefore) = (failure, until);
            released.AddRange(elsewhere.Select(w => w.Request!));
            elsewhere.Clear();

            // A dial for more room that failed: those that stand go on.
            isUnreached = hasFailed && !HasWay();
            if (isUnreached)
            {
                released.AddRange(waiting.Select(w => w.Request).OfType<OutgoingRequest>().Where(r => !r.IsTerminated));
                waiting.Clear();
                waitingBytes = 0;
            }

            mustDial = waiting.Count > 0 && MustDial();
        }

        if (isUnreached) table.Unreached(Peer, failure, until);
        Fail(released, failure);
        if (mustDial) _ = DialAsync(Peer, DomainOfFirst());
    }

    private void Fail(List<OutgoingRequest>? requests, LinkFailure failure)
    {
        if (requests is null) return;
        foreach (var request in requests) table.Fail(request, failure);
    }
}
