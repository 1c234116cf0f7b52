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
        CheckDiscovery(options, options.Discovery.Sip, "$.discovery.sip", faults);
        CheckDiscovery(options, options.Discovery.Xmpp, "$.discovery.xmpp", faults);
        if (options.Discovery.Sip.Dialback) faults.Add("$.discovery.sip.dialback", "does not exist in SIP", "mutual TLS is the only way");
    }

    private static void CheckDiscovery(ApplianceOptions options, DiscoveredOptions discovered, string path, FaultList faults)
    {
        if (discovered.Enabled && options.Certificates.Trust.All(t => t.Name != discovered.Trust))
            faults.Add($"{path}.trust", $"no trust set is named \"{discovered.Trust}\"", "see certificates.trust[].name");
    }

    private static void CheckAll(IReadOnlyList<string> patterns, string path, FaultList faults)
    {
        for (var i = 0; i < patterns.Count; i++)
            if (patterns[i].Length > 0 && !DomainText.IsPattern(patterns[i])) faults.Add($"{path}[{i}]", $"\"{patterns[i]}\" is not a domain, *.suffix or *", "*.contoso.example");
    }
}
