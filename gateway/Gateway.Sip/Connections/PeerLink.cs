using Gateway.Federation.Peers;
using Gateway.Sip.Calls;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// Everything that leads to one peer: its live connections, whichever side opened them (reuse is by authenticated name, RFC 5923 without the alias), and the
/// requests that wait while one is dialled. Bounded by count, bytes and age.
/// </summary>
internal sealed class PeerLink(LinkTable table, string peerName)
{
    private readonly Lock gate = new();
    private readonly Queue<Waiting> waiting = new();
    private SipConnection[] live = [];
    private int waitingBytes;
    private bool isDialling;
    private DateTimeOffset notBefore;
    private LinkFailure lastFailure = LinkFailure.None;

    private readonly record struct Waiting(OutgoingRequest Request, byte[] Bytes, DateTimeOffset Since);

    public string PeerName { get; } = peerName;

    public IReadOnlyList<SipConnection> Live => live;

    public int WaitingCount => waiting.Count;

    public LinkFailure LastFailure => lastFailure;

    public void Add(SipConnection connection)
    {
        connection.Link = this;
        lock (gate)
        {
            // A peer that speaks at once on a connection we dialled is bound by its request before the dial is judged.
            if (!live.Contains(connection)) live = [.. live, connection];
        }

        // Ended before it was known here: its end could not take it away.
        if (!connection.IsUsable) Remove(connection);
    }

    public void Remove(SipConnection connection)
    {
        lock (gate) live = [.. live.Where(c => c != connection)];
    }

    /// <summary>
    /// Sends on a live connection (<paramref name="preferred"/>, else the same one for the same <paramref name="lane"/> while the set is unchanged, so order holds), or queues and dials.
    /// False: nothing was taken, and <paramref name="failure"/> says why.
    /// </summary>
    public bool TrySend(
        PeerModel peer, string domain, int lane, SipConnection? preferred, OutgoingRequest request, ReadOnlySpan<byte> bytes, out LinkFailure failure)
    {
        failure = LinkFailure.None;
        if ((preferred is { IsUsable: true } && preferred.Link == this ? preferred : Choose(lane)) is { } connection)
        {
            request.Connection = connection;
            var sent = connection.Transport.TrySend(bytes, null);
            if (sent == TransportReason.None) return true;

            // Nothing was written: the end of that connection is no longer this request's business.
            request.Connection = null;
            if (sent == TransportReason.SendQueueFull)
            {
                failure = new LinkFailure(LinkFailureKind.QueueFull, "transport." + sent, "The connection's send queue is full.");
                return false;
            }
        }

        return TryQueue(peer, domain, request, bytes, out failure);
    }

    /// <summary>Ends every connection that no longer proves to be <paramref name="peer"/> (null: nobody is configured by that name any more).</summary>
    public void Judge(PeerModel? peer, Func<SipConnection, PeerModel, bool> isProved)
    {
        foreach (var connection in live)
        {
            if (peer is null || !isProved(connection, peer)) connection.Transport.Close(TransportReason.ClosedByUs, "sip.PeerLost");
        }
    }

    /// <summary>Gives up what has waited too long; called about once a second.</summary>
    public void Sweep(DateTimeOffset now, TimeSpan waitMax)
    {
        List<OutgoingRequest>? old = null;
        lock (gate)
        {
            while (waiting.TryPeek(out var first) && now - first.Since >= waitMax)
            {
                waiting.Dequeue();
                waitingBytes -= first.Bytes.Length;
                (old ??= []).Add(first.Request);
            }
        }

        if (old is null) return;
        foreach (var request in old) table.Fail(request, LinkFailure.NoConnection);
    }

    private SipConnection? Choose(int lane)
    {
        var connections = live;
        for (var i = 0; i < connections.Length; i++)
        {
            var connection = connections[(int)(((uint)lane + (uint)i) % (uint)connections.Length)];
            if (connection.IsUsable) return connection;
        }

        return null;
    }

    private bool TryQueue(PeerModel peer, string domain, OutgoingRequest request, ReadOnlySpan<byte> bytes, out LinkFailure failure)
    {
        var now = table.Now;
        lock (gate)
        {
            if (!isDialling && now < notBefore)
            {
                failure = lastFailure;
                return false;
            }

            if (waiting.Count >= peer.Limits.QueuedItemsMax || waitingBytes + bytes.Length > peer.Limits.QueuedBytesMax)
            {
                failure = new LinkFailure(LinkFailureKind.QueueFull, "sip.QueueFull", "Too much waits for this peer's connection.");
                return false;
            }

            waiting.Enqueue(new Waiting(request, bytes.ToArray(), now));
            waitingBytes += bytes.Length;
            failure = LinkFailure.None;
            if (isDialling) return true;
            isDialling = true;
        }

        _ = DialAsync(peer, domain);
        return true;
    }

    private async Task DialAsync(PeerModel peer, string domain)
    {
        LinkFailure failure;
        SipConnection? connection;
        try
        {
            (connection, failure) = await table.DialAsync(peer, domain);
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

        if (connection is not null) Add(connection);
        Release(connection, failure);
        if (connection is not null) table.Restored(PeerName);
    }

    private void Release(SipConnection? connection, LinkFailure failure)
    {
        Waiting[] released;
        lock (gate)
        {
            isDialling = false;
            lastFailure = failure;
            notBefore = connection is null ? table.Now + table.RetryAfter : default;
            released = [.. waiting];
            waiting.Clear();
            waitingBytes = 0;
        }

        using var batch = SendBatch.Begin();
        foreach (var item in released)
        {
            // Given up meanwhile, by its owner or by age: no longer to be sent.
            if (item.Request.IsTerminated) continue;
            item.Request.Connection = connection;
            if (connection is null)
            {
                table.Fail(item.Request, failure);
            }
            else if (!connection.TrySend(item.Bytes))
            {
                item.Request.Connection = null;
                table.Fail(item.Request, new LinkFailure(LinkFailureKind.Unreachable, "transport.Closed", "The connection ended at once."));
            }
        }
    }
}

/// <summary>Why a peer could not be reached, in the words of status.</summary>
internal sealed record LinkFailure(LinkFailureKind Kind, string Reason, string Detail)
{
    public static LinkFailure None { get; } = new(LinkFailureKind.None, "", "");

    public static LinkFailure NoAnswer { get; } = new(LinkFailureKind.TooOld, "sip.TransactionTimeout", "The peer did not answer in time.");

    public static LinkFailure NoConnection { get; } = new(LinkFailureKind.TooOld, "sip.TransportFailed", "No connection to the peer could be made in time.");
}

/// <summary>Kinds of link failure that are answered differently.</summary>
internal enum LinkFailureKind
{
    None,

    /// <summary>No address, no connection, no TLS.</summary>
    Unreachable,

    /// <summary>The domain or its SRV record does not exist.</summary>
    NotFound,

    /// <summary>It answered, but did not prove to be the peer.</summary>
    NotProved,

    QueueFull,

    TooOld,
}
