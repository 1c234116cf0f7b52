using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>
/// The names a certificate carries, sorted by kind: subjectAltName of RFC 5280 §4.2.1.6 with the otherNames of
/// RFC 6120 §13.7.1.4 (xmppAddr) and RFC 4985 (SRVName), and the common name.
/// </summary>
public sealed class CertificateNames
{
    /// <summary>id-on-xmppAddr, RFC 6120 §13.7.1.4.</summary>
    public const string XmppAddrOid = "1.3.6.1.5.5.7.8.5";

    /// <summary>id-on-dnsSRV, RFC 4985 §2.</summary>
    public const string SrvNameOid = "1.3.6.1.5.5.7.8.7";

    private const string SubjectAltNameOid = "2.5.29.17";
    private const int NamesMax = 1_000;

    private readonly List<string> _dns = [];
    private readonly List<string> _uris = [];
    private readonly List<string> _xmppAddrs = [];
    private readonly List<string> _srvNames = [];

    private CertificateNames()
    {
    }

    /// <summary>dNSName entries.</summary>
    public IReadOnlyList<string> DnsNames => _dns;

    /// <summary>uniformResourceIdentifier entries.</summary>
    public IReadOnlyList<string> Uris => _uris;

    /// <summary>xmppAddr entries.</summary>
    public IReadOnlyList<string> XmppAddrs => _xmppAddrs;

    /// <summary>SRVName entries such as <c>_xmpp-server.example</c>.</summary>
    public IReadOnlyList<string> SrvNames => _srvNames;

    /// <summary>The common name of the subject, or null.</summary>
    public string? CommonName { get; private set; }

    /// <summary>True when there is a subjectAltName extension at all, readable or not: then the CN names nobody (RFC 5922 §7.1).</summary>
    public bool HasSubjectAltName { get; private set; }

    /// <summary>True when the extension broke off; names read before the break are dropped.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>All names as people read them: <c>dns:…</c>, <c>uri:…</c>, <c>xmpp:…</c>, <c>srv:…</c>, else <c>cn:…</c>.</summary>
    public IEnumerable<string> Describe() =>
        _dns.Select(d => "dns:" + d).Concat(_uris.Select(u => "uri:" + u)).Concat(_xmppAddrs.Select(x => "xmpp:" + x))
            .Concat(_srvNames.Select(s => "srv:" + s)).Concat(CommonName is null ? [] : ["cn:" + CommonName]);

    /// <summary>Reads the names; never throws, whatever the peer encoded.</summary>
    public static CertificateNames Read(X509Certificate2 certificate)
    {
        var names = new CertificateNames { CommonName = ReadCommonName(certificate.SubjectName) };
        foreach (var extension in certificate.Extensions)
        {
            if (!string.Equals(extension.Oid?.Value, SubjectAltNameOid, StringComparison.Ordinal)) continue;
            names.HasSubjectAltName = true;
            if (names.TryReadSubjectAltName(extension.RawData)) continue;
            names.IsMalformed = true;
            names._dns.Clear();
            names._uris.Clear();
            names._xmppAddrs.Clear();
            names._srvNames.Clear();
            break;
        }
        return names;
    }

    private bool TryReadSubjectAltName(byte[] der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            for (var count = 0; reader.HasData; count++)
            {
                if (count == NamesMax) return false;
                ReadGeneralName(reader);
            }
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private void ReadGeneralName(AsnReader reader)
    {
        var tag = reader.PeekTag();
        if (tag.TagClass != TagClass.ContextSpecific)
        {
            reader.ReadEncodedValue();
            return;
        }
        switch (tag.TagValue)
        {
            case 0:
                ReadOtherName(reader.ReadSequence(tag));
                break;
            case 2:
                Add(_dns, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                break;
            case 6:
                Add(_uris, reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                break;
            default:
                reader.ReadEncodedValue();
                break;
        }
    }

    private void ReadOtherName(AsnReader reader)
    {
        var oid = reader.ReadObjectIdentifier();
        var value = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
        if (string.Equals(oid, XmppAddrOid, StringComparison.Ordinal)) Add(_xmppAddrs, value.ReadCharacterString(UniversalTagNumber.UTF8String));
        else if (string.Equals(oid, SrvNameOid, StringComparison.Ordinal)) Add(_srvNames, value.ReadCharacterString(UniversalTagNumber.IA5String));
    }

    // A name with a NUL inside was once the way to be two names at the same time.
    private static void Add(List<string> to, string name)
    {
        if (name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal)) to.Add(name);
    }

    private static string? ReadCommonName(X500DistinguishedName subject)
    {
        try
        {
            string? found = null;
            foreach (var part in subject.EnumerateRelativeDistinguishedNames(reversed: false))
            {
                if (part.HasMultipleElements || part.GetSingleElementType().Value != "2.5.4.3") continue;
                found = part.GetSingleElementValue();
            }
            return found is null || found.Contains('\0', StringComparison.Ordinal) ? null : found;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
