using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>Which bytes may stand in a stream and which characters in a name: XML 1.0 §2.2, §2.3 and RFC 6120 §11.6.</summary>
internal static class XmlChars
{
    private static readonly SearchValues<byte> s_forbidden = SearchValues.Create(
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0B, 0x0C, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
        0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F);

    private static readonly SearchValues<byte> s_asciiName = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8);

    /// <summary>Judges a whole element at once, vectorised.</summary>
    public static XmppReason Judge(ReadOnlySpan<byte> utf8)
    {
        if (utf8.ContainsAny(s_forbidden)) return XmppReason.InvalidCharacter;
        if (Ascii.IsValid(utf8)) return XmppReason.None;
        if (!Utf8.IsValid(utf8)) return XmppReason.InvalidUtf8;
        bool hasNoncharacter = utf8.IndexOf("\uFFFE"u8) >= 0 || utf8.IndexOf("\uFFFF"u8) >= 0;
        return hasNoncharacter ? XmppReason.InvalidCharacter : XmppReason.None;
    }

    /// <summary>True for a code point XML allows: what a character reference may name.</summary>
    public static bool IsAllowed(uint rune) =>
        rune is 0x9 or 0xA or 0xD or (>= 0x20 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or (>= 0x10000 and <= 0x10FFFF);

    /// <summary>True for the four characters XML calls white space.</summary>
    public static bool IsSpace(byte b) => b is 0x20 or 0x09 or 0x0A or 0x0D;

    /// <summary>True for a name without colon (NCName). The bytes are already known to be UTF-8.</summary>
    public static bool IsName(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || utf8[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'.') return false;
        return !utf8.ContainsAnyExcept(s_asciiName) || IsNonAsciiName(utf8);
    }

    private static bool IsNonAsciiName(ReadOnlySpan<byte> utf8)
    {
        bool isFirst = true;
        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out var rune, out int taken);
            if (!(isFirst ? IsNameStart((uint)rune.Value) : IsNamePart((uint)rune.Value))) return false;
            isFirst = false;
            utf8 = utf8[taken..];
        }
        return true;
    }

    private static bool IsNamePart(uint c) =>
        IsNameStart(c) || c is '-' or '.' or (>= '0' and <= '9') or 0xB7 or (>= 0x300 and <= 0x36F) or (>= 0x203F and <= 0x2040);

    private static bool IsNameStart(uint c) => c is '_' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z')
        or (>= 0xC0 and <= 0xD6) or (>= 0xD8 and <= 0xF6) or (>= 0xF8 and <= 0x2FF) or (>= 0x370 and <= 0x37D) or (>= 0x37F and <= 0x1FFF)
        or (>= 0x200C and <= 0x200D) or (>= 0x2070 and <= 0x218F) or (>= 0x2C00 and <= 0x2FEF) or (>= 0x3001 and <= 0xD7FF)
        or (>= 0xF900 and <= 0xFDCF) or (>= 0xFDF0 and <= 0xFFFD) or (>= 0x10000 and <= 0xEFFFF);
}
