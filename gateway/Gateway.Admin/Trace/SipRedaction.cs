using System.Globalization;
using System.Text;

namespace Gateway.Admin.Trace;

/// <summary>SIP messages, one or several behind each other, with credentials hidden always and subjects, first words in headers, and bodies unless the operator asked for them.</summary>
internal static class SipRedaction
{
    private static readonly HashSet<string> Secret = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "WWW-Authenticate", "Proxy-Authenticate", "Authentication-Info", "Proxy-Authentication-Info", "Identity",
    };

    /// <summary>The parameter in which Microsoft clients send the first words of a conversation with its INVITE (field fact C1).</summary>
    private const string FirstWords = "ms-body=";

    public static string Of(string text, bool showsBodies)
    {
        var shown = new StringBuilder(text.Length);
        while (text.Length > 0)
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var head = end < 0 ? text : text[..end];
            var (type, length) = AppendHead(shown, head, showsBodies);
            if (end < 0) break;
            var rest = text[(end + 4)..];
            var body = TakeBytes(rest, length ?? int.MaxValue);
            if (body.Length > 0) shown.Append("\r\n\r\n").Append(BodyOf(body, type, showsBodies));
            text = rest[body.Length..].TrimStart('\r', '\n');
            if (text.Length > 0) shown.Append("\r\n\r\n");
        }

        return shown.ToString();
    }

    private static (string Type, int? Length) AppendHead(StringBuilder shown, string head, bool showsBodies)
    {
        var (type, isHidden, isFirst) = ("", false, true);
        int? length = null;
        foreach (var line in head.Split("\r\n"))
        {
            if (!isFirst) shown.Append("\r\n");
            if (isFirst || (IsFolded(line) && !isHidden))
            {
                shown.Append(WithoutFirstWords(line, showsBodies));
                isFirst = false;
                continue;
            }

            // A line that is no header could be anything.
            var named = IsFolded(line) ? 0 : line.IndexOf(':', StringComparison.Ordinal) + 1;
            var name = line[..Math.Max(0, named - 1)].Trim();
            if (!IsFolded(line)) isHidden = name.Length == 0 || Secret.Contains(name) || (!showsBodies && (Is(name, "Subject") || Is(name, "s")));
            shown.Append(isHidden ? line[..named] + Redaction.Hidden(line.Length - named) : WithoutFirstWords(line, showsBodies));
            var value = line[named..].Trim();
            if (Is(name, "Content-Type") || Is(name, "c")) type = value;
            if ((Is(name, "Content-Length") || Is(name, "l")) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)) length = bytes;
        }

        return (type, length);
    }

    private static string WithoutFirstWords(string line, bool showsBodies)
    {
        var at = showsBodies ? -1 : line.IndexOf(FirstWords, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return line;
        var value = at + FirstWords.Length;
        var end = line.IndexOf(';', value);
        if (end < 0) end = line.Length;
        return line[..value] + Redaction.Hidden(end - value) + line[end..];
    }

    private static string BodyOf(string body, string type, bool showsBodies)
    {
        var isMultipart = type.StartsWith("multipart", StringComparison.OrdinalIgnoreCase);
        if (type.Contains("xml", StringComparison.OrdinalIgnoreCase) && !isMultipart) return XmlRedaction.Of(body, showsBodies);
        return showsBodies || type.StartsWith("application/sdp", StringComparison.OrdinalIgnoreCase)
            ? string.Join("\r\n", body.Split("\r\n").Select(MediaLine))
            : Redaction.Hidden(Encoding.UTF8.GetByteCount(body), $"bytes of {(type.Length > 0 ? type : "unknown type")}");
    }

    // RFC 4568 and RFC 4566 §5.12: keys of media.
    private static string MediaLine(string line) =>
        line.StartsWith("a=crypto", StringComparison.OrdinalIgnoreCase) || line.StartsWith("k=", StringComparison.Ordinal) ? line[..2] + Redaction.Hidden(line.Length - 2) : line;

    // Content-Length counts bytes, the text has characters.
    private static string TakeBytes(string text, int bytes)
    {
        if (bytes >= Encoding.UTF8.GetByteCount(text)) return text;
        var (at, taken) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (taken + rune.Utf8SequenceLength > bytes) break;
            taken += rune.Utf8SequenceLength;
            at += rune.Utf16SequenceLength;
        }

        return text[..at];
    }

    private static bool IsFolded(string line) => line.StartsWith(' ') || line.StartsWith('\t');

    private static bool Is(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
