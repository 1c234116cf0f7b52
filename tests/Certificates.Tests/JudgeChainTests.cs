using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates.Tests;

public sealed class JudgeChainTests
{
    private static readonly LabLeafOptions Good = LabLeafOptions.For("sip.contoso.example");

    public static TheoryData<LabUsage, LabKey> Usable => new()
    {
        { LabUsage.ServerAuth, LabKey.P256 }, { LabUsage.ClientAuth, LabKey.P256 }, { LabUsage.Both, LabKey.P256 },
        { LabUsage.None, LabKey.P256 }, { LabUsage.ServerAuth, LabKey.Rsa2048 },
    };

    [Theory, MemberData(nameof(Usable))]
    public void A_sound_certificate_with_either_usage_or_none_is_proof(LabUsage usage, LabKey key)
    {
        var verdict = Lab.Judge(Good with { Usage = usage, Key = key }, CertificateUse.Sip, "sip.contoso.example");

        Assert.True(verdict.IsProved, verdict.Detail);
        Assert.Equal("sip.contoso.example", verdict.Proof!.Name);
        Assert.Equal("dns:sip.contoso.example", verdict.Proof.MatchedEntry);
        Assert.Equal("lab", verdict.Proof.TrustSet);
        Assert.Equal(Lab.Now.AddYears(1), verdict.Proof.NotAfter);
    }

    [Fact]
    public void Each_fault_has_its_own_reason()
    {
        Assert.Equal(CertificateReason.WrongUsage, Reason(Good with { Usage = LabUsage.Neither }));
        Assert.Equal(CertificateReason.Expired, Reason(Good with { NotBefore = Lab.Now.AddDays(-9), NotAfter = Lab.Now.AddDays(-1) }));
        Assert.Equal(CertificateReason.NotYetValid, Reason(Good with { NotBefore = Lab.Now.AddDays(1) }));
        Assert.Equal(CertificateReason.SelfSigned, Reason(Good with { IsSelfSigned = true }));
        Assert.Equal(CertificateReason.WeakKey, Reason(Good with { Key = LabKey.Rsa1024 }));
        Assert.Equal(CertificateReason.WrongName, Reason(LabLeafOptions.For("mallory.example")));
    }

    [Fact]
    public void A_finding_serves_for_seconds_and_only_for_its_own_trust_set()
    {
        var evidence = Lab.Evidence(Lab.Authority.Issue(Good with { NotAfter = Lab.Now.AddSeconds(30) }));
        var (trust, stranger) = (Lab.Authority.ToTrust(), LabAuthority.Create(Lab.Now).ToTrust());

        CertificateReason At(TrustSet set, int seconds) => CertificateJudge.Judge(evidence, Sip("sip.contoso.example"), set, Lab.Now.AddSeconds(seconds)).Reason;

        Assert.Equal(CertificateReason.None, At(trust, 0));
        Assert.NotEqual(CertificateReason.None, At(stranger, 1));
        Assert.Equal(CertificateReason.None, At(trust, 2));
        Assert.Equal(CertificateReason.Expired, At(trust, 40));
    }

    [Fact]
    public void No_certificate_proves_nothing()
    {
        var verdict = CertificateJudge.Judge(PeerEvidence.Plain("x"), Sip("a.example"), Lab.Authority.ToTrust(), Lab.Now);

        Assert.Equal((false, CertificateReason.NoCertificate), (verdict.IsProved, verdict.Reason));
    }

    [Fact]
    public void An_issuer_outside_the_trust_set_is_unknown_even_with_the_same_name()
    {
        var impostor = LabAuthority.Create(Lab.Now).Issue(Good);

        var verdict = CertificateJudge.Judge(Lab.Evidence(impostor), Sip("sip.contoso.example"), Lab.Authority.ToTrust(), Lab.Now);

        Assert.Contains(verdict.Reason, new[] { CertificateReason.UnknownCa, CertificateReason.ChainInvalid });
    }

    [Fact]
    public void An_authority_that_was_made_anew_under_its_name_is_told_as_another_one()
    {
        using var known = Root();
        using var anew = Root();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sip.contoso.example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(anew, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var leaf = request.Create(anew, Lab.Now.AddDays(-1), Lab.Now.AddDays(30), [1]);

        var evidence = new PeerEvidence(leaf, [], "", "", "");
        var verdict = CertificateJudge.Judge(evidence, Sip("sip.contoso.example"), new TrustSet("partners", [X509CertificateLoader.LoadCertificate(known.RawData)], []), Lab.Now);

        Assert.Equal(CertificateReason.UnknownCa, verdict.Reason);
        Assert.Contains("which has a root 'CN=The partner's root' with another key", verdict.Detail, StringComparison.Ordinal);

        static X509Certificate2 Root()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=The partner's root", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            return request.CreateSelfSigned(Lab.Now.AddDays(-30), Lab.Now.AddYears(1));
        }
    }

    [Fact]
    public void A_presented_intermediate_completes_the_chain_and_a_missing_one_breaks_it()
    {
        var leaf = Lab.Authority.Intermediate("Middle").Intermediate("Lower").Issue(Good);
        var whole = Lab.Evidence(leaf);
        var trust = Lab.Authority.ToTrust();

        Assert.True(CertificateJudge.Judge(whole, Sip("sip.contoso.example"), trust, Lab.Now).IsProved);
        Assert.Equal(CertificateReason.UnknownCa,
            CertificateJudge.Judge(whole with { Intermediates = [] }, Sip("sip.contoso.example"), trust, Lab.Now).Reason);
        var knowing = new TrustSet("lab", [Lab.Authority.Root], leaf.Intermediates);
        Assert.True(CertificateJudge.Judge(whole with { Intermediates = [] }, Sip("sip.contoso.example"), knowing, Lab.Now).IsProved);
    }

    [Fact]
    public void A_presented_root_vouches_for_nothing()
    {
        var stranger = LabAuthority.Create(Lab.Now, "Stranger");
        var leaf = stranger.Issue(Good);
        var evidence = Lab.Evidence(leaf) with { Intermediates = [stranger.Root] };

        Assert.Equal(CertificateReason.UnknownCa, CertificateJudge.Judge(evidence, Sip("sip.contoso.example"), Lab.Authority.ToTrust(), Lab.Now).Reason);
    }

    [Fact]
    public void A_leaf_that_signs_another_is_no_authority()
    {
        var leaf = Lab.Authority.Issue("mallory.example");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sip.contoso.example", key, HashAlgorithmName.SHA256);
        using var forged = request.Create(
            leaf.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(leaf.Certificate.GetECDsaPrivateKey()!), Lab.Now.AddHours(-1), Lab.Now.AddDays(1), [1, 2, 3]);
        var evidence = new PeerEvidence(forged, [leaf.Certificate], "", "", "");

        var verdict = CertificateJudge.Judge(evidence, Sip("sip.contoso.example"), Lab.Authority.ToTrust(), Lab.Now);

        Assert.False(verdict.IsProved);
        Assert.Equal(CertificateReason.ChainInvalid, verdict.Reason);
    }

    [Fact]
    public void A_pinned_self_signed_certificate_is_proof_of_its_own_name()
    {
        var pinned = Lab.Authority.Issue(Good with { IsSelfSigned = true });
        var trust = new TrustSet("pin", [X509CertificateLoader.LoadCertificate(pinned.Certificate.RawData)]);

        Assert.True(CertificateJudge.Judge(Lab.Evidence(pinned), Sip("sip.contoso.example"), trust, Lab.Now).IsProved);
    }

    [Fact]
    public void A_withdrawn_certificate_is_revoked_however_its_fingerprint_was_spelled()
    {
        var leaf = Lab.Authority.Issue(Good);
        var spelled = string.Join(':', Fingerprints.Of(leaf.Certificate).ToLowerInvariant().Chunk(2).Select(c => new string(c)));
        var trust = new TrustSet("lab", [Lab.Authority.Root], withdrawn: [spelled]);

        Assert.Equal(CertificateReason.Revoked, CertificateJudge.Judge(Lab.Evidence(leaf), Sip("sip.contoso.example"), trust, Lab.Now).Reason);
    }

    [Fact, Item("PS-007")]
    public void A_short_key_is_taken_from_a_peer_that_may_and_a_shorter_one_is_not()
    {
        var evidence = Lab.Evidence(Lab.Authority.Issue(Good with { Key = LabKey.Rsa1024 }));
        var trust = Lab.Authority.ToTrust();
        Assert.True(CertificateJudge.Judge(evidence, Sip("sip.contoso.example") with { WeakAllowed = true }, trust, Lab.Now).IsProved);

        // What was found for one peer is not the finding for another.
        Assert.Equal(CertificateReason.WeakKey, CertificateJudge.Judge(evidence, Sip("sip.contoso.example"), trust, Lab.Now).Reason);
        using var key = RSA.Create(768);
        Assert.Equal(CertificateReason.WeakKey, JudgeSigned(key, "300D06092A864886F70D01010B0500", HashAlgorithmName.SHA256, isWeakAllowed: true));
    }

    [Theory, Item("PS-007"), Item("RN-055")]
    [InlineData("300D06092A864886F70D0101050500", "SHA1", false, CertificateReason.WeakSignature)]
    [InlineData("300D06092A864886F70D0101050500", "SHA1", true, CertificateReason.None)]
    [InlineData("300D06092A864886F70D0101040500", "MD5", false, CertificateReason.WeakSignature)]
    [InlineData("300D06092A864886F70D0101040500", "MD5", true, CertificateReason.WeakSignature)]
    public void A_signature_below_the_root_is_weak_and_SHA1_is_taken_from_a_peer_that_may(string algorithm, string hash, bool isWeakAllowed, CertificateReason expected)
    {
        using var key = RSA.Create(2048);
        Assert.Equal(expected, JudgeSigned(key, algorithm, new HashAlgorithmName(hash), isWeakAllowed));
    }

    private static CertificateReason JudgeSigned(RSA key, string algorithm, HashAlgorithmName hash, bool isWeakAllowed)
    {
        var request = new CertificateRequest("CN=sip.contoso.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var lab = LabAuthority.Create(Lab.Now, "Old Root", LabKey.Rsa2048);
        var directory = Directory.CreateTempSubdirectory();
        lab.WriteTo(directory.FullName);
        using var root = X509Certificate2.CreateFromPemFile(Path.Combine(directory.FullName, "ca.crt"), Path.Combine(directory.FullName, "ca.key"));
        directory.Delete(recursive: true);
        using var old = request.Create(root.SubjectName, new OldSignature(root.GetRSAPrivateKey()!, algorithm, hash), Lab.Now.AddDays(-1), Lab.Now.AddDays(1), [1, 2]);

        return CertificateJudge.Judge(new PeerEvidence(old, [], "", "", ""), Sip("sip.contoso.example") with { WeakAllowed = isWeakAllowed }, lab.ToTrust(), Lab.Now).Reason;
    }

    [Fact]
    public void Judging_leaves_the_certificates_of_evidence_and_trust_usable()
    {
        var evidence = Lab.Evidence(Lab.Authority.Intermediate("Middle").Issue(Good));
        var trust = Lab.Authority.ToTrust();
        for (var i = 0; i < 3; i++) Assert.True(CertificateJudge.Judge(evidence, Sip("sip.contoso.example"), trust, Lab.Now).IsProved);

        Assert.NotEmpty(evidence.Leaf!.Subject);
        Assert.NotEmpty(evidence.Intermediates[0].Subject);
        Assert.NotEmpty(trust.Roots[0].Subject);
    }

    private static CertificateReason Reason(LabLeafOptions options) => Lab.Judge(options, CertificateUse.Sip, "sip.contoso.example").Reason;

    private static CertificateExpectation Sip(string name) => new(CertificateUse.Sip, name);

    private sealed class OldSignature(RSA key, string algorithm, HashAlgorithmName hash) : X509SignatureGenerator
    {
        private readonly X509SignatureGenerator _inner = CreateForRSA(key, RSASignaturePadding.Pkcs1);

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Convert.FromHexString(algorithm);

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, hash, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => _inner.PublicKey;
    }
}
