using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

internal readonly record struct ChainFinding(CertificateReason Reason, string Detail, DateTimeOffset NotAfter);

/// <summary>
/// Builds the chain ourselves, because the verdict of the TLS layer is of no use here: real edges present certificates with
/// serverAuth only, which a TLS server is told are not valid for a client. Nothing is fetched (RFC 5280 §6 on what is at hand).
/// </summary>
internal static class ChainJudge
{
    private const string ExtendedKeyUsageOid = "2.5.29.37";
    private const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthOid = "1.3.6.1.5.5.7.3.2";
    private const string AnyUsageOid = "2.5.29.37.0";
    private const int PresentedMax = 16;
    private const int WeakRsaBitsMin = 1024;

    // One stream asks two or three times within its first round trips, and once more for each name its peer may have; a server opens one for each of its domains.
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    internal static ChainFinding Judge(PeerEvidence evidence, TrustSet trust, bool isWeakAllowed, DateTimeOffset now)
    {
        var reading = LeafReading.Of(evidence.Leaf!);
        if (reading.Recent is { } recent && recent.IsFor(evidence.Intermediates, trust, isWeakAllowed) && now >= recent.At && now - recent.At < FreshFor) return recent.Finding;
        var finding = JudgeAnew(evidence, trust, isWeakAllowed, now);
        reading.Recent = new RecentFinding(evidence.Intermediates, trust, isWeakAllowed, now, finding);
        return finding;
    }

    private static ChainFinding JudgeAnew(PeerEvidence evidence, TrustSet trust, bool isWeakAllowed, DateTimeOffset now)
    {
        var leaf = evidence.Leaf!;
        if (trust.Withdrawn.Count > 0 && trust.Withdrawn.Contains(LeafReading.Of(leaf).Fingerprint))
            return Refused(CertificateReason.Revoked, "The certificate was withdrawn by the operator.");

        var finding = BuildChain(evidence, trust, isWeakAllowed, now, X509ChainTrustMode.CustomRootTrust);
        if (finding.Reason == CertificateReason.UnknownCa && trust.IncludesSystemRoots)
            finding = BuildChain(evidence, trust, isWeakAllowed, now, X509ChainTrustMode.System);
        if (finding.Reason != CertificateReason.None) return finding;
        if (!IsUsageAllowed(leaf))
            return Refused(CertificateReason.WrongUsage, "The certificate has an extended key usage, and neither serverAuth nor clientAuth is in it.");
        return finding;
    }

    /// <summary>Either purpose will do, and no EKU means every purpose (RFC 5280 §4.2.1.12).</summary>
    internal static bool IsUsageAllowed(X509Certificate2 leaf)
    {
        foreach (var extension in leaf.Extensions)
        {
            if (extension.Oid?.Value != ExtendedKeyUsageOid) continue;
            return HasTlsUsage(extension);
        }
        return true;
    }

    private static bool HasTlsUsage(X509Extension extension)
    {
        try
        {
            foreach (var usage in new X509EnhancedKeyUsageExtension(extension, extension.Critical).EnhancedKeyUsages)
                if (usage.Value is ServerAuthOid or ClientAuthOid or AnyUsageOid) return true;
            return false;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    internal static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static ChainFinding BuildChain(
        PeerEvidence evidence, TrustSet trust, bool isWeakAllowed, DateTimeOffset now, X509ChainTrustMode mode)
    {
        var (leaf, presented) = (evidence.Leaf!, evidence.Intermediates);
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = mode;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        if (mode == X509ChainTrustMode.CustomRootTrust)
            foreach (var root in trust.Roots) policy.CustomTrustStore.Add(root);
        for (var i = 0; i < presented.Count && i < PresentedMax; i++) policy.ExtraStore.Add(presented[i]);
        foreach (var known in trust.Intermediates) policy.ExtraStore.Add(known);
        try
        {
            var isGood = chain.Build(leaf);
            var finding = isGood ? JudgeStrength(chain, trust, isWeakAllowed) : Explain(chain, leaf, trust, now);
            return finding;
        }
        catch (CryptographicException broken)
        {
            return Refused(CertificateReason.ChainInvalid, broken.Message);
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        }
    }

    private static ChainFinding JudgeStrength(X509Chain chain, TrustSet trust, bool isWeakAllowed)
    {
        var end = DateTime.MaxValue;
        for (var i = 0; i < chain.ChainElements.Count; i++)
        {
            var certificate = chain.ChainElements[i].Certificate;
            if (certificate.NotAfter.ToUniversalTime() < end) end = certificate.NotAfter.ToUniversalTime();
            if (!PublicKeyBits.AreEnough(certificate, isWeakAllowed ? WeakRsaBitsMin : trust.RsaBitsMin, trust.EcBitsMin))
                return Refused(CertificateReason.WeakKey, $"The key of '{certificate.Subject}' is too short.");
            // The signature of the anchor itself proves nothing and may be as old as it likes.
            if (i + 1 < chain.ChainElements.Count && IsSignatureWeak(certificate, isWeakAllowed))
                return Refused(CertificateReason.WeakSignature, $"'{certificate.Subject}' is signed with {certificate.SignatureAlgorithm.FriendlyName}.");
        }
        return new ChainFinding(CertificateReason.None, "", new DateTimeOffset(end, TimeSpan.Zero));
    }

    // MD2 and MD5 can be forged by anybody: nothing allows them.
    private static bool IsSignatureWeak(X509Certificate2 certificate, bool isSha1Allowed) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.2" or "1.2.840.113549.1.1.4" => true,
        "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" or "1.3.14.3.2.29" => !isSha1Allowed,
        _ => false,
    };

    // An authority that was made anew keeps its name: whoever has put "the root" into the trust set must be told that it is another one.
    private static string NamesakeOf(X509Chain chain, X509Certificate2 leaf, TrustSet trust)
    {
        var top = chain.ChainElements.Count == 0 ? leaf : chain.ChainElements[^1].Certificate;
        return trust.Roots.Any(r => r.SubjectName.RawData.AsSpan().SequenceEqual(top.IssuerName.RawData)) ? $", which has a root '{top.Issuer}' with another key" : "";
    }

    // The order matters: an unknown issuer makes every other finding hearsay, so it is said first.
    private static ChainFinding Explain(X509Chain chain, X509Certificate2 leaf, TrustSet trust, DateTimeOffset now)
    {
        var all = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus) all |= status.Status;
        var words = string.Join(" ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()));
        if ((all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != X509ChainStatusFlags.NoError)
        {
            return IsSelfIssued(leaf)
                ? Refused(CertificateReason.SelfSigned, $"'{leaf.Subject}' is self-signed and not in the trust set.")
                : Refused(CertificateReason.UnknownCa, $"No chain from '{leaf.Issuer}' to the trust set{NamesakeOf(chain, leaf, trust)}. {words}");
        }
        if ((all & X509ChainStatusFlags.NotTimeValid) != X509ChainStatusFlags.NoError)
        {
            foreach (var element in chain.ChainElements)
                if (element.Certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
                    return Refused(CertificateReason.NotYetValid, $"'{element.Certificate.Subject}' is valid from {element.Certificate.NotBefore.ToUniversalTime():u}.");
            foreach (var element in chain.ChainElements)
                if (element.Certificate.NotAfter.ToUniversalTime() < now.UtcDateTime)
                    return Refused(CertificateReason.Expired, $"'{element.Certificate.Subject}' ended {element.Certificate.NotAfter.ToUniversalTime():u}.");
        }
        return (all & X509ChainStatusFlags.Revoked) != X509ChainStatusFlags.NoError ? Refused(CertificateReason.Revoked, words) : Refused(CertificateReason.ChainInvalid, words);
    }

    private static ChainFinding Refused(CertificateReason reason, string detail) => new(reason, detail, default);
}
