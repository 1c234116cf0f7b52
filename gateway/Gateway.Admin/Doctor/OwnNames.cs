using Gateway.Federation;
using Gateway.Federation.Peers;

namespace Gateway.Admin.Doctor;

/// <summary>The other direction of the way (PSB-036): whether the records by which partners find our domains are there, as seen from here, and name us.</summary>
internal static class OwnNames
{
    private const int DomainsMax = 32;

    public static async Task CheckAsync(DoctorParts parts, CheckList list, CancellationToken cancellation)
    {
        foreach (var protocol in new[] { Protocol.Sip, Protocol.Xmpp })
        {
            var service = protocol == Protocol.Sip ? "_sipfederationtls._tcp" : "_xmpp-server._tcp";
            var port = protocol == Protocol.Sip ? parts.SipPort : parts.XmppListener?.Port ?? 5269;
            var domains = parts.Model.Peers.Where(p => p.Protocol == protocol).SelectMany(p => FederationWarnings.DomainsThroughUs(parts.Model, p))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(DomainsMax).ToList();
            var answers = await Task.WhenAll(domains.Select(d => parts.Resolver.FindServicesAsync($"{service}.{d}", cancellation).AsTask()));
            foreach (var (domain, answer) in domains.Zip(answers))
            {
                var publish = System.FormattableString.Invariant($"{service}.{domain}. IN SRV 0 0 {port} {parts.Fqdn}.");
                var targets = answer.Records.Select(r => r.Target.TrimEnd('.').ToLowerInvariant()).ToList();
                if (targets.Contains(parts.Fqdn)) list.Good("names", $"SRV {service}.{domain} names {parts.Fqdn}");
                else if (answer.IsFound) list.Warn("names", $"SRV {service}.{domain} names {string.Join(", ", targets)}, not {parts.Fqdn}", $"where partners look it up it should be: {publish}");
                else list.Warn("names", $"SRV {service}.{domain}: {answer.Detail} [transport.{answer.Reason}]", $"for partners who find us by DNS, publish: {publish}");
            }
        }
    }
}
