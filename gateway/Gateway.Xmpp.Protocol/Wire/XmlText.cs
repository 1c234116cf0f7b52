using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>Turns raw character data into text: references, line ends (XML 1.0 §2.11) and attribute white space (§3.3.3).</summary>
internal static class XmlText
{
    /// <summary>Decodes one run of text or one attribute value.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> raw, bool isAttribute, [NotNullWhen(true)] out string? text, out XmppReason reason)
    {
        reason = XmppReason.None;
        int special = isAttribute
            ? raw.IndexOfAny("&\r\n\t"u8)
            : raw.IndexOfAny((byte)'&', (byte)'\r');
        if (special < 0)
        {
            text = isAttribute ? Short(raw) : Encoding.UTF8.GetString(raw);
            return true;
        }
        return TryDecodeSlowly(raw, isAttribute, out text, out reason);
    }

    /// <summary>CR LF and a lone CR become LF.</summary>
    public static string Newlines(string text) =>
        text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;

    /// <summary>Attribute values are often one of few words.</summary>
    private static string Short(ReadOnlySpan<byte> raw) =>
        raw.Length <= 48 ? XmlNames.Get(raw) : Encoding.UTF8.GetString(raw);

    private static bool TryDecodeSlowly(ReadOnlySpan<byte> raw, bool isAttribute, [NotNullWhen(true)] out string? text, out XmppReason reason)
    {
        text = null;
        reason = XmppReason.None;
        var built = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            int reference = raw.IndexOf((byte)'&');
            string plain = Newlines(Encoding.UTF8.GetString(reference < 0 ? raw : raw[..reference]));
            built.Append(isAttribute ? plain.Replace('\n', ' ').Replace('\t', ' ') : plain);
            if (reference < 0) break;
            raw = raw[(reference + 1)..];
            int end = raw.IndexOf((byte)';');
            if (end <= 0)
            {
                reason = XmppReason.NotWellFormed;
                return false;
            }
            if (!TryReference(raw[..end], built, out reason)) return false;
            raw = raw[(end + 1)..];
        }
        text = built.ToString();
        return true;
    }

    private static bool TryReference(ReadOnlySpan<byte> name, StringBuilder built, out XmppReason reason)
    {
        reason = XmppReason.None;
        if (name[0] == (byte)'#') return TryNumber(name[1..], built, out reason);
        char known = name switch
        {
            _ when name.SequenceEqual("amp"u8) => '&',
            _ when name.SequenceEqual("lt"u8) => '<',
            _ when name.SequenceEqual("gt"u8) => '>',
            _ when name.SequenceEqual("quot"u8) => '"',
            _ when name.SequenceEqual("apos"u8) => '\'',
            _ => '\0',
        };
        if (known == '\0')
        {
            reason = XmlChars.IsName(name) ? XmppReason.EntityForbidden : XmppReason.NotWellFormed;
            return false;
        }
        built.Append(known);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, StringBuilder built, out XmppReason reason)
    {
        bool isHex = digits.Length > 0 && digits[0] == (byte)'x';
        if (isHex) digits = digits[1..];
        reason = XmppReason.None;
        if (digits.IsEmpty || digits.Length > 10
            || !uint.TryParse(digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out uint rune))
        {
            reason = XmppReason.NotWellFormed;
            return false;
        }
        if (!XmlChars.IsAllowed(rune))
        {
            reason = XmppReason.InvalidCharacter;
            return false;
        }
        built.Append(new Rune(rune).ToString());
        return true;
    }
}
