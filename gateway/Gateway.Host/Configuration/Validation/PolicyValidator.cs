using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Policy: patterns well formed.</summary>
public sealed class PolicyValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        CheckAll(options.Policy.AllowedDomains, "$.policy.allowedDomains", faults);
        CheckAll(options.Policy.BlockedDomains, "$.policy.blockedDomains", faults);
        for (var i = 0; i < options.Policy.Transit.Count; i++)
            CheckAll([options.Policy.Transit[i].One, options.Policy.Transit[i].Other], $"$.policy.transit[{i}]", faults);
    }

    private static void CheckAll(IReadOnlyList<string> patterns, string path, FaultList faults)
    {
        for (var i = 0; i < patterns.Count; i++)
            if (patterns[i].Length > 0 && !DomainText.IsPattern(patterns[i])) faults.Add($"{path}[{i}]", $"\"{patterns[i]}\" is not a domain, *.suffix or *");
    }
}
