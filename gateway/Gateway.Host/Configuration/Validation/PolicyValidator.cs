using Gateway.Federation.Policy;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Policy and discovery: patterns well formed, trust sets known.</summary>
public sealed class PolicyValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        CheckAll(options.Policy.AllowedDomains, "$.policy.allowedDomains", faults);
        CheckAll(options.Policy.BlockedDomains, "$.policy.blockedDomains", faults);
        for (var i = 0; i < options.Policy.Transit.Count; i++)
            CheckAll([options.Policy.Transit[i].One, options.Policy.Transit[i].Other], $"$.policy.transit[{i}]", faults);
        CheckFilters(options.Policy.Filters.Sip, "$.policy.filters.sip", faults);
        CheckFilters(options.Policy.Filters.Xmpp, "$.policy.filters.xmpp", faults);
        CheckAccess(options.Policy.Access, faults);
        CheckDiscovery(options, options.Discovery.Sip, "$.discovery.sip", faults);
        CheckDiscovery(options, options.Discovery.Xmpp, "$.discovery.xmpp", faults);
        if (options.Discovery.Sip.Dialback) faults.Add("$.discovery.sip.dialback", "does not exist in SIP", "mutual TLS is the only way");
    }

    private static void CheckDiscovery(ApplianceOptions options, DiscoveredOptions discovered, string path, FaultList faults)
    {
        if (discovered.Enabled && options.Certificates.Trust.All(t => t.Name != discovered.Trust))
            faults.Add($"{path}.trust", $"no trust set is named \"{discovered.Trust}\"", PeersValidator.TrustSets(options));
    }

    private static void CheckFilters(ProtocolFilterOptions filters, string path, FaultList faults)
    {
        CheckFilter(filters.OutgoingFrom, path + ".outgoingFrom", faults);
        CheckFilter(filters.OutgoingTo, path + ".outgoingTo", faults);
        CheckFilter(filters.IncomingFrom, path + ".incomingFrom", faults);
        CheckFilter(filters.IncomingTo, path + ".incomingTo", faults);
    }

    private static void CheckFilter(FilterOptions filter, string path, FaultList faults)
    {
        CheckAll(filter.Hosts, path + ".hosts", faults);
        for (var i = 0; i < filter.Addresses.Count; i++)
            if (!AddressText.TryRead(filter.Addresses[i], out _)) faults.Add($"{path}.addresses[{i}]", $"\"{filter.Addresses[i]}\" is no address and no network", "192.0.2.7 or 192.0.2.0/24");
        if (filter.Default == FilterDefault.Deny && filter.Hosts.Count + filter.Addresses.Count == 0)
            faults.Add(path, "denies everything and lists nothing", "list who may pass, or block domains with domains[].blocked");
    }

    private static void CheckAccess(IReadOnlyList<AccessOptions> rules, FaultList faults)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            CheckParty(rules[i].User, $"$.policy.access[{i}].user", faults);
            CheckParty(rules[i].From, $"$.policy.access[{i}].from", faults);
        }
    }

    private static void CheckParty(string party, string path, FaultList faults)
    {
        var at = party.LastIndexOf('@');
        var domain = party[(at + 1)..];
        if (party.Length > 0 && (at == 0 || domain.Contains('*', StringComparison.Ordinal) || !DomainText.IsPattern(domain)))
            faults.Add(path, $"\"{party}\" is no user and no domain", "user@domain, or domain for all its users");
    }

    private static void CheckAll(IReadOnlyList<string> patterns, string path, FaultList faults)
    {
        for (var i = 0; i < patterns.Count; i++)
            if (patterns[i].Length > 0 && !DomainText.IsPattern(patterns[i])) faults.Add($"{path}[{i}]", $"\"{patterns[i]}\" is not a domain, *.suffix or *", "*.contoso.example");
    }
}
