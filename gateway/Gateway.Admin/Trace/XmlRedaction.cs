using System.Text;

namespace Gateway.Admin.Trace;

/// <summary>
/// Stream headers, stanzas and XML documents with their structure shown and their text hidden, but for the few elements whose text is a closed word. It reads text that a framer or a writer of
/// ours has judged already, and survives any other: what it cannot follow it leaves out.
/// </summary>
internal static class XmlRedaction
{
    /// <summary>Parent and element whose text is shown always: words of the protocols, never of a user.</summary>
    private static readonly HashSet<(string Parent, string Name)> Harmless =
    [
        ("presence", "show"), ("presence", "priority"), ("mechanisms", "mechanism"), ("error", "text"), ("failure", "text"), ("status", "basic"), ("isComposing", "state"),
        ("isComposing", "contenttype"), ("isComposing", "refresh"), ("state", "availability"),
    ];

    /// <summary>Elements whose text is shown never.</summary>
    private static readonly HashSet<string> Secret =
        ["auth", "response", "challenge", "success", "initial-response", "additional-data", "result", "verify", "key", "password", "secret", "token", "handshake", "digest"];

    private static readonly HashSet<string> SecretAttributes = ["password", "previd", "key", "secret", "token"];

    /// <summary>Attributes in which users write: reasons of invitations, links and pictures with what is said of them, names for addresses.</summary>
    private static readonly HashSet<string> WordAttributes = ["reason", "href", "src", "alt", "title", "desc"];

    public static string Of(string text, bool showsBodies)
    {
        var shown = new StringBuilder(text.Length);
        var open = new Stack<string>();
        var at = 0;
        while (at < text.Length)
        {
            var tag = text.IndexOf('<', at);
            AppendText(shown, text[at..(tag < 0 ? text.Length : tag)], open, showsBodies);
            if (tag < 0) break;
            at = AppendTag(shown, text, tag, open, showsBodies);
        }

        return shown.ToString();
    }

    private static void AppendText(StringBuilder shown, string text, Stack<string> open, bool showsBodies)
    {
        if (text.Length == 0) return;
        if (string.IsNullOrWhiteSpace(text) || MayShow(open, showsBodies)) shown.Append(text);
        else shown.Append(Redaction.Hidden(text.Length));
    }

    private static bool MayShow(Stack<string> open, bool showsBodies)
    {
        if (open.Count == 0 || open.Any(Secret.Contains)) return false;
        return showsBodies || Harmless.Contains((open.Skip(1).FirstOrDefault(""), open.Peek()));
    }

    private static int AppendTag(StringBuilder shown, string text, int tag, Stack<string> open, bool showsBodies)
    {
        if (string.CompareOrdinal(text, tag, "<![CDATA[", 0, 9) == 0) return AppendCharacters(shown, text, tag, open, showsBodies);
        var end = EndOf(text, tag);
        if (end < 0)
        {
            shown.Append("<[cut]");
            return text.Length;
        }

        var inner = text.AsSpan(tag + 1, end - tag - 1);
        if (inner.StartsWith("!"))
        {
            shown.Append("<!").Append(Redaction.Hidden(inner.Length)).Append('>');
        }
        else if (inner.StartsWith("?"))
        {
            shown.Append('<').Append(inner).Append('>');
        }
        else if (inner.StartsWith("/"))
        {
            if (open.Count > 0) open.Pop();
            shown.Append('<').Append(inner).Append('>');
        }
        else
        {
            var name = LocalName(inner);
            AppendStart(shown, inner, name, showsBodies);
            if (!inner.EndsWith("/")) open.Push(name);
        }

        return end + 1;
    }

    private static int AppendCharacters(StringBuilder shown, string text, int tag, Stack<string> open, bool showsBodies)
    {
        var end = text.IndexOf("]]>", tag, StringComparison.Ordinal);
        var length = (end < 0 ? text.Length : end) - tag - 9;
        if (MayShow(open, showsBodies)) shown.Append(text, tag + 9, length);
        else shown.Append(Redaction.Hidden(length));
        return end < 0 ? text.Length : end + 3;
    }

    // The end of a tag is the first '>' outside quotes.
    private static int EndOf(string text, int tag)
    {
        var quote = '\0';
        for (var at = tag + 1; at < text.Length; at++)
        {
            var c = text[at];
            if (quote != '\0') quote = c == quote ? '\0' : quote;
            else if (c is '\'' or '"') quote = c;
            else if (c == '>') return at;
        }

        return -1;
    }

    private static string LocalName(ReadOnlySpan<char> inner)
    {
        var end = inner.IndexOfAny(" \t\r\n/");
        var name = end < 0 ? inner : inner[..end];
        var colon = name.LastIndexOf(':');
        return name[(colon + 1)..].ToString();
    }

    private static void AppendStart(StringBuilder shown, ReadOnlySpan<char> inner, string name, bool showsBodies)
    {
        shown.Append('<');
        while (true)
        {
            var equal = inner.IndexOf('=');
            var quoteAt = equal < 0 ? -1 : inner[equal..].IndexOfAny('\'', '"');
            if (quoteAt < 0) break;
            var value = equal + quoteAt + 1;
            var length = inner[value..].IndexOf(inner[value - 1]);
            if (length < 0) break;
            shown.Append(inner[..value]);
            if (IsHidden(name, inner[..equal], showsBodies)) shown.Append(Redaction.Hidden(length));
            else shown.Append(inner.Slice(value, length));
            shown.Append(inner[value - 1]);
            inner = inner[(value + length + 1)..];
        }

        shown.Append(inner).Append('>');
    }

    // Who knows the name of a stream under management could try to resume it (XEP-0198 §5).
    private static bool IsHidden(string element, ReadOnlySpan<char> before, bool showsBodies)
    {
        var name = before.TrimEnd();
        name = name[(name.LastIndexOfAny(" \t\r\n") + 1)..];
        var local = name[(name.LastIndexOf(':') + 1)..].ToString();
        return SecretAttributes.Contains(local) || (element == "enabled" && local == "id") || (!showsBodies && WordAttributes.Contains(local));
    }
}
