using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lab.Trust;

/// <summary>A certificate authority of the tests, apart from the one the product makes, so that good and bad certificates do not come from the code under test.</summary>
public sealed class LabAuthority : IDisposable
{
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");
    private readonly X509Certificate2 _authority;
    private readonly string _folder;

    public LabAuthority(string folder, string name = "Lab authority")
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-400), DateTimeOffset.UtcNow.AddDays(3_650));
        File.WriteAllText(CertificateFile, _authority.ExportCertificatePem() + "\n");
    }

    public string CertificateFile => Path.Combine(_folder, "ca.pem");

    /// <summary>A certificate that vouches for itself.</summary>
    public LabCertificate SelfSigned(string file, IReadOnlyList<string> names)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + names[0], key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternative.AddDnsName(name);
        request.CertificateExtensions.Add(alternative.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Usages(LabCertificateKind.Both), critical: false));
        using var leaf = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(300));
        return Write(file, leaf, key);
    }

    /// <summary>What an old authority would make: signed with SHA-1 instead of SHA-256, or with a key of 1024 bits (field fact H1).</summary>
    public LabCertificate IssueWeak(string file, IReadOnlyList<string> names, bool isSha1)
    {
        using var key = RSA.Create(isSha1 ? 2048 : 1024);
        using var signing = _authority.GetRSAPrivateKey()!;
        var generator = isSha1 ? new Sha1Signature(signing) : X509SignatureGenerator.CreateForRSA(signing, RSASignaturePadding.Pkcs1);
        using var leaf = Request(key, names, LabCertificateKind.ServerAuthOnly, null)
            .Create(_authority.SubjectName, generator, DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(300), RandomNumberGenerator.GetBytes(16));
        return Write(file, leaf, key);
    }

    /// <summary>Makes <c>file.crt.pem</c> and <c>file.key.pem</c>. By default the EKU is serverAuth only: what real edges present (field fact A2).</summary>
    public LabCertificate Issue(string file, IReadOnlyList<string> names, LabCertificateKind kind = LabCertificateKind.ServerAuthOnly, bool isExpired = false, string? commonName = null,
        TimeSpan? lasts = null)
    {
        using var key = RSA.Create(2048);
        var request = Request(key, names, kind, commonName);
        var (from, until) = isExpired
            ? (DateTimeOffset.UtcNow.AddDays(-300), DateTimeOffset.UtcNow.AddDays(-2))
            : (DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow + (lasts ?? TimeSpan.FromDays(300)));
        using var leaf = request.Create(_authority, from, until, RandomNumberGenerator.GetBytes(16));
        return Write(file, leaf, key);
    }

    public void Dispose() => _authority.Dispose();

    private CertificateRequest Request(RSA key, IReadOnlyList<string> names, LabCertificateKind kind, string? commonName)
    {
        var request = new CertificateRequest("CN=" + (commonName ?? names[0]), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternative.AddDnsName(name);
        request.CertificateExtensions.Add(alternative.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Usages(kind), critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request;
    }

    private LabCertificate Write(string file, X509Certificate2 leaf, RSA key)
    {
        var made = new LabCertificate(Path.Combine(_folder, file + ".crt.pem"), Path.Combine(_folder, file + ".key.pem"));
        File.WriteAllText(made.CertificateFile, leaf.ExportCertificatePem() + "\n");
        File.WriteAllText(made.KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(made.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return made;
    }

    private static OidCollection Usages(LabCertificateKind kind) => kind switch
    {
        LabCertificateKind.ServerAuthOnly => [ServerAuth],
        LabCertificateKind.ClientAuthOnly => [ClientAuth],
        _ => [ServerAuth, ClientAuth],
    };

    private sealed class Sha1Signature(RSA key) : X509SignatureGenerator
    {
        private readonly X509SignatureGenerator _inner = CreateForRSA(key, RSASignaturePadding.Pkcs1);

        // sha1WithRSAEncryption, which the framework no longer writes.
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Convert.FromHexString("300D06092A864886F70D0101050500");

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => _inner.PublicKey;
    }
}
