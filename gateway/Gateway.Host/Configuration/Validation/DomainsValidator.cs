using Certificates;
using Gateway.Federation.Domains;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>The domain table: names well formed and once, kinds that this version serves.</summary>
public sealed class DomainsValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < options.Domains.Count; i++)
        {
            var (domain, path) = (options.Domains[i], $"$.domains[{i}]");
            if (domain.Name.Length == 0) continue;
            if (!DomainText.IsPattern(domain.Name)) faults.Add($"{path}.name", $"\"{domain.Name}\" is not a domain, *.suffix or *", "contoso.example");
            else if (!names.TryAdd(DomainNames.ToAscii(domain.Name), i))
                faults.Add($"{path}.name", $"\"{domain.Name}\" is already $.domains[{names[DomainNames.ToAscii(domain.Name)]}]", "keep one of them");
            if (domain.Kind is DomainKind.Local or DomainKind.Shared)
                faults.Add($"{path}.kind", "this version serves no users of its own", "sip or xmpp");
        }
    }
}
