using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Transport.Tests;

/// <summary>Signs the records of one zone as RFC 4034 and RFC 6605 say (ECDSA P-256), so that a validating resolver has something to validate.</summary>
internal sealed class ZoneKey(string zone) : IDisposable
{
    private const byte Algorithm = 13;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Zone { get; } = zone;

    /// <summary>Signatures that do not hold.</summary>
    public bool IsForged { get; set; }

    /// <summary>The one name whose signatures do not hold, or null.</summary>
    public string? Forges { get; set; }

    /// <summary>RDATA of the zone's DNSKEY.</summary>
    public byte[] PublicKey
    {
        get
        {
            var point = _key.ExportParameters(false).Q;
            return [1, 1, 3, Algorithm, .. point.X!, .. point.Y!];
        }
    }

    /// <summary>The trust anchor, as a line of a zone file.</summary>
    public string Anchor => $"{Zone}. IN DS {Tag} {Algorithm} 2 {Convert.ToHexString(SHA256.HashData([.. TinyDnsServer.Encode(Zone), .. PublicKey]))}";

    // RFC 4034 appendix B.
    private ushort Tag
    {
        get
        {
            uint sum = 0;
            var data = PublicKey;
            for (var i = 0; i < data.Length; i++) sum += (i & 1) == 0 ? (uint)data[i] << 8 : data[i];
            return (ushort)(sum + (sum >> 16));
        }
    }

    /// <summary>RDATA of the RRSIG over these records.</summary>
    public byte[] Sign(string name, int type, IEnumerable<byte[]> records, uint ttl)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var head = new byte[18];
        BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)type);
        (head[2], head[3]) = (Algorithm, (byte)name.Split('.').Length);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4), ttl);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), (uint)(now + 86_400));
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(12), (uint)(now - 86_400));
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(16), Tag);
        byte[] unsigned = [.. head, .. TinyDnsServer.Encode(Zone)];

        using var data = new MemoryStream();
        data.Write(unsigned);
        foreach (var record in records.OrderBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            data.Write(TinyDnsServer.Encode(name));
            data.Write([(byte)(type >> 8), (byte)type, 0, 1, (byte)(ttl >> 24), (byte)(ttl >> 16), (byte)(ttl >> 8), (byte)ttl, (byte)(record.Length >> 8), (byte)record.Length]);
            data.Write(record);
        }
        var signature = _key.SignData(data.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        if (IsForged || name == Forges) signature[5] ^= 0xFF;
        return [.. unsigned, .. signature];
    }

    public void Dispose() => _key.Dispose();
}
