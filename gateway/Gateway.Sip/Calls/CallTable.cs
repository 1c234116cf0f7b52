using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Gateway.Federation.Peers;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Gateway.Transport;

namespace Gateway.Sip.Calls;

/// <summary>
/// Our requests that wait for an answer, by the number in their branch. Responses are matched by branch and CSeq method (RFC 3261 §17.1.3) and only on a connection
/// of the peer that was asked; everything else is dropped.
/// </summary>
internal sealed class CallTable
{
    // As many targets as one look-up tries.
    private const int TriesMax = 8;

    private readonly ConcurrentDictionary<ulong, OutgoingRequest> pending = new();
    private readonly SipSide side;
    private readonly string prefix;
    private readonly byte[] prefixBytes;
    private ulong lastId;

    public CallTable(SipSide side, UInt128 instance)
    {
        this.side = side;
        prefix = string.Create(CultureInfo.InvariantCulture, $"z9hG4bKgw{(ulong)instance:x16}.");
        prefixBytes = Encoding.ASCII.GetBytes(prefix);
    }

    public int Count => pending.Count;

    /// <summary>Remembers the request and gives it its branch; the caller writes the request with it and then calls <see cref="Send"/>.</summary>
    public string Register(OutgoingRequest request)
    {
        request.Id = Interlocked.Increment(ref lastId);
        request.Start(side.Options.Timers, side.Now);
        pending[request.Id] = request;
        return BranchOf(request);
    }

    /// <summary>A branch for a request that has no transaction of its own: ACK of a 2xx.</summary>
    public string NewBranch() => prefix + "a" + Interlocked.Increment(ref lastId).ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Sends a registered request, by <paramref name="preferred"/> while that stands; when the peer cannot be reached at all it fails at once.</summary>
    public void Send(PeerModel peer, string domain, int lane, OutgoingRequest request, ReadOnlySpan<byte> bytes, SipConnection? preferred = null)
    {
        if (request.Method == SipMethod.Invite && SipParser.TryRead(bytes.ToArray(), side.Options.Limits, out var sent) == SipReason.None)
            request.Sent = (SipRequest)sent!;
        if (request.Method is not (SipMethod.Subscribe or SipMethod.Notify)) side.Paces.Spend(peer);
        if (peer.Sip.AnswerSecondsMax != SipPeerTerms.Default.AnswerSecondsMax) request.Start(TimersOf(peer), side.Now);
        if (side.Links.For(peer).TrySend(peer, domain, lane, preferred, request, bytes, out var failure)) return;
        Fail(request, failure);
    }

    public void Fail(OutgoingRequest request, LinkFailure failure)
    {
        request.Settle();
        request.Fail(side.Options.Timers, side.Now, failure, this);
        pending.TryRemove(request.Id, out _);
    }

    /// <summary>Sends what has just failed to another target of its peer, if there is one that has not refused it: false, and its owner is to be told.</summary>
    public bool TryFurther(OutgoingRequest failed, in TryEnd end)
    {
        if (failed is not { Bytes: { } bytes, Connection: not null, Link: { } link } || failed is FurtherTry { Number: >= TriesMax }) return false;
        var further = new FurtherTry(failed, end);
        var again = Rebranched(bytes, BranchOf(failed), Register(further));
        if (further.Method == SipMethod.Invite && SipParser.TryRead(again, side.Options.Limits, out var sent) == SipReason.None) further.Sent = (SipRequest)sent!;
        failed.First.GoOnWith(further);
        further.Start(TimersOf(link.Peer), side.Now);
        if (link.TrySendFurther(further, failed.Slot, failed.Domain, again))
        {
            side.Metrics.SentFurther();
            return true;
        }

        failed.First.GoOnWith(failed);
        pending.TryRemove(further.Id, out _);
        return false;
    }

    public void Receive(SipConnection connection, SipResponse response)
    {
        if (!TryId(response, out var id) || !pending.TryGetValue(id, out var request))
        {
            side.Metrics.StrayResponse();
            return;
        }

        // Law 11: the answer counts only from the peer that was asked, whichever of its connections carries it.
        // What was not sent yet has no answer: its branch was guessed.
        if (request.Connection is not { } asked || (asked != connection && !connection.BelongsTo(request.Link!.PeerName)))
        {
            side.Metrics.StrayResponse();
            return;
        }

        if (response.CSeq.Method != request.Method) return;
        if (response.Status >= 300 && asked.Link is { } link) side.Diagnosed(link.PeerName, $"{response.Status} to {response.CSeq.Method.Name()}", response);
        if (response.IsFinal) request.Settle();
        if (response.Status == 503 && RetryAfterHeader.SecondsOf(response) is { } seconds) request.Link?.Overloaded(asked, TimeSpan.FromSeconds(seconds));
        if (request.Receive(response, side.Options.Timers, side.Now, this)) pending.TryRemove(id, out _);
    }

    /// <summary>The connection is gone: what was asked on it gets no answer any more (RFC 3261 §17.1.4).</summary>
    public void ConnectionClosed(SipConnection connection, TransportReason reason, string detail)
    {
        foreach (var (_, request) in pending)
        {
            if (request.Connection == connection) Fail(request, new LinkFailure(LinkFailureKind.Unreachable, "transport." + reason, detail) { IsUnsent = false });
        }
    }

    /// <summary>The request that these bytes are, if they went out by this connection and still wait for an answer.</summary>
    public OutgoingRequest? Find(SipConnection connection, SipMessage message) =>
        TryId(message, out var id) && pending.TryGetValue(id, out var request) && request.Connection == connection ? request : null;

    /// <summary>Ends what waited too long; called about once a second.</summary>
    public void Sweep()
    {
        var now = side.Now;
        foreach (var (id, request) in pending)
        {
            if (!request.Tick(side.Options.Timers, now, this)) continue;
            pending.TryRemove(id, out _);
            request.Settle();
        }
    }

    // T1 is what the others are made of (RFC 3261 table 4).
    private SipTimers TimersOf(PeerModel peer) => peer.Sip.AnswerSecondsMax == SipPeerTerms.Default.AnswerSecondsMax
        ? side.Options.Timers
        : side.Options.Timers with { T1 = TimeSpan.FromSeconds(peer.Sip.AnswerSecondsMax / 64.0) };

    private string BranchOf(OutgoingRequest request) => prefix + request.Id.ToString("x", CultureInfo.InvariantCulture);

    // The branch stands in the topmost Via, which is ours and the first header of what we write.
    private static byte[] Rebranched(ReadOnlySpan<byte> request, string old, string branch)
    {
        var at = request.IndexOf(Encoding.ASCII.GetBytes(old));
        return [.. request[..at], .. Encoding.ASCII.GetBytes(branch), .. request[(at + old.Length)..]];
    }

    private bool TryId(SipMessage message, out ulong id)
    {
        id = 0;
        foreach (var via in message.All(SipHeaderId.Via))
        {
            var branch = Via.BranchOf(via);
            return branch.StartsWith(prefixBytes) && Utf8Parser.TryParse(branch[prefixBytes.Length..], out id, out _, 'x');
        }

        return false;
    }
}
