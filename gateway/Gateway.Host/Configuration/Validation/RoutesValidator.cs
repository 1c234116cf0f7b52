using Certificates;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Static routes: patterns well formed, peers known, no undecidable tie.</summary>
public sealed class RoutesValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        var ranks = new Dictionary<(string Pattern, int Priority, int Weight), int>();
        for (var i = 0; i < options.Routes.Count; i++)
        {
            var (route, path) = (options.Routes[i], $"$.routes[{i}]");
            var isUser = route.Pattern.Contains('@', StringComparison.Ordinal);
            if (route.Pattern.Length > 0 && !(isUser ? DomainText.IsUser(route.Pattern) : DomainText.IsPattern(route.Pattern)))
                faults.Add($"{path}.pattern", $"\"{route.Pattern}\" is not a domain, *.suffix, * or user@domain", "contoso.example");
            if (route.Peer.Length > 0 && options.Peers.All(p => p.Name != route.Peer))
                faults.Add($"{path}.peer", $"no peer is named \"{route.Peer}\"", options.Peers.Count == 0 ? "describe it in peers" : string.Join(", ", options.Peers.Select(p => p.Name)));
            var rank = (DomainNames.ToAscii(route.Pattern), route.Priority, route.Weight);
            if (ranks.TryAdd(rank, i)) continue;
            var other = options.Routes[ranks[rank]];
            faults.Add(path, other.Peer == route.Peer
                ? $"is the same as $.routes[{ranks[rank]}]"
                : $"ties with $.routes[{ranks[rank]}]: same pattern, priority and weight, other peer", "give the back-up a larger priority");
        }
    }
}
