using System.Net;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Our own name: a host name, never an address, because Contact and Record-Route with an address are answered by silence (field fact A6).</summary>
public sealed class IdentityValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        const string path = "$.identity.fqdn";
        var fqdn = options.Identity.Fqdn;
        if (fqdn.Length == 0)
        {
            if (!faults.IsBroken(path)) faults.Add(path, "is missing", "the host name in our certificate, for example gw.jabber.example");
        }
        else if (IPAddress.TryParse(fqdn, out _)) faults.Add(path, "is an address", "edges answer only names that match our certificate");
        else if (!DomainText.IsDomain(fqdn) || !fqdn.Contains('.', StringComparison.Ordinal))
            faults.Add(path, $"\"{fqdn}\" is not a full host name", "the host name in our certificate, for example gw.jabber.example");
    }
}
