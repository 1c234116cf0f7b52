using Certificates;
using Gateway.Federation;
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
            var name = DomainNames.ToAscii(domain.Name);
            if (options.Routes.Any(r => DomainNames.ToAscii(r.Pattern) == name || PeersValidator.Fits(r.Pattern, name))) continue;
            var claimants = options.Peers.Where(p => p.FromDomains.Any(d => DomainNames.ToAscii(d) == name || PeersValidator.Fits(d, name))).Select(p => p.Name).ToList();
            if (claimants.Count == 0) faults.Add($"$.domains[{i}]", $"nothing leads to {domain.Name}", "name it in a peer's fromDomains, or add a route");
            else if (claimants.Count > 1) faults.Add($"$.domains[{i}]", $"{domain.Name} is claimed by {string.Join(" and ", claimants)}", "add routes with priorities");
        }

        if (options.Peers.Any(p => p.Protocol == Protocol.Sip) && options.Listeners.Sip.Count == 0)
            faults.Add("$.listeners.sip", "is empty although there are SIP peers", "127.0.0.1:5061, or [::]:5061 for a real edge");
        if (options.Peers.Any(p => p.Protocol == Protocol.Xmpp) && options.Listeners.Xmpp.Count == 0)
            faults.Add("$.listeners.xmpp", "is empty although there are XMPP peers", "127.0.0.1:5269, or [::]:5269 for a real server");
    }
}
