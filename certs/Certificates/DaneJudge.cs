using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>
/// Whether a server that was found by records under DNSSEC is proved by its TLSA records: RFC 7673 §4 with the rules of RFC 7671 §5. A way beside the trust set, never around a withdrawal.
/// </summary>
public static class DaneJudge
{
    /// <summary>Do these records prove the server? <paramref name="names"/> are what its certificate may be for: the domain itself, and the host that a secure SRV record names.</summary>
    public static CertificateVerdict Judge(
        PeerEvidence evidence, IReadOnlyList<TlsaConstraint> records, IReadOnlyList<string> names, TrustSet trust, DateTimeOffset now)
    {
        if (evidence.Leaf is not { } leaf) return CertificateVerdict.Refused(CertificateReason.NoCertificate, "The peer presented no certificate.");
        if (trust.Withdrawn.Contains(LeafReading.Of(leaf).Fingerprint)) return CertificateVerdict.Refused(CertificateReason.Revoked, "The certificate was withdrawn by the operator.");
        var refused = CertificateVerdict.Refused(CertificateReason.WrongName, "No usable TLSA record matches the certificate.");
        foreach (var record in records)
        {
            if (!record.IsUsable) continue;
            var verdict = record.Usage switch
            {
                3 => JudgeLeaf(leaf, record, names, trust),
                2 => JudgeAnchor(evidence, record, names, trust, now),
                1 => record.Matches(leaf) ? JudgeNames(evidence, record, names, trust, now) : refused,
                _ => MatchesIssuer(evidence, record, trust) ? JudgeNames(evidence, record, names, trust, now) : refused,
            };
            if (verdict.IsProved) return verdict;
            if (verdict.Reason != CertificateReason.WrongName) refused = verdict;
        }
        return refused;
    }

    // The key is bound to the host by DNS itself: neither name nor dates of the certificate count (RFC 7671 §5.1).
    private static CertificateVerdict JudgeLeaf(X509Certificate2 leaf, TlsaConstraint record, IReadOnlyList<string> names, TrustSet trust)
    {
        if (!record.Matches(leaf)) return CertificateVerdict.Refused(CertificateReason.WrongName, $"The certificate is not that of {record}.");
        if (!PublicKeyBits.AreEnough(leaf, trust)) return CertificateVerdict.Refused(CertificateReason.WeakKey, $"The key of '{leaf.Subject}' is too short.");
        return Prove(leaf, record, names[0], new DateTimeOffset(leaf.NotAfter));
    }

    // The anchor must be among what the server presented, and self-issued; chain, dates and name count as ever (RFC 7671 §5.2).
    private static CertificateVerdict JudgeAnchor(PeerEvidence evidence, TlsaConstraint record, IReadOnlyList<string> names, TrustSet trust, DateTimeOffset now)
    {
        var anchor = evidence.Intermediates.FirstOrDefault(record.Matches);
        if (anchor is null) return CertificateVerdict.Refused(CertificateReason.WrongName, $"The server presented no certificate of {record}.");
        var bounds = new TrustSet("dane", [anchor]) { RsaBitsMin = trust.RsaBitsMin, EcBitsMin = trust.EcBitsMin };
        return JudgeNames(evidence, record, names, bounds, now);
    }

    private static CertificateVerdict JudgeNames(PeerEvidence evidence, TlsaConstraint record, IReadOnlyList<string> names, TrustSet trust, DateTimeOffset now)
    {
        var refused = default(CertificateVerdict);
        foreach (var name in names)
        {
            var verdict = CertificateJudge.Judge(evidence, new CertificateExpectation(CertificateUse.Xmpp, name), trust, now);
            if (verdict.Proof is { } proof) return Prove(evidence.Leaf!, record, names[0], proof.NotAfter);
            refused = verdict;
        }
        return refused;
    }

    private static bool MatchesIssuer(PeerEvidence evidence, TlsaConstraint record, TrustSet trust) =>
        evidence.Intermediates.Any(record.Matches) || trust.Roots.Any(record.Matches);

    private static CertificateVerdict Prove(X509Certificate2 leaf, TlsaConstraint record, string name, DateTimeOffset notAfter) =>
        new(new CertificateProof(DomainNames.ToAscii(name), record.ToString(), "DNSSEC", LeafReading.Of(leaf).Fingerprint, notAfter), CertificateReason.None, "");
}
