using System.Globalization;
using System.Text;

namespace Gateway.Federation;

/// <summary>
/// Text in which a stranger had a word (names in certificates, stream errors, messages that are traced), as it may be shown: what could steer a terminal, begin a line of its own or turn the
/// direction of what follows is written as its code point.
/// </summary>
public static class PrintableText
{
    /// <summary>The text, harmless; line ends and tabs stay only where the caller lays out lines itself.</summary>
    public static string Of(string text, bool keepsLines = false)
    {
        var isClean = true;
        foreach (var c in text) isClean &= !IsUnsafe(c, keepsLines);
        if (isClean) return text;
        var clean = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsUnsafe(c, keepsLines)) clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else clean.Append(c);
        }

        return clean.ToString();
    }

    private static bool IsUnsafe(char c, bool keepsLines)
    {
        if (char.IsAsciiLetterOrDigit(c) || c == ' ') return false;
        if (char.IsControl(c)) return !keepsLines || c is not ('\r' or '\n' or '\t');
        return char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }
}
