using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace XmppPeer.Trust;

/// <summary>Our certificates, and the judgement on those of others: chain to the one authority, and the domain among the names (RFC 6120 §13.7, XEP-0178).</summary>
public sealed class Identity
{
    private const string XmppAddress = "1.3.6.1.5.5.7.8.5";
    private readonly X509Certificate2Collection _roots = [];

    public Identity(string authorityFile) => _roots.ImportFromPemFile(authorityFile);

    public static SslStreamCertificateContext Load(string certificateFile, string keyFile)
    {
        using var ephemeral = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        var leaf = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(leaf, [], offline: true);
    }

    /// <summary>Null when the certificate proves the domain; else the one word that says why not.</summary>
    public string? Refuses(X509Certificate? shown, string domain)
    {
        if (shown is null) return "no-certificate";
        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (!chain.Build(certificate)) return Fault(chain, certificate);
        return NamesOf(certificate).Any(n => Covers(n, domain)) ? null : "wrong-name";
    }

    private static string Fault(X509Chain chain, X509Certificate2 certificate)
    {
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (certificate.Subject == certificate.Issuer) return "self-signed";
        if (status.HasFlag(X509ChainStatusFlags.PartialChain) || status.HasFlag(X509ChainStatusFlags.UntrustedRoot)) return "unknown-ca";
        return status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? "expired" : "invalid-chain";
    }

    private static bool Covers(string name, string domain) =>
        name.Equals(domain, StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("*.", StringComparison.Ordinal) && domain.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 && domain[dot..].Equals(name[1..], StringComparison.OrdinalIgnoreCase));

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        List<string> names = [];
        foreach (var extension in certificate.Extensions.Where(e => e.Oid?.Value == "2.5.29.17"))
        {
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (reader.HasData)
            {
                var tag = reader.PeekTag();
                if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 2))) names.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                else if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0)))
                {
                    var other = reader.ReadSequence(tag);
                    if (other.ReadObjectIdentifier() == XmppAddress)
                        names.Add(other.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadCharacterString(UniversalTagNumber.UTF8String));
                }
                else reader.ReadEncodedValue();
            }
        }

        return names;
    }
}
