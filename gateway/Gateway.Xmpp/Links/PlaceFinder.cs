using System.Globalization;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Links;

/// <summary>Where a domain's servers are: the record's own addresses, else the attempt rules in order (RFC 6120 §3.2, XEP-0368 §3). Asks names, opens nothing.</summary>
internal sealed class PlaceFinder(ServiceLocator locator, IReadOnlyList<AttemptRule> rules)
{
    private const int PortDefault = 5269;
    private const int DirectTlsPortDefault = 5270;

    /// <summary>Whether a target that was found for the peer takes TLS from the first byte.</summary>
    public static bool IsDirectTls(PeerModel peer, DialTarget target) => peer.Addresses.IsEmpty ? target.Service == AttemptRules.DirectTlsService : peer.IsDirectTls;

    /// <summary>The targets in order, or why there is none.</summary>
    public Task<LocateOutcome> FindAsync(PeerModel peer, string domain, CancellationToken cancel) =>
        peer.Addresses.IsEmpty ? DiscoverAsync(peer, Jid.ToAsciiDomain(domain), cancel) : ConfiguredAsync(peer, cancel);

    // SRV rules that follow each other are one set, mixed by priority and weight; the next rule counts only where the one before finds no record at all.
    private async Task<LocateOutcome> DiscoverAsync(PeerModel peer, string domain, CancellationToken cancel)
    {
        var last = new LocateOutcome([], TransportReason.DnsNotFound, "No attempt rule applies.");
        var services = new List<string>();
        var absent = new List<string>();
        for (int i = 0; i < rules.Count; i++)
        {
            if (rules[i] == AttemptRule.DirectTls && peer.Tls == TlsPolicy.Forbidden) continue;
            if (ServiceOf(rules[i]) is { } service) services.Add(service);
            bool isEndOfSet = rules[i] is AttemptRule.Address or AttemptRule.Jabber || i + 1 == rules.Count || rules[i + 1] is AttemptRule.Address or AttemptRule.Jabber;
            if (!isEndOfSet) continue;
            last = await locator.LocateAsync(services, domain, rules[i] == AttemptRule.Address ? PortDefault : null, cancel);
            absent.AddRange(rules[i] == AttemptRule.Address ? ["address of its own"] : services.Select(s => $"SRV record {s}.{domain}"));
            services.Clear();
            if (last.IsFound || last.Reason != TransportReason.DnsNotFound) return last;
        }

        return absent.Count == 0 ? last : last with { Detail = $"'{domain}' has no {string.Join(", no ", absent)}." };
    }

    private async Task<LocateOutcome> ConfiguredAsync(PeerModel peer, CancellationToken cancel)
    {
        var targets = new List<DialTarget>();
        var last = new LocateOutcome([], TransportReason.TargetEmpty, "The peer has no address.");
        foreach (string address in peer.Addresses)
        {
            var (host, port) = Split(address, peer.IsDirectTls ? DirectTlsPortDefault : PortDefault);
            last = await locator.ConfiguredAsync(host, port, cancel);
            targets.AddRange(last.Targets);
        }

        return targets.Count > 0 ? new LocateOutcome(targets, TransportReason.None, "") : last;
    }

    private static string? ServiceOf(AttemptRule rule) => rule switch
    {
        AttemptRule.DirectTls => AttemptRules.DirectTlsService,
        AttemptRule.Srv => AttemptRules.Service,
        AttemptRule.Jabber => AttemptRules.JabberService,
        _ => null,
    };

    private static (string Host, int Port) Split(string address, int portDefault)
    {
        int colon = address.LastIndexOf(':');
        bool hasPort = colon > 0 && colon > address.LastIndexOf(']');
        return hasPort && int.TryParse(address.AsSpan(colon + 1), CultureInfo.InvariantCulture, out int port) ? (address[..colon], port) : (address, portDefault);
    }
}
