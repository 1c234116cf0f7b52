using System.Net;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Name resolution: resolvers and static hosts are addresses, the anchor file exists.</summary>
public sealed class DnsValidator : IValidator
{
    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        for (var i = 0; i < options.Dns.Servers.Count; i++)
        {
            var parts = options.Dns.Servers[i].Split('@');
            if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out _) || (parts.Length == 2 && !ushort.TryParse(parts[1], out _)))
                faults.Add($"$.dns.servers[{i}]", $"\"{options.Dns.Servers[i]}\" is not a resolver's address", "192.0.2.53 or 127.0.0.1@5353");
        }

        foreach (var (name, addresses) in options.Dns.Hosts)
        {
            if (!DomainText.IsDomain(name)) faults.Add($"$.dns.hosts.{name}", "is not a host name", "sip.contoso.example");
            for (var i = 0; i < addresses.Count; i++)
                if (!IPAddress.TryParse(addresses[i], out _)) faults.Add($"$.dns.hosts.{name}[{i}]", $"\"{addresses[i]}\" is not an IP address", "192.0.2.10 or 2001:db8::10");
        }

        if (options.Dns.TrustAnchors.Length > 0 && !File.Exists(place.Resolve(options.Dns.TrustAnchors)))
            faults.Add("$.dns.trustAnchors", $"{place.Resolve(options.Dns.TrustAnchors)} does not exist", "Debian: /usr/share/dns/root.key of package dns-root-data");
    }
}
