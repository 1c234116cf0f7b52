using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>
/// A certificate authority for laboratories and tests: makes good certificates and, on request, each kind of bad one.
/// Its roots belong into a lab's own trust set and nowhere else.
/// </summary>
public sealed class LabAuthority
{
    private readonly DateTimeOffset _now;
    private readonly X509Certificate2 _signer;
    private readonly IReadOnlyList<X509Certificate2> _path;

    private LabAuthority(X509Certificate2 signer, X509Certificate2 root, IReadOnlyList<X509Certificate2> path, DateTimeOffset now)
    {
        (_signer, Root, _path, _now) = (signer, root, path, now);
    }

    /// <summary>The root, without its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The root as PEM.</summary>
    public string RootPem => Root.ExportCertificatePem() + "\n";

    /// <summary>Makes a root that lasts ten years from <paramref name="now"/>.</summary>
    public static LabAuthority Create(DateTimeOffset now, string name = "Gateway Lab Root", LabKey key = LabKey.P256)
    {
        using var keys = LabKeys.Create(key);
        var request = AuthorityRequest(name, keys);
        var signer = request.CreateSelfSigned(now.AddDays(-30), now.AddYears(10));
        return new LabAuthority(signer, X509CertificateLoader.LoadCertificate(signer.RawData), [], now);
    }

    /// <summary>Reads an authority back from the files <see cref="WriteTo"/> made.</summary>
    public static LabAuthority Load(string directory, DateTimeOffset now, string name = "ca")
    {
        var signer = X509Certificate2.CreateFromPemFile(Path.Combine(directory, name + ".crt"), Path.Combine(directory, name + ".key"));
        return new LabAuthority(signer, X509CertificateLoader.LoadCertificate(signer.RawData), [], now);
    }

    /// <summary>Makes an intermediate authority under this one.</summary>
    public LabAuthority Intermediate(string name, LabKey key = LabKey.P256)
    {
        using var keys = LabKeys.Create(key);
        using var certificate = AuthorityRequest(name, keys).Create(
            _signer.SubjectName, LabKeys.SignatureOf(_signer), _now.AddDays(-30), _now.AddYears(9), NewSerial());
        var signer = keys.Join(certificate);
        return new LabAuthority(signer, Root, [X509CertificateLoader.LoadCertificate(signer.RawData), .. _path], _now);
    }

    /// <summary>A good certificate for these names.</summary>
    public LabLeaf Issue(params string[] dnsNames) => Issue(LabLeafOptions.For(dnsNames));

    /// <summary>A certificate as ordered, good or bad.</summary>
    public LabLeaf Issue(LabLeafOptions options)
    {
        using var keys = LabKeys.Create(options.Key);
        var request = LeafRequest(options, keys);
        var (from, to) = (options.NotBefore ?? _now.AddDays(-1), options.NotAfter ?? _now.AddYears(1));
        if (options.IsSelfSigned) return new LabLeaf(request.CreateSelfSigned(from, to), []);
        using var certificate = request.Create(_signer.SubjectName, LabKeys.SignatureOf(_signer), from, to, NewSerial());
        return new LabLeaf(keys.Join(certificate), _path);
    }

    /// <summary>This authority's root as a trust set.</summary>
    public TrustSet ToTrust(string name = "lab") => new(name, [Root]);

    /// <summary>Writes <c>name.crt</c> and <c>name.key</c>.</summary>
    public (string CertificatePath, string KeyPath) WriteTo(string directory, string name = "ca") => new LabLeaf(_signer, _path).WriteTo(directory, name);

    private static CertificateRequest AuthorityRequest(string name, LabKeys keys)
    {
        var request = keys.Request("CN=" + Escape(name));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static CertificateRequest LeafRequest(LabLeafOptions options, LabKeys keys)
    {
        var common = options.CommonName.Length > 0 ? options.CommonName : options.DnsNames.Concat(options.XmppAddrs).FirstOrDefault("lab");
        var request = keys.Request("CN=" + Escape(common));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        var usages = UsagesOf(options.Usage);
        if (usages.Count > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, critical: false));
        if (options.DnsNames.Count + options.Uris.Count + options.XmppAddrs.Count + options.SrvNames.Count > 0)
            request.CertificateExtensions.Add(new X509Extension("2.5.29.17", EncodeNames(options), critical: false));
        return request;
    }

    private static OidCollection UsagesOf(LabUsage usage)
    {
        var oids = new OidCollection();
        if (usage is LabUsage.ServerAuth or LabUsage.Both) oids.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        if (usage is LabUsage.ClientAuth or LabUsage.Both) oids.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        if (usage is LabUsage.Neither) oids.Add(new Oid("1.3.6.1.5.5.7.3.3"));
        return oids;
    }

    // The framework's builder knows no SRVName and no xmppAddr, so the extension is written here: RFC 5280 §4.2.1.6.
    private static byte[] EncodeNames(LabLeafOptions options)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var dns in options.DnsNames)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, dns, new Asn1Tag(TagClass.ContextSpecific, 2));
            foreach (var uri in options.Uris)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            foreach (var address in options.XmppAddrs)
                WriteOtherName(writer, CertificateNames.XmppAddrOid, UniversalTagNumber.UTF8String, address);
            foreach (var srv in options.SrvNames)
                WriteOtherName(writer, CertificateNames.SrvNameOid, UniversalTagNumber.IA5String, srv);
        }
        return writer.Encode();
    }

    private static void WriteOtherName(AsnWriter writer, string oid, UniversalTagNumber kind, string value)
    {
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) writer.WriteCharacterString(kind, value);
        }
    }

    private static string Escape(string name) => "\"" + name.Replace("\"", "", StringComparison.Ordinal) + "\"";

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
