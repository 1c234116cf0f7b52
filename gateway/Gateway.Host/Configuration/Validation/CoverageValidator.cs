using Certificates;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Whether each domain leads somewhere, and whether two peers claim one domain without a route that decides.</summary>
public sealed class CoverageValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        for (var i = 0; i < options.Domains.Count; i++)
        {
            var domain = options.Domains[i];
            if (domain.Blocked || domain.Name.Length == 0) continue;
            if (domain.Kind == DomainKind.Sip ? options.Discovery.Sip.Enabled : options.Discovery.Xmpp.Enabled) continue;
            var name = DomainNames.ToAscii(domain.Name);
            if (options.Routes.Any(r => DomainNames.ToAscii(r.Pattern) == name || PeersValidator.Fits(r.Pattern, name))) continue;
            if (!options.Peers.Any(p => p.FromDomains.Any(d => DomainNames.ToAscii(d) == name)))
                faults.Add($"$.domains[{i}]", $"nothing leads to {domain.Name}", "name it in a peer's fromDomains, or add a route");
        }

        CheckClaims(options, faults);

        if (options.Peers.Any(p => p.Protocol == Protocol.Sip) && options.Listeners.Sip.Count == 0 && !faults.IsBroken("$.listeners.sip"))
            faults.Add("$.listeners.sip", "is empty although there are SIP peers", "127.0.0.1:5061, or [::]:5061 for a real edge");
        if (options.Peers.Any(p => p.Protocol == Protocol.Xmpp) && options.Listeners.Xmpp.Count == 0 && !faults.IsBroken("$.listeners.xmpp"))
            faults.Add("$.listeners.xmpp", "is empty although there are XMPP peers", "127.0.0.1:5269, or [::]:5269 for a real server");
    }

    private static void CheckClaims(ApplianceOptions options, FaultList faults)
    {
        var claims = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < options.Peers.Count; i++)
            foreach (var name in options.Peers[i].FromDomains.Select(DomainNames.ToAscii))
            {
                if (claims.TryAdd(name, i) || claims[name] == i) continue;
                if (options.Routes.Any(r => DomainNames.ToAscii(r.Pattern) == name || PeersValidator.Fits(r.Pattern, name))) continue;
                faults.Add($"$.peers[{i}].fromDomains", $"{name} is claimed by {options.Peers[claims[name]].Name} and {options.Peers[i].Name}", "add routes for it with priorities");
            }
    }
}
