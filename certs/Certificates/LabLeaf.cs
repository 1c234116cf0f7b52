using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>A certificate the lab authority made, with its key and the intermediates that lead to the root.</summary>
public sealed class LabLeaf
{
    internal LabLeaf(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates)
    {
        Certificate = certificate;
        Intermediates = intermediates;
    }

    /// <summary>Certificate with private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What has to be sent after it; empty directly under a root.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; }

    /// <summary>Leaf and intermediates as PEM.</summary>
    public string ChainPem => string.Concat(Intermediates.Prepend(Certificate).Select(c => c.ExportCertificatePem() + "\n"));

    /// <summary>The private key as PKCS#8 PEM.</summary>
    public string KeyPem
    {
        get
        {
            using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)Certificate.GetRSAPrivateKey() ?? Certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem() + "\n";
        }
    }

    /// <summary>As something to present.</summary>
    public OwnCertificate ToOwn(string name, params string[] domains) => new(name, Certificate, Intermediates, domains.Length == 0 ? null : domains);

    /// <summary>Writes <c>name.crt</c> (with intermediates) and <c>name.key</c> (readable by the owner only); gives both paths.</summary>
    public (string CertificatePath, string KeyPath) WriteTo(string directory, string name)
    {
        System.IO.Directory.CreateDirectory(directory);
        var (certificate, key) = (Path.Combine(directory, name + ".crt"), Path.Combine(directory, name + ".key"));
        File.WriteAllText(certificate, ChainPem);
        var privately = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) privately.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(key, privately);
        writer.Write(KeyPem);
        return (certificate, key);
    }

    /// <summary>Certificate, key and intermediates as PKCS#12, without anybody else's key.</summary>
    public byte[] ExportPfx(string password)
    {
        // Exporting a collection takes every private key along; the intermediates are therefore copied without theirs.
        var collection = new X509Certificate2Collection(Certificate);
        foreach (var intermediate in Intermediates) collection.Add(X509CertificateLoader.LoadCertificate(intermediate.RawData));
        return collection.Export(X509ContentType.Pkcs12, password)!;
    }
}
