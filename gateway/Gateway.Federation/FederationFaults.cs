using Gateway.Federation.Domains;
using Gateway.Federation.Routes;

namespace Gateway.Federation;

/// <summary>One fault of the operator's tables: where it stands, what is wrong, what to do.</summary>
public sealed record FederationFault(string Path, string Text, string Hint);

/// <summary>Everything that can be wrong with a <see cref="FederationModel"/>, all at once.</summary>
public static class FederationFaults
{
    public static IReadOnlyList<FederationFault> Find(FederationModel model)
    {
        var faults = new List<FederationFault>();
        FindInPeers(model, faults);
        FindInDomains(model, faults);
        FindInRoutes(model, faults);
        FindInRules(model, faults);
        return faults;
    }

    private static void FindInPeers(FederationModel model, List<FederationFault> faults)
    {
        foreach (var twice in model.Peers.GroupBy(p => p.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            faults.Add(new("peers", $"two peers are named '{twice.Key}'.", "Names of peers are unique; rename one."));
        for (var i = 0; i < model.Peers.Length; i++)
        {
            var peer = model.Peers[i];
            if (peer.Name.Contains(':')) faults.Add(new($"peers[{i}].name", $"'{peer.Name}' contains a colon.", "Colons mark discovered partners; choose another name."));
            foreach (var domain in peer.FromDomains.Where(d => d.Contains('*')))
                faults.Add(new($"peers[{i}].fromDomains", $"'{domain}' is a pattern.", "Name each domain a peer may speak for; a pattern would let it speak for strangers."));
        }
    }

    private static void FindInDomains(FederationModel model, List<FederationFault> faults)
    {
        foreach (var twice in model.Domains.GroupBy(d => d.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            faults.Add(new("domains", $"domain '{twice.Key}' has two entries.", "Keep one."));
        if (model.DiscoveredSip is not null && model.DiscoveredXmpp is not null && model.Domains.All(d => d.Name != "*"))
            faults.Add(new("domains", "both protocols take discovered partners and no entry says which one an unknown domain belongs to.", "Add a domain '*' of kind sip or xmpp."));
        foreach (var (peer, domain) in model.Peers.SelectMany(p => p.FromDomains.Select(d => (p, d))))
        {
            var entry = model.Domains.FirstOrDefault(d => d.Name == domain);
            if (entry is { Kind: not DomainKind.Shared } && RouteTable.ProtocolOf(entry.Kind) != peer.Protocol)
                faults.Add(new(
                    "domains", $"domain '{domain}' is {entry.Kind}, but {peer.Protocol} peer '{peer.Name}' may speak for it.",
                    "Change the domain's kind, or take it from the peer's fromDomains."));
        }
    }

    private static void FindInRoutes(FederationModel model, List<FederationFault> faults)
    {
        var names = model.Peers.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < model.Routes.Length; i++)
        {
            var route = model.Routes[i];
            if (!names.Contains(route.Peer))
                faults.Add(new($"routes[{i}].peer", $"no peer is named '{route.Peer}'.", $"Known peers: {string.Join(", ", names.Order(StringComparer.Ordinal))}."));
            if (route.Type == RouteType.User && !route.Pattern.Contains('@'))
                faults.Add(new($"routes[{i}].pattern", $"'{route.Pattern}' is no user address.", "Write user@domain, or make it a domain route."));
        }

        foreach (var tie in model.Routes.GroupBy(r => (r.Type, r.Pattern, r.Priority, r.Weight)))
        {
            if (tie.Select(r => r.Peer).Distinct(StringComparer.Ordinal).Count() == 1) continue;
            faults.Add(new(
                "routes", $"two routes for '{tie.Key.Pattern}' have the same priority and weight and different peers.",
                "Give the back-up a larger priority, or different weights to share the load."));
        }
    }

    private static void FindInRules(FederationModel model, List<FederationFault> faults)
    {
        var names = model.Peers.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < model.Rules.Length; i++)
        {
            var rule = model.Rules[i];
            foreach (var (setting, peer) in rule.Sources.Select(s => ("source", s)).Concat(rule.Through.Select(t => ("through", t))).Where(p => !names.Contains(p.Item2)))
                faults.Add(new($"rules[{i}].{setting}", $"no peer is named '{peer}'.", $"Known peers: {string.Join(", ", names.Order(StringComparer.Ordinal))}."));
            if (rule.Rejection is not null && !rule.Through.IsEmpty)
                faults.Add(new($"rules[{i}]", "it both sends through a peer and rejects.", "Keep through or reject; with neither, the routes decide."));
        }
    }
}
