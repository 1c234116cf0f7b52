using System.Globalization;
using System.Text;

namespace Gateway.Admin.Trace;

/// <summary>
/// What may be shown of a message: never a secret (SASL payloads, dialback keys, passwords, credentials, media keys, names by which a stream is resumed), and the words of users only where the
/// operator asked for them. It fails closed: text that is not known to be harmless is not shown.
/// </summary>
public static class Redaction
{
    public static string Of(ReadOnlySpan<byte> message, bool isCut, bool showsBodies)
    {
        var text = Encoding.UTF8.GetString(message).TrimStart('\r', '\n');
        var shown = text.StartsWith('<') ? XmlRedaction.Of(text, showsBodies) : SipRedaction.Of(text, showsBodies);
        return Printable(isCut ? shown + " [cut]" : shown);
    }

    internal static string Hidden(int length, string what = "characters") => string.Create(CultureInfo.InvariantCulture, $"[{length} {what} not shown]");

    // What a peer sends must not steer the operator's terminal.
    private static string Printable(string text)
    {
        var isClean = true;
        foreach (var c in text) isClean &= !IsUnsafe(c);
        if (isClean) return text;
        var clean = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsUnsafe(c)) clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else clean.Append(c);
        }

        return clean.ToString();
    }

    private static bool IsUnsafe(char c) => (char.IsControl(c) && c is not ('\r' or '\n' or '\t')) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;
}
