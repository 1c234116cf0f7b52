using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates;

/// <summary>One TLSA record: RFC 6698 §2.1. Whoever read it from DNS has seen to it that DNSSEC proves it.</summary>
/// <param name="Usage">0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE.</param>
/// <param name="Selector">0 the whole certificate, 1 its public key.</param>
/// <param name="Matching">0 as it is, 1 SHA-256, 2 SHA-512.</param>
/// <param name="Data">What is to match.</param>
public sealed record TlsaConstraint(byte Usage, byte Selector, byte Matching, ReadOnlyMemory<byte> Data)
{
    /// <summary>True when we know what each of its fields means; others are passed over (RFC 6698 §4.1).</summary>
    public bool IsUsable => Usage <= 3 && Selector <= 1 && Matching <= 2 && (Matching != 1 || Data.Length == 32) && (Matching != 2 || Data.Length == 64) && Data.Length > 0;

    /// <summary>True when this certificate is meant.</summary>
    public bool Matches(X509Certificate2 certificate)
    {
        var selected = Selector == 0 ? certificate.RawData : certificate.PublicKey.ExportSubjectPublicKeyInfo();
        ReadOnlySpan<byte> shown = Matching switch
        {
            0 => selected,
            1 => SHA256.HashData(selected),
            _ => SHA512.HashData(selected),
        };
        return shown.SequenceEqual(Data.Span);
    }

    /// <inheritdoc/>
    public override string ToString() => $"tlsa {Usage} {Selector} {Matching}";
}
