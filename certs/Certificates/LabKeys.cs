using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>One key pair of either kind, so that the authority is written once.</summary>
internal sealed class LabKeys : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;

    private LabKeys(RSA? rsa, ECDsa? ec) => (_rsa, _ec) = (rsa, ec);

    internal static LabKeys Create(LabKey kind) => kind switch
    {
        LabKey.P256 => new LabKeys(null, ECDsa.Create(ECCurve.NamedCurves.nistP256)),
        LabKey.Rsa2048 => new LabKeys(RSA.Create(2048), null),
        _ => new LabKeys(RSA.Create(1024), null),
    };

    internal CertificateRequest Request(string subject) => _rsa is not null
        ? new CertificateRequest(subject, _rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new CertificateRequest(subject, _ec!, HashAlgorithmName.SHA256);

    internal X509Certificate2 Join(X509Certificate2 certificate) =>
        _rsa is not null ? certificate.CopyWithPrivateKey(_rsa) : certificate.CopyWithPrivateKey(_ec!);

    internal static X509SignatureGenerator SignatureOf(X509Certificate2 signer) => signer.GetRSAPrivateKey() is { } rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa(signer.GetECDsaPrivateKey()!);

    public void Dispose()
    {
        _rsa?.Dispose();
        _ec?.Dispose();
    }
}
