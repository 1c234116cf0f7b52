using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Load.Wire;

/// <summary>A certificate authority for one run: RSA 2048 leaves as real peers have, written as PEM for the subject and kept as objects for the generator's own ends.</summary>
internal sealed class LoadAuthority : IDisposable
{
    private static readonly OidCollection BothUsages = [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")];
    private readonly X509Certificate2 authority;
    private readonly string folder;

    private LoadAuthority(string folder, X509Certificate2 authority) => (this.folder, this.authority) = (folder, authority);

    public string AuthorityFile => FileOf("ca", "crt");

    /// <summary>The authority of <paramref name="folder"/>, made there when it has none.</summary>
    public static LoadAuthority Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var (certificateFile, keyFile) = (Path.Combine(folder, "ca.crt"), Path.Combine(folder, "ca.key"));
        if (File.Exists(certificateFile) && File.Exists(keyFile)) return new LoadAuthority(folder, X509Certificate2.CreateFromPemFile(certificateFile, keyFile));
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Load test authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(certificateFile, made.ExportCertificatePem() + "\n");
        WriteKey(keyFile, key);
        return new LoadAuthority(folder, made);
    }

    /// <summary>The leaf called <paramref name="file"/>, made when the folder has none: <c>file.crt</c>, <c>file.key</c>.</summary>
    public X509Certificate2 Leaf(string file, params IReadOnlyList<string> names)
    {
        if (!File.Exists(FileOf(file, "crt"))) Issue(file, names);
        using var loaded = X509Certificate2.CreateFromPemFile(FileOf(file, "crt"), FileOf(file, "key"));
        return X509CertificateLoader.LoadPkcs12(loaded.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Certificate and key of a leaf in one file, as ejabberd wants them.</summary>
    public void Join(string file) => File.WriteAllText(Path.Combine(folder, file + ".both.pem"), File.ReadAllText(FileOf(file, "crt")) + File.ReadAllText(FileOf(file, "key")));

    public string FileOf(string name, string extension) => Path.Combine(folder, name + "." + extension);

    public void Dispose() => authority.Dispose();

    private void Issue(string file, IReadOnlyList<string> names)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + names[0], key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternative.AddDnsName(name);
        request.CertificateExtensions.Add(alternative.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(BothUsages, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var leaf = request.Create(authority, new DateTimeOffset(authority.NotBefore).AddHours(1), new DateTimeOffset(authority.NotAfter).AddHours(-1), RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(FileOf(file, "crt"), leaf.ExportCertificatePem() + "\n");
        WriteKey(FileOf(file, "key"), key);
    }

    private static void WriteKey(string file, RSA key)
    {
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem() + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
