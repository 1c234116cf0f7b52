using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// Finds the one Content-Length of a head, compact form included (RFC 3261 §18.3, §20.14). Several equal ones are tolerated, unequal ones
/// are an attempt to make two readers see two different messages.
/// </summary>
internal static class ContentLengthReader
{
    public static SipReason TryRead(ReadOnlySpan<byte> head, out int bodyBytes)
    {
        bodyBytes = -1;
        var at = head.IndexOf((byte)'\n') + 1;
        while (at < head.Length)
        {
            var end = head[at..].IndexOf((byte)'\n');
            if (end < 0) break;
            var line = head.Slice(at, end);
            at += end + 1;
            if (!IsContentLength(line, out var value)) continue;
            if (at < head.Length && head[at] is (byte)' ' or (byte)'\t')
            {
                // A folded Content-Length is legal grammar; nobody sends one, and two readers may differ on it.
                return SipReason.ContentLengthInvalid;
            }

            if (!SipGrammar.TryNumber(SipGrammar.Trim(value), out var number) || number > int.MaxValue / 2) return SipReason.ContentLengthInvalid;
            if (bodyBytes >= 0 && bodyBytes != (int)number) return SipReason.ContentLengthConflict;
            bodyBytes = (int)number;
        }

        return bodyBytes < 0 ? SipReason.ContentLengthMissing : SipReason.None;
    }

    private static bool IsContentLength(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.IsEmpty || (line[0] | 0x20) is not ((byte)'l' or (byte)'c')) return false;
        var colon = line.IndexOf((byte)':');
        if (colon < 0) return false;
        var name = SipGrammar.Trim(line[..colon]);
        if (!Ascii.EqualsIgnoreCase(name, "content-length"u8) && !(name.Length == 1 && (name[0] | 0x20) == (byte)'l')) return false;
        value = line[(colon + 1)..];
        return true;
    }
}
