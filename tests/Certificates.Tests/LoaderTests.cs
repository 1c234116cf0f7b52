using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates.Tests;

public sealed class LoaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("certs-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Good_files_make_a_set_with_own_certificates_and_trust()
    {
        Lab.Authority.Issue("gw.jabber.example", "jabber.example").WriteTo(_directory, "gw");
        File.WriteAllText(At("ca.pem"), Lab.Authority.RootPem);
        File.WriteAllBytes(At("ca.der"), Lab.Authority.Root.RawData);

        var load = Load(Own("gw") with { Key = "gw.key" }, new TrustSetOptions { Name = "pem", Files = ["ca.pem"] }, new TrustSetOptions { Name = "der", Files = ["ca.der"] });

        Assert.Empty(load.Faults);
        Assert.Equal(5, load.Set!.Version);
        Assert.Equal("gw", load.Set.ForDomain("JABBER.example")!.Name);
        Assert.Null(load.Set.ForDomain("other.example"));
        Assert.Equal(Fingerprints.Of(Lab.Authority.Root), Fingerprints.Of(Assert.Single(load.Set.FindTrust("der")!.Roots)));
        Assert.True(load.Set.Default!.Leaf.HasPrivateKey);
    }

    [Theory, InlineData(LabKey.P256), InlineData(LabKey.Rsa2048)]
    public void A_PFX_loads_with_its_password_from_a_file_and_keeps_its_intermediates(LabKey key)
    {
        var leaf = Lab.Authority.Intermediate("Middle").Issue(LabLeafOptions.For("gw.jabber.example") with { Key = key });
        File.WriteAllBytes(At("gw.pfx"), leaf.ExportPfx("secret"));
        File.WriteAllText(At("password"), "secret\n");
        File.WriteAllText(At("ca.pem"), Lab.Authority.RootPem);
        var own = new OwnCertificateOptions { Name = "gw", Pfx = "gw.pfx", PasswordFile = "password" };

        var load = Load(own, Trust("ca.pem"));

        Assert.Empty(load.Faults);
        Assert.Single(load.Set!.Default!.Intermediates);
        Assert.All(load.Set.Default.Intermediates, i => Assert.False(i.HasPrivateKey));
    }

    [Fact]
    public void An_encrypted_key_opens_with_its_password_and_only_with_it()
    {
        var leaf = Lab.Authority.Issue("gw.jabber.example");
        leaf.WriteTo(_directory, "gw");
        using var key = leaf.Certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(At("gw.key"), key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000)));
        File.WriteAllText(At("right"), "secret");
        File.WriteAllText(At("wrong"), "guess");
        File.WriteAllText(At("ca.pem"), Lab.Authority.RootPem);

        Assert.Empty(Load(Own("gw") with { PasswordFile = "right" }, Trust("ca.pem")).Faults);
        Assert.Equal(CertificateReason.PasswordWrong, Assert.Single(Load(Own("gw") with { PasswordFile = "wrong" }, Trust("ca.pem")).Faults).Reason);
        Assert.Equal(CertificateReason.PasswordWrong, Assert.Single(Load(Own("gw"), Trust("ca.pem")).Faults).Reason);
    }

    [Fact]
    public void All_faults_come_at_once_each_with_its_setting_and_a_hint()
    {
        Lab.Authority.Issue("a.example").WriteTo(_directory, "a");
        Lab.Authority.Issue("b.example").WriteTo(_directory, "b");
        Lab.Authority.Issue(LabLeafOptions.For("c.example") with { NotBefore = Lab.Now.AddDays(-9), NotAfter = Lab.Now.AddDays(-1) }).WriteTo(_directory, "c");
        Lab.Authority.Issue(LabLeafOptions.For("d.example") with { Usage = LabUsage.Neither }).WriteTo(_directory, "d");
        File.WriteAllText(At("ca.pem"), Lab.Authority.RootPem);
        File.WriteAllText(At("junk.pem"), "hello");
        var options = new CertificateSourcesOptions
        {
            Directory = _directory,
            Default = "nobody",
            Own = [Own("a") with { Key = "b.key" }, Own("missing"), Own("c"), Own("d"), Own("d") with { Name = "a" }],
            Trust = [Trust("ca.pem"), new TrustSetOptions { Name = "junk", Files = ["junk.pem"] }, new TrustSetOptions { Name = "void" }],
        };

        var load = CertificateLoader.Load(options, 1, Lab.Now);

        Assert.Null(load.Set);
        Assert.Equal(
            [
                ("certificates.default", CertificateReason.SettingInvalid),
                ("certificates.own[0].key", CertificateReason.KeyMismatch),
                ("certificates.own[1].certificate", CertificateReason.FileUnreadable),
                ("certificates.own[1].key", CertificateReason.FileUnreadable),
                ("certificates.own[2].certificate", CertificateReason.Expired),
                ("certificates.own[3].certificate", CertificateReason.WrongUsage),
                ("certificates.own[4].certificate", CertificateReason.WrongUsage),
                ("certificates.own[4].name", CertificateReason.SettingInvalid),
                ("certificates.trust[1].files[0]", CertificateReason.FileMalformed),
                ("certificates.trust[2].files", CertificateReason.SettingInvalid),
            ],
            load.Faults.Select(f => (f.Path, f.Reason)).OrderBy(f => f.Path, StringComparer.Ordinal));
        Assert.All(load.Faults, f => Assert.True(f.Problem.Length > 0 && f.Hint.Length > 0));
    }

    [Fact]
    public void A_leaf_without_its_intermediate_is_an_incomplete_chain()
    {
        var leaf = Lab.Authority.Intermediate("Middle").Issue("gw.jabber.example");
        leaf.WriteTo(_directory, "gw");
        File.WriteAllText(At("ca.pem"), Lab.Authority.RootPem);
        Assert.Empty(Load(Own("gw"), Trust("ca.pem")).Faults);

        File.WriteAllText(At("gw.crt"), leaf.Certificate.ExportCertificatePem());

        Assert.Equal(CertificateReason.ChainIncomplete, Assert.Single(Load(Own("gw"), Trust("ca.pem")).Faults).Reason);
        Assert.Empty(Load(Own("gw") with { ChainChecked = false }, Trust("ca.pem")).Faults);
    }

    [Fact]
    public void A_bundle_sorts_roots_from_intermediates_and_P7B_is_read_in_both_clothings()
    {
        var middle = Lab.Authority.Intermediate("Middle").Issue("x.example").Intermediates[0];
        var p7b = P7b(Lab.Authority.Root.RawData, middle.RawData);
        File.WriteAllBytes(At("der.p7b"), p7b);
        File.WriteAllText(At("pem.p7b"), PemEncoding.WriteString("PKCS7", p7b));
        File.WriteAllText(At("bundle.pem"), "# comment\n" + middle.ExportCertificatePem() + "\n" + Lab.Authority.RootPem);
        Lab.Authority.Issue("gw.jabber.example").WriteTo(_directory, "gw");

        foreach (var file in new[] { "der.p7b", "pem.p7b", "bundle.pem" })
        {
            var load = Load(Own("gw"), Trust(file));
            Assert.Empty(load.Faults);
            Assert.Equal(Lab.Authority.Root.SerialNumber, Assert.Single(load.Set!.FindTrust("t")!.Roots).SerialNumber);
            Assert.Equal(middle.SerialNumber, Assert.Single(load.Set.FindTrust("t")!.Intermediates).SerialNumber);
        }
    }

    [Fact]
    public void A_lab_authority_comes_back_from_its_files()
    {
        Lab.Authority.WriteTo(_directory);
        var again = LabAuthority.Load(_directory, Lab.Now);

        var verdict = CertificateJudge.Judge(
            Lab.Evidence(again.Issue("a.example")), new CertificateExpectation(CertificateUse.Sip, "a.example"), Lab.Authority.ToTrust(), Lab.Now);

        Assert.True(verdict.IsProved, verdict.Detail);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("ca.key")));
    }

    private static byte[] P7b(params byte[][] certificates)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.BER);
        var zero = new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 0);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (writer.PushSequence(zero))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                writer.PushSetOf().Dispose();
                using (writer.PushSequence()) writer.WriteObjectIdentifier("1.2.840.113549.1.7.1");
                using (writer.PushSetOf(zero))
                    foreach (var certificate in certificates) writer.WriteEncodedValue(certificate);
                writer.PushSetOf().Dispose();
            }
        }
        return writer.Encode();
    }

    private CertificateLoad Load(OwnCertificateOptions own, params TrustSetOptions[] trust) =>
        CertificateLoader.Load(new CertificateSourcesOptions { Directory = _directory, Own = [own], Trust = trust }, 5, Lab.Now);

    private static OwnCertificateOptions Own(string name) => new() { Name = name, Certificate = name + ".crt", Key = name + ".key" };

    private static TrustSetOptions Trust(string file) => new() { Name = "t", Files = [file] };

    private string At(string name) => Path.Combine(_directory, name);
}
