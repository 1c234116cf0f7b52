using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
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
    private readonly ConcurrentDictionary<ulong, OutgoingRequest> pending = new();
    private readonly SipSide side;
    private readonly string prefix;
    private readonly byte[] prefixBytes;
    private ulong lastId;

    public CallTable(SipSide side, UInt128 instance)
    {
        this.side = side;
        prefix = "z9hG4bKgw" + ((ulong)instance).ToString("x16", CultureInfo.InvariantCulture) + ".";
        prefixBytes = System.Text.Encoding.ASCII.GetBytes(prefix);
        ViaSentBy = side.Options.Fqdn + ":" + side.Options.AdvertisedPort.ToString(CultureInfo.InvariantCulture);
    }

    public int Count => pending.Count;

    /// <summary>host:port of our Via.</summary>
    public string ViaSentBy { get; }

    /// <summary>Gives the request its number and remembers it; the caller then writes the request with <see cref="BranchOf"/>.</summary>
    public void Register(OutgoingRequest request, TimeSpan patience)
    {
        request.Id = Interlocked.Increment(ref lastId);
        request.Deadline = side.Now + patience;
        pending[request.Id] = request;
    }

    public string BranchOf(OutgoingRequest request) => prefix + request.Id.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Sends a registered request; on refusal it fails at once.</summary>
    public void Send(PeerModel peer, string domain, int lane, OutgoingRequest request, ReadOnlySpan<byte> bytes)
    {
        if (side.Links.For(peer).TrySend(peer, domain, lane, request, bytes, out var failure)) return;
        pending.TryRemove(request.Id, out _);
        request.Fail(SipReason.TransportFailed, failure);
    }

    public void Receive(SipConnection connection, SipResponse response)
    {
        if (!TryId(response, out var id) || !pending.TryGetValue(id, out var request))
        {
            side.Metrics.StrayResponse();
            return;
        }

        // Law: the answer counts only from the peer that was asked, whichever of its connections carries it.
        if (request.Connection is { } asked && asked != connection && (asked.Link is null || asked.Link != connection.Link)) return;
        if (response.CSeq.Method != request.Method) return;
        if (response.IsProvisional)
        {
            request.OnProvisional(response);
            return;
        }

        pending.TryRemove(id, out _);
        if (request.TryEnd()) request.OnFinal(response);
    }

    /// <summary>The connection is gone: what was asked on it gets no answer any more (RFC 3261 §17.1.4).</summary>
    public void ConnectionClosed(SipConnection connection, TransportReason reason, string detail)
    {
        foreach (var (id, request) in pending)
        {
            if (request.Connection != connection) continue;
            pending.TryRemove(id, out _);
            request.Fail(SipReason.TransportFailed, new LinkFailure(LinkFailureKind.Unreachable, "transport." + reason, detail));
        }
    }

    /// <summary>Ends what waited too long; called about once a second.</summary>
    public void Sweep()
    {
        var now = side.Now;
        foreach (var (id, request) in pending)
        {
            if (now < request.Deadline) continue;
            pending.TryRemove(id, out _);
            request.Fail(SipReason.TransactionTimeout, new LinkFailure(LinkFailureKind.TooOld, SipReason.TransactionTimeout.PublicName(), "The peer did not answer in time."));
        }
    }

    private bool TryId(SipResponse response, out ulong id)
    {
        id = 0;
        foreach (var via in response.All(SipHeaderId.Via))
        {
            var at = via.IndexOf(prefixBytes);
            if (at < 0) return false;
            var rest = via[(at + prefixBytes.Length)..];
            return Utf8Parser.TryParse(rest, out id, out _, 'x');
        }

        return false;
    }
}
