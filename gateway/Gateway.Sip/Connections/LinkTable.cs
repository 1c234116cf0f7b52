using System.Collections.Concurrent;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>The links of all peers, and the dialling of a new connection: targets in order, TLS, then the one judge.</summary>
internal sealed class LinkTable(SipSide side, Dialer dialer, SipTargets targets)
{
    private readonly ConcurrentDictionary<string, PeerLink> links = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SipConnection, byte> unbound = new();

    private long judged = side.Peers.Version;

    public DateTimeOffset Now => side.Now;

    public TimeSpan RetryAfter => TimeSpan.FromSeconds(side.Options.LinkRetrySeconds);

    public IEnumerable<PeerLink> All => links.Values;

    /// <summary>Connections that have not yet proved to be anybody.</summary>
    public IEnumerable<SipConnection> Unbound => unbound.Keys;

    public PeerLink For(PeerModel peer) => links.GetOrAdd(peer.Name, static (name, table) => new PeerLink(table, name), this);

    public void Opened(SipConnection connection)
    {
        if (connection.Link is null) unbound[connection] = 0;
    }

    public void Bind(SipConnection connection, PeerModel peer)
    {
        var link = For(peer);
        if (link.Live.Count(c => c.Transport.IsAccepted) >= peer.Limits.ConnectionsMax)
        {
            connection.IsSurplus = true;
            return;
        }

        if (!unbound.TryRemove(connection, out _)) return;
        link.Add(connection);
        side.Notifiers.LinkRestored(peer.Name);
    }

    public void Closed(SipConnection connection)
    {
        unbound.TryRemove(connection, out _);
        connection.Link?.Remove(connection);
    }

    public void Fail(Calls.OutgoingRequest request, LinkFailure failure) => side.Calls.Fail(request, failure);

    public void Restored(string peer) => side.Notifiers.LinkRestored(peer);

    public void Defect(Exception defect) => side.Defect(defect);

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
            link.Judge(peer, (connection, known) => side.Peers.AdmitTarget(connection.Transport.Evidence, known, known.FromDomains.FirstOrDefault(name)).IsAdmitted);
        }
    }

    /// <summary>
    /// Dials the peer's targets in order until one stands and proves itself. Dialogs and conversations outlive a reload with the record they began with: where the peer is and what it
    /// must prove is the record in force, and a peer that has none any more is not dialled.
    /// </summary>
    public async Task<(SipConnection? Connection, LinkFailure Failure)> DialAsync(PeerModel known, string domain)
    {
        var table = side.Peers.Current.Peers;
        var inForce = PeerTable.IsDiscovered(known) ? table.Discover(domain, Gateway.Federation.Protocol.Sip)?.First : table.ByName(known.Name);
        if (inForce is not { Protocol: Gateway.Federation.Protocol.Sip } peer)
        {
            var gone = FederationReasons.FailureOf(FederationReason.UnknownPeer);
            return (null, new LinkFailure(LinkFailureKind.NotProved, gone.Reason, gone.Text));
        }

        var (found, failure) = await targets.FindAsync(peer, domain, side.Stopping);
        foreach (var target in found)
        {
            var connection = new SipConnection(side);
            var options = new DialOptions
            {
                Tls = new TlsClientOptions { Certificates = side.Options.Certificates, ServerName = target.Host, OwnDomain = side.Options.Fqdn },
                PrivateAllowed = peer.AllowsPrivateTargets,
                Label = PeerTable.LabelOf(peer),
            };
            var outcome = await dialer.DialAsync(target, options, connection, side.Stopping);
            if (!outcome.IsConnected)
            {
                failure = new LinkFailure(LinkFailureKind.Unreachable, "transport." + outcome.Reason, outcome.Detail);
                side.LinkFailed(peer, failure);
                continue;
            }

            var discovered = target.IsDiscovered ? new[] { target.Host } : [];
            var admission = side.Peers.AdmitTarget(outcome.Connection!.Evidence, peer, domain, discovered);
            if (admission.IsAdmitted)
            {
                unbound.TryRemove(connection, out _);
                connection.ProvedAs = admission.Proof?.MatchedEntry ?? "";
                return (connection, LinkFailure.None);
            }

            failure = new LinkFailure(LinkFailureKind.NotProved, FederationReasons.NameOf(admission.Reason), admission.Text);
            outcome.Connection.Close(TransportReason.ClosedByUs, failure.Reason);
            side.LinkFailed(peer, failure);
        }

        return (null, failure);
    }
}
