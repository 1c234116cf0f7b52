using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LyncEdge.Tests;

/// <summary>One authority and the certificates of two peers, made once for the whole run in a folder of its own.</summary>
public sealed class LabCertificates
{
    private static readonly Oid ServerAuth = new("1.3.6.1.5.5.7.3.1");
    private readonly X509Certificate2 _authority;
    private readonly string _folder = Directory.CreateTempSubdirectory("lyncedge").FullName;

    private readonly ConcurrentDictionary<string, string> _made = new(StringComparer.Ordinal);

    private LabCertificates()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Lab authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = request.CreateSelfSigned(Yesterday, Yesterday.AddYears(1));
        AuthorityFile = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(_folder, recursive: true);
    }

    public static LabCertificates Shared { get; } = new();

    public string AuthorityFile { get; }

    private static DateTimeOffset Yesterday => DateTimeOffset.UtcNow.AddDays(-1);

    /// <summary>The good certificate of a host, made once.</summary>
    public string Of(string host) => _made.GetOrAdd(host, h => For(h));

    /// <summary>A serverAuth-only certificate, as real edges show (field fact A2). Key and certificate in one PEM file.</summary>
    public string For(string host, DateTimeOffset? until = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + host, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuth], critical: false));
        using var signed = request.Create(_authority, Yesterday, until ?? Yesterday.AddDays(60), RandomNumberGenerator.GetBytes(8));
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".pem");
        File.WriteAllText(file, signed.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return file;
    }
}
