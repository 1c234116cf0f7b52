using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Gateway.Transport;

/// <summary>Resource data to records (RFC 1035 §3, RFC 2782, RFC 3596). Whoever wrote the bytes is hostile.</summary>
internal static class DnsWire
{
    internal const int TypeA = 1;
    internal const int TypeAaaa = 28;
    internal const int TypeSrv = 33;
    internal const int TypeNaptr = 35;
    internal const int TypeTlsa = 52;

    internal static IPAddress? ReadAddress(ReadOnlySpan<byte> data) => data.Length is 4 or 16 ? new IPAddress(data) : null;

    internal static SrvRecord? ReadService(ReadOnlySpan<byte> data)
    {
        if (data.Length < 7) return null;
        var target = ReadName(data[6..]);
        return target is null ? null : new SrvRecord(
            BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]), BinaryPrimitives.ReadUInt16BigEndian(data[4..]), target);
    }

    internal static NaptrRecord? ReadPointer(ReadOnlySpan<byte> data)
    {
        if (data.Length < 4) return null;
        var (order, preference) = (BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]));
        data = data[4..];

        // The third text, a regular expression, is for telephone numbers: a replacement is all RFC 3263 §4.1 wants.
        if (!TryReadText(ref data, out var flags) || !TryReadText(ref data, out var service) || !TryReadText(ref data, out _)) return null;
        return ReadName(data) is { } replacement ? new NaptrRecord(order, preference, flags, service, replacement) : null;
    }

    internal static TlsaRecord? ReadTlsa(ReadOnlySpan<byte> data) => data.Length < 4 ? null : new TlsaRecord(data[0], data[1], data[2], data[3..].ToArray());

    /// <summary>Host names with letters, digits, hyphens and the underscores of services; nothing that could confuse a log or a comparison.</summary>
    internal static bool IsName(string name)
    {
        if (name.Length is 0 or > 253) return false;
        var label = 0;
        foreach (var c in name)
        {
            if (c == '.')
            {
                if (label == 0) return false;
                label = 0;
                continue;
            }
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
            if (++label > 63) return false;
        }
        return label > 0;
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> data, out string text)
    {
        text = "";
        if (data.IsEmpty || data.Length < data[0] + 1) return false;
        text = Encoding.Latin1.GetString(data.Slice(1, data[0]));
        data = data[(data[0] + 1)..];
        return true;
    }

    // Uncompressed, as RFC 2782 demands and libunbound delivers.
    private static string? ReadName(ReadOnlySpan<byte> data)
    {
        if (data.Length > 0 && data[0] == 0) return ".";
        var name = new StringBuilder();
        while (data.Length > 0)
        {
            var length = data[0];
            if (length == 0) return IsName(name.ToString()) ? name.ToString() : null;
            if (length > 63 || data.Length < length + 1 || name.Length > 253) return null;
            if (name.Length > 0) name.Append('.');
            name.Append(Encoding.Latin1.GetString(data.Slice(1, length)).ToLowerInvariant());
            data = data[(length + 1)..];
        }
        return null;
    }
}
