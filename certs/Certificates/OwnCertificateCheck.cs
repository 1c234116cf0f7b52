namespace Certificates;

/// <summary>What a certificate must be before we present it: valid today, good for TLS, strong, with a complete chain.</summary>
internal static class OwnCertificateCheck
{
    private static readonly TrustSet _systemOnly = new("system", []) { IncludesSystemRoots = true };

    internal static void Check(
        OwnCertificate own, OwnCertificateOptions options, IReadOnlyList<TrustSet> trust, string path, DateTimeOffset now, List<CertificateFault> faults,
        List<CertificateFault> ends)
    {
        var at = path + (options.Pfx.Length > 0 ? ".pfx" : ".certificate");
        var file = options.Pfx.Length > 0 ? options.Pfx : options.Certificate;
        if (own.NotAfter < now)
            ends.Add(new(at, CertificateReason.Expired, $"'{file}' ended {own.NotAfter:u}.", "Renew it."));
        else if (new DateTimeOffset(own.Leaf.NotBefore.ToUniversalTime(), TimeSpan.Zero) > now)
            faults.Add(new(at, CertificateReason.NotYetValid, $"'{file}' is valid from {own.Leaf.NotBefore.ToUniversalTime():u}.", "Check the clock of this machine."));
        if (options.Profile == CertificateProfile.Federation) CheckFederation(own, at, file, faults);
        if (options.ChainChecked) CheckChain(own, trust, at, file, now, faults);
    }

    private static void CheckFederation(OwnCertificate own, string at, string file, List<CertificateFault> faults)
    {
        if (!ChainJudge.IsUsageAllowed(own.Leaf))
            faults.Add(new(at, CertificateReason.WrongUsage, $"'{file}' is for neither serverAuth nor clientAuth.", "Request it with serverAuth and clientAuth."));
        if (!PublicKeyBits.AreEnough(own.Leaf, _systemOnly))
            faults.Add(new(at, CertificateReason.WeakKey, $"the key of '{file}' is too short.", "Use RSA 2048 or more; older edges refuse elliptic curves."));
        if (own.Domains.Count == 0)
            faults.Add(new(at, CertificateReason.WrongName, $"'{file}' names no DNS name.", "Put the FQDN of this gateway and each domain it serves into the SAN."));
    }

    private static void CheckChain(OwnCertificate own, IReadOnlyList<TrustSet> trust, string at, string file, DateTimeOffset now, List<CertificateFault> faults)
    {
        var evidence = new PeerEvidence(own.Leaf, own.Intermediates, "", "", "");
        var first = CertificateJudge.JudgeChain(evidence, _systemOnly, now, out var detail);
        if (IsChainKnown(first)) return;
        foreach (var set in trust)
            if (IsChainKnown(CertificateJudge.JudgeChain(evidence, set, now, out detail))) return;
        faults.Add(new(at, CertificateReason.ChainIncomplete, $"'{file}' does not lead to a known root. {detail}",
            "Append the intermediates to the file, or add its root to a trust set, or set chainChecked to false."));
    }

    // Everything but a missing issuer is said by the other checks, once.
    private static bool IsChainKnown(CertificateReason reason) =>
        reason is not (CertificateReason.UnknownCa or CertificateReason.SelfSigned or CertificateReason.ChainInvalid);
}
