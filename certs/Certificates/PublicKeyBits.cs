using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>
/// How long the key of a certificate is, read off its bytes: RFC 3279 §2.3.1 (RSA), RFC 5480 §2.1.1 (named curves only), RFC 8410.
/// To import a key only to ask its size costs more than to check a signature with it.
/// </summary>
internal static class PublicKeyBits
{
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EcOid = "1.2.840.10045.2.1";
    private const string Ed25519Oid = "1.3.101.112";
    private const string Ed448Oid = "1.3.101.113";

    /// <summary>True when the kind of key is one we take and it is as long as the trust set wants.</summary>
    internal static bool AreEnough(X509Certificate2 certificate, TrustSet trust) => AreEnough(certificate, trust.RsaBitsMin, trust.EcBitsMin);

    /// <summary>The same with bounds of the caller's own.</summary>
    internal static bool AreEnough(X509Certificate2 certificate, int rsaBitsMin, int ecBitsMin)
    {
        try
        {
            var key = certificate.PublicKey;
            return key.Oid.Value switch
            {
                RsaOid => RsaBits(key.EncodedKeyValue.RawData) >= rsaBitsMin,
                EcOid => CurveBits(key.EncodedParameters?.RawData) >= ecBitsMin,
                Ed25519Oid or Ed448Oid => true,
                _ => false,
            };
        }
        catch (Exception broken) when (broken is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    private static int RsaBits(byte[] der)
    {
        var modulus = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadInteger();
        return modulus.Sign > 0 ? (int)modulus.GetBitLength() : 0;
    }

    // A curve that is described instead of named is refused (RFC 5480 §2.1.1): reading the identifier fails.
    private static int CurveBits(byte[]? der) => der is null ? 0 : new AsnReader(der, AsnEncodingRules.DER).ReadObjectIdentifier() switch
    {
        "1.2.840.10045.3.1.1" => 192,
        "1.3.132.0.33" => 224,
        "1.2.840.10045.3.1.7" or "1.3.132.0.10" or "1.3.36.3.3.2.8.1.1.7" => 256,
        "1.3.36.3.3.2.8.1.1.9" => 320,
        "1.3.132.0.34" or "1.3.36.3.3.2.8.1.1.11" => 384,
        "1.3.36.3.3.2.8.1.1.13" => 512,
        "1.3.132.0.35" => 521,
        _ => 0,
    };
}
