using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Federation.Routes;

namespace Gateway.Federation.Peers;

/// <summary>Look-ups over the peers of one model: by name, by the domain they speak for, and the discovered ones, which are made as they are met.</summary>
public sealed class PeerTable
{
    private const int DiscoveredMax = 16_384;

    private readonly FrozenDictionary<string, PeerModel> byName;
    private readonly FrozenDictionary<string, RouteChoice> sipSpeakers;
    private readonly FrozenDictionary<string, RouteChoice> xmppSpeakers;
    private readonly ConcurrentDictionary<string, RouteChoice> discovered = new(StringComparer.Ordinal);
    private readonly FederationModel model;

    internal PeerTable(FederationModel model)
    {
        this.model = model;
        byName = model.Peers.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);
        sipSpeakers = Speakers(Protocol.Sip);
        xmppSpeakers = Speakers(Protocol.Xmpp);
        MayBeOld = model.Peers.Any(p => p.Protocol == Protocol.Sip && p.TlsVersionMin < TlsVersion.Tls12);
    }

    public ImmutableArray<PeerModel> All => model.Peers;

    /// <summary>Some SIP peer may speak TLS 1.0 or 1.1.</summary>
    public bool MayBeOld { get; }

    public PeerModel? ByName(string name) => byName.GetValueOrDefault(name);

    /// <summary>The configured peers that may speak for <paramref name="domain"/> over <paramref name="protocol"/>, in the order of the configuration; null when there is none.</summary>
    public RouteChoice? FindSpeaker(string domain, Protocol protocol) =>
        (protocol == Protocol.Sip ? sipSpeakers : xmppSpeakers).GetValueOrDefault(domain);

    /// <summary>The record of a partner nobody configured, made from the template; null where federation is closed.</summary>
    public RouteChoice? Discover(string domain, Protocol protocol)
    {
        var template = protocol == Protocol.Sip ? model.DiscoveredSip : model.DiscoveredXmpp;
        if (template is null) return null;
        var key = NameOf(domain, protocol);
        if (discovered.TryGetValue(key, out var known)) return known;

        var peer = template with { Name = key, Protocol = protocol, FromDomains = new[] { domain }.ToFrozenSet(StringComparer.Ordinal), Addresses = [], TlsSubjects = [] };
        var choice = new RouteChoice([peer], FederationReason.None, protocol == Protocol.Sip ? "discovery by _sipfederationtls._tcp" : "discovery by _xmpp-server._tcp");

        // A full table forgets; the records are made from the template again when they are needed.
        if (discovered.Count >= DiscoveredMax) discovered.Clear();
        return discovered.GetOrAdd(key, choice);
    }

    /// <summary>The metric label of a peer: its configured name, or <c>other</c> for a discovered one, whose name a stranger chose.</summary>
    public static string LabelOf(PeerModel peer) => IsDiscovered(peer) ? "other" : peer.Name;

    public static bool IsDiscovered(PeerModel peer) => peer.Name.StartsWith("discovered:", StringComparison.Ordinal);

    /// <summary>The name of the record from which the discovered peers of one protocol are made.</summary>
    public static string NameOfDiscovered(Protocol protocol) => protocol == Protocol.Sip ? "discovered:sip" : "discovered:xmpp";

    private static string NameOf(string domain, Protocol protocol) => $"{NameOfDiscovered(protocol)}:{domain}";

    private FrozenDictionary<string, RouteChoice> Speakers(Protocol protocol) => model.Peers
        .Where(p => p.Protocol == protocol)
        .SelectMany(p => p.FromDomains.Select(d => (Domain: d, Peer: p)))
        .GroupBy(t => t.Domain, StringComparer.Ordinal)
        .ToFrozenDictionary(g => g.Key, g => new RouteChoice([.. g.Select(t => t.Peer)], FederationReason.None, $"peer '{g.First().Peer.Name}' speaks for the domain"), StringComparer.Ordinal);
}
