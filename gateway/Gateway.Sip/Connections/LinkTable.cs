using System.Collections.Concurrent;
using Gateway.Federation.Peers;
using Gateway.Sip.Calls;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>The links of all peers, and what a link needs of the side around it.</summary>
internal sealed class LinkTable(SipSide side, LinkDialer dialer)
{
    private readonly ConcurrentDictionary<string, PeerLink> links = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SipConnection, byte> unbound = new();

    private long judged = side.Peers.Version;

    public DateTimeOffset Now => side.Now;

    public TimeSpan RetryAfter => TimeSpan.FromSeconds(side.Options.LinkRetrySeconds);

    public TimeSpan QuarantineMax => TimeSpan.FromSeconds(side.Options.QuarantineSecondsMax);

    public TimeSpan KeepAlive => TimeSpan.FromSeconds(side.Options.KeepAliveSeconds);

    public int RequestsPerConnection => side.Options.RequestsPerConnection;

    public SipLimits Limits => side.Options.Limits;

    public IEnumerable<PeerLink> All => links.Values;

    /// <summary>Connections that have not yet proved to be anybody.</summary>
    public IEnumerable<SipConnection> Unbound => unbound.Keys;

    public PeerLink For(PeerModel peer) =>
        links.TryGetValue(peer.Name, out var known) ? known : links.GetOrAdd(peer.Name, static (_, made) => new PeerLink(made.Table, made.Peer), (Table: this, Peer: peer));

    public void Opened(SipConnection connection)
    {
        if (connection.Link is null) unbound[connection] = 0;
    }

    public void Bind(SipConnection connection, PeerModel peer)
    {
        var link = For(peer);
        if (connection.Transport.IsAccepted && link.Live.Count(c => c.Transport.IsAccepted) >= peer.Limits.ConnectionsMax)
        {
            connection.IsSurplus = true;
            return;
        }

        // The first binding races with the end of a dial and with the sweep; a further one, of a second record with the same certificate, does not.
        if (!unbound.TryRemove(connection, out _) && connection.Link is null) return;
        link.Add(connection);
        side.Notifiers.LinkRestored(peer.Name);
    }

    /// <summary>A connection we dialled has proved itself: it is its link's from now on.</summary>
    public void Proved(SipConnection connection) => unbound.TryRemove(connection, out _);

    public void Closed(SipConnection connection, ReadOnlyMemory<byte> unsent, int attempted)
    {
        unbound.TryRemove(connection, out _);
        foreach (var link in connection.End())
        {
            // What it had not sent is one peer's, or that of two records of one peer: it is taken up once.
            link.Remove(connection, unsent, attempted);
            unsent = default;
        }
    }

    public bool TrySendElsewhere(SipConnection connection, ReadOnlySpan<byte> bytes)
    {
        foreach (var link in connection.Links)
        {
            if (link.TrySendElsewhere(bytes)) return true;
        }

        side.Metrics.ResponseLost();
        return false;
    }

    /// <summary>The request of ours on this connection that this message is, if it still waits for an answer.</summary>
    public OutgoingRequest? Find(SipConnection connection, SipMessage message) => side.Calls.Find(connection, message);

    public void Fail(OutgoingRequest request, LinkFailure failure) => side.Calls.Fail(request, failure);

    public void Restored(string peer)
    {
        side.Peers.Health.Restored(peer);
        side.Notifiers.LinkRestored(peer);
    }

    /// <summary>No target of the peer could be reached; back-up routes are used until then.</summary>
    public void Unreached(PeerModel peer, LinkFailure failure, DateTimeOffset until) => side.Peers.Health.Failed(peer.Name, failure.Reason, until);

    public void Said(PeerModel peer, LinkFailure failure) => side.LinkFailed(peer, failure);

    public void Defect(Exception defect) => side.Defect(defect);

    public Task<(SipConnection? Connection, LinkFailure Failure)> DialAsync(PeerLink link, PeerModel known, string domain, IReadOnlyList<SipConnection> refusers) =>
        dialer.DialAsync(link, known, domain, refusers);

    /// <summary>The host names that DNS gives for a domain's SIP systems.</summary>
    public ValueTask<DiscoveredNames> NamesAsync(string domain) => dialer.NamesAsync(domain);

    public void LookAgain(PeerLink link) => side.Run(() => dialer.LookAgainAsync(link));

    public void Sweep()
    {
        var now = Now;
        var version = side.Peers.Version;
        if (Interlocked.Exchange(ref judged, version) != version) JudgeAll();
        foreach (var (connection, _) in unbound)
        {
            if (now - connection.OpenedAt >= TimeSpan.FromSeconds(side.Options.UnprovedSecondsMax))
                connection.Transport?.Close(TransportReason.ClosedByUs, "sip.PeerLost");
        }

        foreach (var (_, link) in links) link.Sweep(now, TimeSpan.FromSeconds(side.Options.LinkSecondsMax));
    }

    // Peers or trust have changed: a connection whose peer was withdrawn ends now, the others stay (design §5 c).
    private void JudgeAll()
    {
        foreach (var (name, link) in links)
        {
            var peer = side.Peers.Current.Peers.ByName(name);

            // A discovered partner has no record of its own: it is judged again with its next request.
            if (peer is null && name.StartsWith("discovered:", StringComparison.Ordinal)) continue;
            link.Judge(peer, (connection, known) =>
            {
                var found = connection.Target is { IsDiscovered: true } target ? DiscoveredNames.Of(target.Host, target.IsNameSecure) : null;
                return side.Peers.AdmitTarget(connection.Transport.Evidence, known, known.FromDomains.FirstOrDefault(name), found);
            });
        }
    }
}
