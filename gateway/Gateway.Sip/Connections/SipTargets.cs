using System.Globalization;
using System.Net;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>What to dial, in order, one address each; or why there is nothing. <see cref="Ttl"/> says how long it is true.</summary>
internal sealed record SipFound(IReadOnlyList<DialTarget> Attempts, TimeSpan Ttl, LinkFailure Failure);

/// <summary>
/// Where a peer is: its configured <c>host:port</c> list in order; else by the far domain, and always for TLS, whatever the domain would rather speak:
/// <c>_sipfederationtls._tcp</c> (field fact A1), NAPTR, <c>_sips._tcp</c>, the domain's own addresses (RFC 3263 §4). A name server that fails ends the search: going on would let
/// whoever can silence it choose the way.
/// </summary>
internal sealed class SipTargets(ServiceLocator locator, IDnsResolver resolver)
{
    private const string Federation = "_sipfederationtls._tcp";
    private const string Secure = "_sips._tcp";
    private const int PortDefault = 5061;
    private const int AttemptsMax = 32;
    private const int PointersMax = 8;

    public async ValueTask<SipFound> FindAsync(PeerModel peer, string domain, CancellationToken cancel)
    {
        var found = await LocateAsync(peer, domain, cancel);
        return new SipFound(Flat(found.Targets), found.Ttl, FailureOf(found));
    }

    /// <summary>The same with each host as one target.</summary>
    public ValueTask<LocateOutcome> LocateAsync(PeerModel peer, string domain, CancellationToken cancel) => peer.Addresses.IsEmpty ? DiscoverAsync(domain, cancel) : ConfiguredAsync(peer, cancel);

    /// <summary>The names the domain's records give for its systems: what a partner nobody configured may prove (RFC 5922 §7.3).</summary>
    public async ValueTask<IReadOnlyList<DialTarget>> NamesAsync(string domain, CancellationToken cancel) => (await DiscoverAsync(domain, cancel)).Targets;

    private async ValueTask<LocateOutcome> DiscoverAsync(string domain, CancellationToken cancel)
    {
        var found = await locator.LocateAsync(Federation, domain, null, cancel);
        if (found.Reason != TransportReason.DnsNotFound) return found;
        var pointed = await FollowPointersAsync(domain, cancel);
        if (pointed.Reason != TransportReason.DnsNotFound) return pointed;
        found = await locator.LocateAsync(Secure, domain, PortDefault, cancel);
        return found.Reason == TransportReason.DnsNotFound
            ? found with { Detail = $"'{domain}' has no SRV record {Federation}.{domain}, no NAPTR that leads to TLS, no SRV record {Secure}.{domain}, no address of its own." }
            : found;
    }

    // RFC 3263 §4.1: only what we speak is looked at, which is TLS. A pointer to plain TCP is followed last, and spoken to in TLS all the same.
    private async ValueTask<LocateOutcome> FollowPointersAsync(string domain, CancellationToken cancel)
    {
        var pointers = await resolver.FindPointersAsync(domain, cancel);
        if (!pointers.IsFound) return new LocateOutcome([], pointers.Reason, pointers.Detail);
        var usable = pointers.Records.Where(p => Rank(p) < 2).OrderBy(Rank).ThenBy(p => p.Order).ThenBy(p => p.Preference).Take(PointersMax);
        var targets = new List<DialTarget>();
        var ttl = pointers.Ttl;
        var last = new LocateOutcome([], TransportReason.DnsNotFound, $"'{domain}' points to no TLS.");
        foreach (var pointer in usable)
        {
            var found = await locator.LocateNamedAsync(pointer.Replacement, cancel);
            if (!found.IsFound) last = found;
            if (found.IsFound && found.Ttl < ttl) ttl = found.Ttl;

            // The chain is as strong as its first link; each pointer's targets come after those of the one before.
            var after = targets.Count == 0 ? 0 : targets[^1].Priority + 1;
            targets.AddRange(found.Targets.Select(t => t with
            {
                Priority = t.Priority + after, IsSecure = t.IsSecure && pointers.IsSecure, IsNameSecure = t.IsNameSecure && pointers.IsSecure,
            }));
        }

        return targets.Count > 0 ? new LocateOutcome(targets, TransportReason.None, "") { Ttl = ttl } : last;
    }

    private static int Rank(NaptrRecord pointer)
    {
        if (!string.Equals(pointer.Flags, "s", StringComparison.OrdinalIgnoreCase)) return 2;
        if (string.Equals(pointer.Service, "SIPS+D2T", StringComparison.OrdinalIgnoreCase)) return 0;
        return string.Equals(pointer.Service, "SIP+D2T", StringComparison.OrdinalIgnoreCase) ? 1 : 2;
    }

    private async ValueTask<LocateOutcome> ConfiguredAsync(PeerModel peer, CancellationToken cancel)
    {
        var targets = new List<DialTarget>(peer.Addresses.Length);
        var last = new LocateOutcome([], TransportReason.TargetEmpty, "The peer has no address.");
        var ttl = TimeSpan.MaxValue;
        for (var i = 0; i < peer.Addresses.Length; i++)
        {
            var (host, port) = Split(peer.Addresses[i]);
            var found = await locator.ConfiguredAsync(host, port, cancel);
            if (!found.IsFound) last = found;
            else if (found.Ttl < ttl) ttl = found.Ttl;
            foreach (var target in found.Targets) targets.Add(target with { Priority = i });
        }

        return targets.Count > 0 ? new LocateOutcome(targets, TransportReason.None, "") { Ttl = ttl } : last;
    }

    // One attempt is one address, so that each is left alone on its own account; both families stand in one list.
    private static List<DialTarget> Flat(IReadOnlyList<DialTarget> targets)
    {
        var attempts = new List<DialTarget>(targets.Count);
        foreach (var target in targets)
        {
            foreach (var endpoint in target.Endpoints)
                if (attempts.Count < AttemptsMax) attempts.Add(target with { Endpoints = new[] { endpoint } });
        }

        return attempts;
    }

    private static LinkFailure FailureOf(LocateOutcome outcome)
    {
        if (outcome.IsFound) return LinkFailure.None;
        var kind = outcome.Reason is TransportReason.DnsNotFound or TransportReason.DnsServiceDenied or TransportReason.TargetEmpty ? LinkFailureKind.NotFound : LinkFailureKind.Unreachable;
        return new LinkFailure(kind, "transport." + outcome.Reason, outcome.Detail);
    }

    // host, host:port, [v6]:port or a bare v6 address.
    private static (string Host, int Port) Split(string address)
    {
        var end = address.StartsWith('[') ? address.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = address.LastIndexOf(':');
        var hasPort = end >= 0 ? colon > end : colon >= 0 && address.IndexOf(':', StringComparison.Ordinal) == colon;
        var port = hasPort ? int.Parse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture) : PortDefault;
        var host = hasPort ? address[..colon] : address;
        return (host.Trim('[', ']'), port);
    }
}
