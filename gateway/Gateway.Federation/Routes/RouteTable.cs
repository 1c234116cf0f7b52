using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Presence.Core.Model;

namespace Gateway.Federation.Routes;

/// <summary>
/// Address to peer: a user's own static route, then the domain's static routes, then the peer that speaks for the domain, then discovery by DNS SRV under the domain's kind. Immutable;
/// made anew with each reload.
/// </summary>
public sealed class RouteTable
{
    private static readonly RouteChoice Nowhere = RouteChoice.None(FederationReason.NoRoute, "no static route, no peer that speaks for the domain, discovery is off");

    private readonly FrozenDictionary<Address, RouteGroup> users;
    private readonly DomainMap<RouteGroup> domains;
    private readonly PeerTable peers;

    internal RouteTable(IEnumerable<RouteModel> routes, PeerTable peers)
    {
        this.peers = peers;
        var all = routes.ToList();
        users = all.Where(r => r.Type == RouteType.User).GroupBy(r => ParseUser(r.Pattern))
            .ToFrozenDictionary(g => g.Key, g => new RouteGroup(g, peers));
        domains = new DomainMap<RouteGroup>(all.Where(r => r.Type == RouteType.Domain).GroupBy(r => r.Pattern, StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create(g.Key, new RouteGroup(g, peers))));
    }

    /// <summary>The peers that lead to <paramref name="to"/>, best first.</summary>
    public RouteChoice Find(Address to, DomainKind kind)
    {
        if (users.Count > 0 && users.TryGetValue(to, out var group)) return group.ChooseFor(to);
        if (domains.TryFind(to.Domain, out group)) return group.ChooseFor(to);
        if (ProtocolOf(kind) is not { } protocol) return RouteChoice.None(FederationReason.NoRoute, "the domain's users live here");
        return peers.FindSpeaker(to.Domain, protocol) ?? peers.Discover(to.Domain, protocol) ?? Nowhere;
    }

    /// <summary>The protocol by which a domain of this kind is reached; null for our own.</summary>
    public static Protocol? ProtocolOf(DomainKind kind) => kind switch
    {
        DomainKind.Sip => Protocol.Sip,
        DomainKind.Xmpp => Protocol.Xmpp,

        // The users of a shared domain who are not here are on the Microsoft front end.
        DomainKind.Shared => Protocol.Sip,
        _ => null,
    };

    internal static Address ParseUser(string pattern)
    {
        var at = pattern.LastIndexOf('@');
        return at < 0 ? new Address("", pattern) : new Address(pattern[..at], pattern[(at + 1)..]);
    }

    /// <summary>All routes of one pattern, in their order of trial. The order among equals follows the address, so that one pair's messages keep one way.</summary>
    private sealed class RouteGroup
    {
        private readonly ImmutableArray<ImmutableArray<RouteModel>> tiers;
        private readonly PeerTable peers;
        private readonly RouteChoice? only;

        public RouteGroup(IEnumerable<RouteModel> routes, PeerTable peers)
        {
            this.peers = peers;
            tiers = [.. routes.GroupBy(r => r.Priority).OrderBy(g => g.Key).Select(g => g.OrderByDescending(r => r.Weight).ToImmutableArray())];
            if (tiers.All(t => t.Length == 1)) only = Make(tiers.Select(t => t[0]));
        }

        public RouteChoice ChooseFor(Address to) => only ?? Make(tiers.SelectMany(t => OrderFor(to, t)));

        private static IEnumerable<RouteModel> OrderFor(Address to, ImmutableArray<RouteModel> tier)
        {
            var total = tier.Sum(r => Math.Max(1, r.Weight));
            var point = (int)(StableHash(to) % (uint)total);
            var first = 0;
            while (point >= Math.Max(1, tier[first].Weight)) point -= Math.Max(1, tier[first++].Weight);
            return tier.Skip(first).Concat(tier.Take(first));
        }

        // FNV-1a: the same on every node and after every start, unlike string.GetHashCode.
        private static uint StableHash(Address to)
        {
            var hash = 2_166_136_261u;
            foreach (var c in to.Local) hash = (hash ^ c) * 16_777_619;
            foreach (var c in to.Domain) hash = (hash ^ c) * 16_777_619;
            return hash;
        }

        private RouteChoice Make(IEnumerable<RouteModel> ordered)
        {
            var list = ordered.ToList();
            var found = list.Select(r => peers.ByName(r.Peer)).OfType<PeerModel>().ToImmutableArray();
            return found.IsEmpty
                ? RouteChoice.None(FederationReason.NoRoute, $"static route '{list[0].Pattern}' names the unknown peer '{list[0].Peer}'")
                : new RouteChoice(found, FederationReason.None, $"static route '{list[0].Pattern}'");
        }
    }
}
