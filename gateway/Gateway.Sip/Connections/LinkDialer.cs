using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// Dials the targets of a peer in order until one stands and proves itself: address, TLS, then the one judge. A target that fails is left alone for a while; the next is tried
/// at once (RFC 3263 §4.3).
/// </summary>
internal sealed class LinkDialer(SipSide side, Dialer dialer, SipTargets targets)
{
    private static readonly TimeSpan LookMax = TimeSpan.FromHours(1);

    /// <summary>
    /// Dialogs and conversations outlive a reload with the record they began with: where the peer is and what it must prove is the record in force, and a peer that has none any
    /// more is not dialled. Where the <paramref name="refusers"/> lead to is passed over; where nothing else is left nothing failed.
    /// </summary>
    public async Task<(SipConnection? Connection, LinkFailure Failure)> DialAsync(PeerLink link, PeerModel known, string domain, IReadOnlyList<SipConnection> refusers)
    {
        if (InForce(known, domain) is not { } peer)
        {
            var gone = FederationReasons.FailureOf(FederationReason.UnknownPeer);
            return (null, new LinkFailure(LinkFailureKind.NotProved, gone.Reason, gone.Text));
        }

        var found = await targets.FindAsync(peer, domain, side.Stopping);
        Note(link, found);
        if (found.Attempts.Count == 0)
        {
            link.Targets.Failed(domain, found.Failure, side.Now);
            side.LinkFailed(peer, found.Failure);
            return (null, found.Failure);
        }

        IReadOnlyList<DialTarget> usable = [.. link.Targets.Usable(found.Attempts, side.Now).Where(t => !refusers.Any(c => c.IsAt(t)))];
        var failure = usable.Count == 0 && refusers.Count > 0 ? LinkFailure.None : link.Targets.Next(default).Failure;
        foreach (var attempt in usable)
        {
            (var connection, failure) = await TryAsync(attempt, peer, domain);
            if (connection is not null)
            {
                link.Targets.Restored(attempt);
                return (connection, LinkFailure.None);
            }

            link.Targets.Failed(attempt, failure, side.Now);
            side.LinkFailed(peer, failure);
        }

        return (null, failure);
    }

    /// <summary>What a partner nobody configured may prove instead of its domain.</summary>
    public async ValueTask<DiscoveredNames> NamesAsync(string domain)
    {
        var found = await targets.NamesAsync(domain, side.Stopping);
        return new DiscoveredNames([.. found.Where(t => !t.IsNameSecure).Select(t => t.Host)], [.. found.Where(t => t.IsNameSecure).Select(t => t.Host)]);
    }

    /// <summary>Asks again where the peer is, while connections stand.</summary>
    public async ValueTask LookAgainAsync(PeerLink link)
    {
        var domain = link.Peer.FromDomains.FirstOrDefault("");
        if (InForce(link.Peer, domain) is { } peer && link.Live.Any(c => c.Target is not null))
            Note(link, await targets.FindAsync(peer, domain, side.Stopping));
    }

    private void Note(PeerLink link, SipFound found)
    {
        var least = TimeSpan.FromSeconds(side.Options.ResolveSecondsMin);
        var wait = found.Ttl < least ? least : found.Ttl > LookMax ? LookMax : found.Ttl;
        link.Found(found.Attempts, side.Now + wait);
    }

    private PeerModel? InForce(PeerModel known, string domain)
    {
        var table = side.Peers.Current.Peers;
        var inForce = PeerTable.IsDiscovered(known) ? table.Discover(domain, Gateway.Federation.Protocol.Sip)?.First : table.ByName(known.Name);
        return inForce is { Protocol: Gateway.Federation.Protocol.Sip } ? inForce : null;
    }

    // SNI is a name and never an address (RFC 6066 §3): where an address was written, the name that the certificate must prove stands for it.
    private static string ServerNameOf(DialTarget attempt, PeerModel peer) =>
        !peer.TlsSubjects.IsEmpty && System.Net.IPAddress.TryParse(attempt.Host, out _) ? peer.TlsSubjects[0] : attempt.Host;

    private async Task<(SipConnection? Connection, LinkFailure Failure)> TryAsync(DialTarget attempt, PeerModel peer, string domain)
    {
        var connection = new SipConnection(side) { Target = attempt };
        var options = new DialOptions
        {
            Tls = new TlsClientOptions
            {
                Certificates = side.Options.Certificates, ServerName = ServerNameOf(attempt, peer), OwnDomain = side.Options.Fqdn,
                IsTls13Only = peer.TlsVersionMin == TlsVersion.Tls13, MayBeOld = peer.TlsVersionMin < TlsVersion.Tls12,
            },
            PrivateAllowed = peer.AllowsPrivateTargets,
            Label = PeerTable.LabelOf(peer),
        };
        var outcome = await dialer.DialAsync(attempt, options, connection, side.Stopping);
        if (!outcome.IsConnected) return (null, new LinkFailure(LinkFailureKind.Unreachable, "transport." + outcome.Reason, outcome.Detail));
        var admission = side.Peers.AdmitTarget(outcome.Connection!.Evidence, peer, domain, attempt.IsDiscovered ? DiscoveredNames.Of(attempt.Host, attempt.IsNameSecure) : null);
        if (admission.IsAdmitted)
        {
            side.Links.Proved(connection);
            connection.ProvedAs = admission.Proof?.MatchedEntry ?? "";
            return (connection, LinkFailure.None);
        }

        var failure = new LinkFailure(LinkFailureKind.NotProved, FederationReasons.NameOf(admission.Reason), $"{attempt.Host} {attempt.Endpoints[0]}: {admission.Text}");
        outcome.Connection.Close(TransportReason.ClosedByUs, failure.Reason);
        return (null, failure);
    }
}
