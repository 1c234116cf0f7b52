namespace Certificates;

/// <summary>
/// The one place that says whether evidence proves a name: own chain, EKU either way, strength, then names
/// (RFC 5280 §6, RFC 5922 §7, RFC 6120 §13.7, RFC 6125 §6).
/// </summary>
public static class CertificateJudge
{
    /// <summary>Does this evidence prove this name for this use under this trust set at this time?</summary>
    public static CertificateVerdict Judge(PeerEvidence evidence, CertificateExpectation expected, TrustSet trust, DateTimeOffset now)
    {
        if (evidence.Leaf is null) return CertificateVerdict.Refused(CertificateReason.NoCertificate, "The peer presented no certificate.");
        var chain = ChainJudge.Judge(evidence, trust, expected.WeakAllowed, now);
        if (chain.Reason != CertificateReason.None) return CertificateVerdict.Refused(chain.Reason, chain.Detail);
        var reading = LeafReading.Of(evidence.Leaf);
        var names = reading.Names;
        var matched = NameMatch.Find(names, expected);
        if (matched is null)
        {
            var has = string.Join(", ", names.Describe().Take(8));
            return CertificateVerdict.Refused(CertificateReason.WrongName, $"The certificate is for [{has}], not for '{expected.Name}'.");
        }
        var proof = new CertificateProof(DomainNames.ToAscii(expected.Name), matched, trust.Name, reading.Fingerprint, chain.NotAfter);
        return new CertificateVerdict(proof, CertificateReason.None, "");
    }

    /// <summary>The same without a name: is the certificate sound under the trust set? For checks and diagnosis.</summary>
    public static CertificateReason JudgeChain(PeerEvidence evidence, TrustSet trust, DateTimeOffset now, out string detail)
    {
        (var reason, detail, _) = evidence.Leaf is null
            ? new ChainFinding(CertificateReason.NoCertificate, "The peer presented no certificate.", default)
            : ChainJudge.Judge(evidence, trust, isWeakAllowed: false, now);
        return reason;
    }
}
