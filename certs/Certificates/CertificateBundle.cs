using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Certificates;

/// <summary>Certificates out of a file whatever its clothing: PEM (any number), DER, P7B in PEM or DER.</summary>
internal static class CertificateBundle
{
    private const string SignedDataOid = "1.2.840.113549.1.7.2";

    internal static bool TryRead(byte[] bytes, out IReadOnlyList<X509Certificate2> found)
    {
        var collection = new List<X509Certificate2>();
        found = collection;
        try
        {
            if (bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0) ReadPem(Encoding.Latin1.GetString(bytes), collection);
            else if (X509Certificate2.GetCertContentType(bytes) == X509ContentType.Pkcs7) ReadP7b(bytes, collection);
            else collection.Add(X509CertificateLoader.LoadCertificate(bytes));
            return found.Count > 0;
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException)
        {
            return false;
        }
    }

    private static void ReadPem(string text, List<X509Certificate2> into)
    {
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label];
            if (label is "CERTIFICATE" or "X509 CERTIFICATE" or "TRUSTED CERTIFICATE")
                into.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            else if (label is "PKCS7") ReadP7b(Convert.FromBase64String(rest[fields.Base64Data].ToString()), into);
            rest = rest[fields.Location.End..];
        }
    }

    // RFC 2315 §9.1: only the certificates are wanted, so the degenerate SignedData is walked by hand.
    private static void ReadP7b(byte[] ber, List<X509Certificate2> into)
    {
        var content = new AsnReader(ber, AsnEncodingRules.BER).ReadSequence();
        if (content.ReadObjectIdentifier() != SignedDataOid) return;
        var signed = content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        signed.ReadInteger();
        signed.ReadEncodedValue();
        signed.ReadEncodedValue();
        var certificates = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (!signed.HasData || !signed.PeekTag().HasSameClassAndValue(certificates)) return;
        var set = signed.ReadSetOf(certificates);
        while (set.HasData) into.Add(X509CertificateLoader.LoadCertificate(set.ReadEncodedValue().Span));
    }
}
