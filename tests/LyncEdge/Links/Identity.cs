using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LyncEdge.Control;
using LyncEdge.Profiles;

namespace LyncEdge.Links;

#pragma warning disable SYSLIB0039, SYSLIB0040, CA5397, CA5398, CA1416 // Old edges speak TLS 1.0; whether the gateway refuses them is what a test asks.

/// <summary>What the edge shows in a handshake and whom it believes. Usually a serverAuth-only certificate, as real edges have (field fact A2).</summary>
public sealed class Identity
{
    private readonly X509Certificate2Collection _roots = [];
    private readonly bool _verifies;
    private bool _isWeak;

    private Identity(bool verifies) => _verifies = verifies;

    public SslStreamCertificateContext? Certificate { get; private set; }

    public bool SendsCertificate { get; private set; } = true;

    public SslProtocols Protocols { get; private set; } = SslProtocols.Tls12;

    public string ExpectedHost { get; private set; } = "";

    public static Identity Load(EdgeOptions options)
    {
        var identity = new Identity(options.Verifies) { SendsCertificate = options.SendsCertificate, ExpectedHost = options.NextHopHost.Length > 0 ? options.NextHopHost : options.GatewayHost };
        if (options.AuthorityFile is not null) identity._roots.ImportFromPemFile(options.AuthorityFile);
        identity.Protocols = options.TlsVersion switch
        {
            "any" => SslProtocols.Tls12 | SslProtocols.Tls13,
            "profile" => Profile.Find(options.Profile)!.TlsVersions.Aggregate(SslProtocols.None, (all, one) => all | Version(one)),
            { } one => Version(one),
            null => SslProtocols.Tls12,
        };
        identity.LoadCertificate(options);
        return identity;
    }

    /// <summary>Own chain building, name exact, SAN dNSName first and the common name only without any SAN (field fact A3).</summary>
    public string? Refuses(X509Certificate? shown, X509Chain? presented)
    {
        if (!_verifies) return null;
        if (shown is null) return "no certificate";
        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        if (presented is not null) chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (!chain.Build(certificate))
            return "untrusted: " + string.Join(", ", chain.ChainStatus.Select(s => s.Status.ToString()));
        var names = NamesOf(certificate);
        return names.Any(n => n.Equals(ExpectedHost, StringComparison.OrdinalIgnoreCase)) ? null : "name: " + string.Join(", ", names) + " is not " + ExpectedHost;
    }

    public SslServerAuthenticationOptions ServerOptions(RemoteCertificateValidationCallback callback)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Certificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Protocols,
            AllowTlsResume = false,
            CertificateChainPolicy = Offline(),
            RemoteCertificateValidationCallback = callback,
        };
        if (IsOld) (options.EncryptionPolicy, options.CipherSuitesPolicy) = (EncryptionPolicy.AllowNoEncryption, OldSuites.Value);
        return options;
    }

    public SslClientAuthenticationOptions ClientOptions(RemoteCertificateValidationCallback callback)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = ExpectedHost,
            ClientCertificateContext = SendsCertificate ? Certificate : null,
            EnabledSslProtocols = Protocols,
            AllowTlsResume = false,
            CertificateChainPolicy = Offline(),
            RemoteCertificateValidationCallback = callback,
        };
        if (IsOld) (options.EncryptionPolicy, options.CipherSuitesPolicy) = (EncryptionPolicy.AllowNoEncryption, OldSuites.Value);
        return options;
    }

    // What Schannel of 2008 has in common with the OpenSSL of today, in Schannel's order; TLS 1.2 has the last two.
    private static readonly Lazy<CipherSuitesPolicy> OldSuites = new(() => new CipherSuitesPolicy(
    [
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ]));

    // Old versions sign with SHA-1 and MD5, old certificates have short keys: OpenSSL takes part in neither unless its level of security is left, which the odd policy means.
    private bool IsOld => _isWeak || Protocols != SslProtocols.None && (Protocols & (SslProtocols.Tls12 | SslProtocols.Tls13)) == SslProtocols.None;

    private static SslProtocols Version(string text) => text switch
    {
        "1.0" => SslProtocols.Tls,
        "1.1" => SslProtocols.Tls11,
        "1.3" => SslProtocols.Tls13,
        _ => SslProtocols.Tls12,
    };

    private static X509ChainPolicy Offline() => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var san = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (san is not null) return [.. san.EnumerateDnsNames()];
        return [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];
    }

    private void LoadCertificate(EdgeOptions options)
    {
        X509Certificate2 leaf;
        var extra = new X509Certificate2Collection();
        if (options.PfxFile is not null)
        {
            extra = X509CertificateLoader.LoadPkcs12CollectionFromFile(options.PfxFile, options.PfxPassword);
            leaf = extra.First(c => c.HasPrivateKey);
        }
        else if (options.CertificateFile is not null)
        {
            leaf = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile ?? options.CertificateFile);
            extra.ImportFromPemFile(options.CertificateFile);
        }
        else
        {
            return;
        }

        using var key = leaf.GetRSAPublicKey();
        _isWeak = key is { KeySize: < 2048 } || leaf.SignatureAlgorithm.FriendlyName == "sha1RSA";
        Certificate = SslStreamCertificateContext.Create(leaf, extra, offline: true);
    }
}
