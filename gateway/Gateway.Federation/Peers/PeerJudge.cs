using Certificates;

namespace Gateway.Federation.Peers;

/// <summary>
/// Whether evidence proves that it comes from <c>peer</c> for one domain. SIP: one of the record's certificate names (RFC 5922 §7); XMPP: the domain itself unless the record names others
/// (RFC 6120 §13.7). A discovered partner must prove the domain itself, or a target that lies under it: a name out of unauthenticated DNS is no identity (RFC 5922 §7.3).
/// </summary>
internal static class PeerJudge
{
    public static CertificateVerdict Judge(
        PeerModel peer, string domain, PeerEvidence evidence, DiscoveredNames discovered, CertificateSet certificates, DateTimeOffset now)
    {
        if (certificates.FindTrust(peer.TrustSet) is not { } trust)
            return new CertificateVerdict(null, CertificateReason.TrustSetMissing, $"Trust set '{peer.TrustSet}' of peer '{peer.Name}' does not exist.");

        var use = peer.Protocol == Protocol.Sip ? CertificateUse.Sip : CertificateUse.Xmpp;
        var refused = default(CertificateVerdict);
        foreach (var name in NamesOf(peer, domain, discovered))
        {
            var verdict = CertificateJudge.Judge(evidence, new CertificateExpectation(use, name, peer.AllowsWildcardSubject, peer.AllowsWeakCertificate), trust, now);
            if (verdict.IsProved) return verdict;
            if (refused.Reason == CertificateReason.None) refused = verdict;

            // Only a wrong name can be cured by the next name.
            if (verdict.Reason != CertificateReason.WrongName) break;
        }

        return refused;
    }

    /// <summary>
    /// Whether the certificate carries one of the peer's names at all, trusted or not: cheap, so that a stranger's certificate is not tried in full against every record.
    /// </summary>
    public static bool MayBe(PeerModel peer, CertificateNames names)
    {
        foreach (var name in NamesOf(peer, peer.FromDomains.FirstOrDefault("invalid"), DiscoveredNames.None))
        {
            var expected = DomainNames.ToAscii(name);
            if (names.DnsNames.Concat(names.XmppAddrs).Append(names.CommonName ?? "").Any(n => DomainNames.ToAscii(n) == expected)) return true;
            if (names.SrvNames.Any(n => n.EndsWith("." + expected, StringComparison.OrdinalIgnoreCase))) return true;
            if (names.Uris.Any(u => u.Contains(expected, StringComparison.OrdinalIgnoreCase))) return true;
            if (names.DnsNames.Any(n => n.StartsWith("*.", StringComparison.Ordinal) && expected.EndsWith(n[1..], StringComparison.OrdinalIgnoreCase))) return true;
        }

        return false;
    }

    private static IEnumerable<string> NamesOf(PeerModel peer, string domain, DiscoveredNames discovered)
    {
        if (!peer.TlsSubjects.IsEmpty) return peer.TlsSubjects;
        if (peer.Protocol == Protocol.Sip && !peer.Addresses.IsEmpty) return peer.Addresses.Select(HostOf).Append(domain);
        return discovered.Found.Where(t => IsUnder(t, domain)).Concat(discovered.Proved).Prepend(domain);
    }

    private static bool IsUnder(string target, string domain)
    {
        var host = DomainNames.ToAscii(target);
        return host.Length > domain.Length && host.EndsWith(domain, StringComparison.Ordinal) && host[^(domain.Length + 1)] == '.';
    }

    private static string HostOf(string address)
    {
        if (address.StartsWith('[')) return address[1..Math.Max(1, address.IndexOf(']'))];
        var colon = address.LastIndexOf(':');
        return colon < 0 ? address : address[..colon];
    }
}
