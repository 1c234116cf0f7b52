using System.Buffers.Text;
using System.Text;

namespace Gateway.Mapping.Text;

/// <summary>One part of a multipart body: its Content-Type value and its content with the transfer encoding undone.</summary>
internal sealed record MultipartPart(byte[] ContentType, byte[] Content);

/// <summary>Takes a multipart body apart (RFC 2046 §5.1): at most <see cref="PartsMax"/> parts, one level.</summary>
internal static class Multipart
{
    public const int PartsMax = 16;

    private const int HeadBytesMax = 4_096;

    public static List<MultipartPart> Split(ReadOnlySpan<byte> body, string boundary)
    {
        var parts = new List<MultipartPart>();
        var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
        var start = IndexOfDelimiter(body, delimiter);
        while (start >= 0 && parts.Count < PartsMax)
        {
            body = body[(start + delimiter.Length)..];
            if (body.StartsWith("--"u8)) break;
            var line = body.IndexOf((byte)'\n');
            if (line < 0) break;
            body = body[(line + 1)..];
            var next = IndexOfDelimiter(body, delimiter);
            if (next < 0) break;
            if (TryRead(TrimLineEnd(body[..next])) is { } part) parts.Add(part);
            start = next;
        }

        return parts;
    }

    private static int IndexOfDelimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter)
    {
        for (var from = 0; from < body.Length;)
        {
            var at = body[from..].IndexOf(delimiter);
            if (at < 0) return -1;
            at += from;
            if (at == 0 || body[at - 1] == (byte)'\n') return at;
            from = at + 1;
        }

        return -1;
    }

    private static ReadOnlySpan<byte> TrimLineEnd(ReadOnlySpan<byte> part) =>
        part.EndsWith("\r\n"u8) ? part[..^2] : part.EndsWith("\n"u8) ? part[..^1] : part;

    private static MultipartPart? TryRead(ReadOnlySpan<byte> part)
    {
        ReadOnlySpan<byte> type = "text/plain"u8;
        ReadOnlySpan<byte> encoding = default;
        var head = 0;
        while (true)
        {
            var end = part.IndexOf((byte)'\n');
            if (end < 0) return null;
            var line = part[..end].TrimEnd((byte)'\r');
            part = part[(end + 1)..];
            if (line.IsEmpty) break;
            if ((head += end) > HeadBytesMax) return null;
            var colon = line.IndexOf((byte)':');
            if (colon <= 0) continue;
            var value = line[(colon + 1)..].Trim((byte)' ');
            if (Ascii.EqualsIgnoreCase(line[..colon], "Content-Type"u8)) type = value;
            else if (Ascii.EqualsIgnoreCase(line[..colon], "Content-Transfer-Encoding"u8)) encoding = value;
        }

        return new MultipartPart(type.ToArray(), Decode(part, encoding));
    }

    private static byte[] Decode(ReadOnlySpan<byte> content, ReadOnlySpan<byte> encoding)
    {
        if (Ascii.EqualsIgnoreCase(encoding, "base64"u8)) return DecodeBase64(content);
        return Ascii.EqualsIgnoreCase(encoding, "quoted-printable"u8) ? DecodeQuoted(content) : content.ToArray();
    }

    private static byte[] DecodeBase64(ReadOnlySpan<byte> content)
    {
        var output = new byte[Base64.GetMaxDecodedFromUtf8Length(content.Length)];
        return Base64.DecodeFromUtf8(content, output, out _, out var written) == System.Buffers.OperationStatus.Done ? output[..written] : content.ToArray();
    }

    private static byte[] DecodeQuoted(ReadOnlySpan<byte> content)
    {
        var output = new List<byte>(content.Length);
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] != (byte)'=')
            {
                output.Add(content[i]);
            }
            else if (content[(i + 1)..].StartsWith("\r\n"u8))
            {
                i += 2;
            }
            else if (content[(i + 1)..].StartsWith("\n"u8))
            {
                i++;
            }
            else if (i + 2 < content.Length && char.IsAsciiHexDigit((char)content[i + 1]) && char.IsAsciiHexDigit((char)content[i + 2]))
            {
                output.Add(Convert.FromHexString([(char)content[i + 1], (char)content[i + 2]])[0]);
                i += 2;
            }
            else
            {
                output.Add(content[i]);
            }
        }

        return [.. output];
    }
}
