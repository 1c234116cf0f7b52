using System.Security.Cryptography.X509Certificates;
using Certificates;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Federation.Domains;

namespace Gateway.Admin.Doctor;

/// <summary>Checks that need no partner: our name, our certificates, what they prove to others.</summary>
internal static class OwnChecks
{
    public static async Task<IReadOnlyList<DoctorCheck>> RunAsync(DoctorParts parts, CancellationToken cancellation)
    {
        var list = new CheckList("gateway");
        var set = parts.Certificates.Current;
        if (parts.Model.Peers.IsEmpty) list.Warn("peers", "no peer is configured: everything is refused", "add peers to the configuration");
        foreach (var warning in FederationWarnings.Find(parts.Model)) list.Warn("tables", $"{warning.Path}: {warning.Text}", warning.Hint);
        CheckFqdn(parts, set, list);
        CheckDomains(parts, set, list);
        CheckDays(parts, set, list);
        var own = await parts.Resolver.FindAddressesAsync(parts.Fqdn, cancellation);
        if (own.IsFound) list.Good("dns", $"{parts.Fqdn} is {string.Join(", ", own.Records)}");
        else list.Warn("dns", $"{parts.Fqdn} does not resolve here: {own.Detail}", "edges send later requests of a dialog to this name: it must resolve where they are");
        await OwnNames.CheckAsync(parts, list, cancellation);
        return list.All;
    }

    private static void CheckFqdn(DoctorParts parts, CertificateSet set, CheckList list)
    {
        if (set.ForDomain(parts.Fqdn) is { } own) list.Good("certificate", $"{own.Name} names {parts.Fqdn}");
        else list.Fail("certificate", $"no certificate of ours names {parts.Fqdn}", "edges compare our Contact with our certificate: get one that names identity.fqdn");
    }

    // Towards XMPP servers we stand for the SIP domains: what our certificate does not name, only dialback can prove.
    private static void CheckDomains(DoctorParts parts, CertificateSet set, CheckList list)
    {
        foreach (var domain in SipDomains(parts.Model))
        {
            if (set.ForDomain(domain) is { } own) list.Good("certificate", $"{own.Name} proves {domain} to XMPP servers");
            else list.Warn("certificate", $"no certificate of ours names {domain}: XMPP servers can believe us by dialback only", $"get a certificate that names {domain} too");
        }
    }

    private static void CheckDays(DoctorParts parts, CertificateSet set, CheckList list)
    {
        foreach (var own in set.Own)
        {
            var days = own.DaysLeft(parts.Hub.Time.GetUtcNow());
            if (days < 0)
                list.Fail("expiry", $"{own.Name} ended {own.NotAfter:u}: peers that check it refuse us",
                    "renew it and put the new files in place; no restart is needed, and before that neither a restart nor a reload succeeds");
            else if (days < parts.WarnDays) list.Warn("expiry", $"{own.Name} ends in {days} days", "renew it and put the new files in place; no restart is needed");
            var usages = own.Leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(e => e.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>()).ToList();
            if (usages.Count > 0 && usages.TrueForAll(u => u.Value != "1.3.6.1.5.5.7.3.2"))
                list.Warn("usage", $"{own.Name} has no clientAuth: strict systems refuse it when we call them", "ask the authority for serverAuth and clientAuth");
        }
    }

    private static IEnumerable<string> SipDomains(FederationModel model) =>
        model.Peers.Where(p => p.Protocol == Protocol.Sip).SelectMany(p => p.FromDomains)
            .Concat(model.Domains.Where(d => d.Kind == DomainKind.Sip && !d.IsBlocked && !d.Name.Contains('*', StringComparison.Ordinal)).Select(d => d.Name))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
