using System.Collections.Concurrent;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Transactions;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Requests;

/// <summary>
/// The requests of peers that we still owe something: those that begin something are found again by From tag, Call-ID and CSeq, so that a repetition is absorbed, the same request by another
/// path is 482 (RFC 3261 §8.2.2.2), and CANCEL and ACK find what they speak of. A MESSAGE inside a dialog is only watched while it waits, because nothing is cheaper.
/// </summary>
internal sealed class ServerTransactions(SipSide side)
{
    /// <summary>Requests followed at once; beyond it the whole gateway is overloaded.</summary>
    public const int OpenMax = 200_000;

    // What a CANCEL does not say is the method of its request.
    private static readonly SipMethod[] cancellable = [SipMethod.Invite, SipMethod.Message, SipMethod.Subscribe];

    private readonly ConcurrentDictionary<(string Peer, TransactionKey Key), ServerTransaction> open = new();
    private readonly LinkedList<ServerTransaction> waiting = new();
    private readonly ServedMessages served = new(side.Options.Timers.F);
    private int count;

    public DateTimeOffset Now => side.Now;

    public int Count => Volatile.Read(ref count);

    /// <summary>Begins to follow a request. False: it was answered or absorbed here and goes no further.</summary>
    public bool TryOpen(SipConnection connection, SipRequest request, string peer)
    {
        if (Count >= OpenMax)
        {
            side.Requests.Responder.Refuse(connection, request, 503, SipReason.Overloaded.PublicName(), "Too many requests wait here.", null, 10);
            return false;
        }

        var key = TransactionKey.Merge(request);
        if (request.Method == SipMethod.Message && served.Has(peer, key, request, Now))
        {
            Responder.Plain(connection, request, 200, side.NewTag());
            return false;
        }

        var made = new ServerTransaction(this, connection, request, peer, side.Options.Timers, Now) { Key = key };
        while (!open.TryAdd((peer, key), made))
        {
            if (!open.TryGetValue((peer, key), out var known)) continue;
            if (TransactionKey.Server(known.Request) == TransactionKey.Server(request))
            {
                known.Repeat();
                return false;
            }

            // Inside a dialog the CSeq decides.
            if (!request.ToTagBytes.IsEmpty) return true;
            side.Requests.Responder.Refuse(connection, request, 482, SipReason.MergedRequest.PublicName(), "The same request came by another path.");
            return false;
        }

        Interlocked.Increment(ref count);
        request.Transaction = made;
        return true;
    }

    /// <summary>Watches a request inside a dialog until it is answered, so that it gets its 100 in time and no late answer (RFC 4320).</summary>
    public void Watch(SipConnection connection, SipRequest request, string peer)
    {
        var made = new ServerTransaction(this, connection, request, peer, side.Options.Timers, Now);
        lock (waiting) made.Node = waiting.AddLast(made);
        Interlocked.Increment(ref count);
        request.Transaction = made;
    }

    /// <summary>The ACK of a failure ends here: true. That of a 2xx belongs to the dialog.</summary>
    public bool Acknowledge(SipRequest ack, string peer) =>
        open.TryGetValue((peer, TransactionKey.Merge(ack, SipMethod.Invite)), out var invite) && invite.Acknowledge();

    /// <summary>Answers a CANCEL: 200 when its request is known here, else 481.</summary>
    public void Cancel(SipConnection connection, SipRequest cancel, string peer)
    {
        foreach (var method in cancellable)
        {
            if (!open.TryGetValue((peer, TransactionKey.Merge(cancel, method)), out var found)) continue;
            if (TransactionKey.Server(found.Request) != TransactionKey.Cancelled(cancel, method)) continue;
            found.Cancel(connection, cancel, side.NewTag);
            return;
        }

        side.Requests.Responder.Refuse(connection, cancel, 481, SipReason.TransactionUnknown.PublicName(), "Nothing waits here that could be cancelled.");
    }

    public void Sweep()
    {
        var now = Now;
        foreach (var (_, transaction) in open) transaction.Tick(now);
        ServerTransaction[] old;
        lock (waiting) old = waiting.Count == 0 ? [] : [.. waiting];
        foreach (var transaction in old) transaction.Tick(now);
    }

    /// <summary>A MESSAGE outside dialogs was accepted, whether or not its answer arrives.</summary>
    internal void Remember(ServerTransaction accepted) => served.Add(accepted.Peer, accepted.Key!.Value, accepted.Request, Now);

    internal void Close(ServerTransaction transaction, SipReason end)
    {
        if (transaction.Node is { } node)
        {
            lock (waiting)
            {
                if (node.List is null) return;
                waiting.Remove(node);
            }
        }
        else if (!open.TryRemove(new((transaction.Peer, transaction.Key!.Value), transaction)))
        {
            return;
        }

        Interlocked.Decrement(ref count);
        if (end is SipReason.AckNeverCame or SipReason.TransactionTimeout) side.Ended(transaction.Peer, transaction.Request.MethodName, end);
    }
}
