using System.Text;
using Gateway.Mapping.Documents;

namespace Gateway.Mapping.Text;

/// <summary>
/// HTML as Microsoft clients write it (upper-case tags, unquoted attributes, never XHTML; field fact C4) into plain text and sanitised XHTML-IM. A tokenizer that cannot fail: what is no tag
/// is text.
/// </summary>
public static class HtmlText
{
    private const int AttributesMax = 32;
    private const int LinksMax = 64;

    public static RichText Read(string html)
    {
        var reading = new Reading(LineEnds.ToLf(html));
        reading.ReadAll();
        return new RichText(reading.Plain.ToString(), reading.Xhtml.Result());
    }

    private sealed class Reading(string html)
    {
        private readonly List<(string Name, string Value)> attributes = [];
        private int at;
        private string? linkTarget;
        private int linkStart;
        private int links;

        public PlainBuilder Plain { get; } = new();

        public XhtmlBuilder Xhtml { get; } = new();

        public void ReadAll()
        {
            while (at < html.Length)
            {
                var tag = html.IndexOf('<', at);
                if (tag < 0) tag = html.Length;
                if (tag > at) Text(html.AsSpan(at, tag - at));
                at = tag;
                if (at < html.Length && !TryTag())
                {
                    Text("<");
                    at++;
                }
            }
        }

        private bool TryTag()
        {
            var rest = html.AsSpan(at);
            if (rest.StartsWith("<!--", StringComparison.Ordinal)) return SkipPast("-->");
            if (rest.StartsWith("<!", StringComparison.Ordinal) || rest.StartsWith("<?", StringComparison.Ordinal)) return SkipPast(">");
            var start = at;
            var isEnd = rest.StartsWith("</", StringComparison.Ordinal);
            at += isEnd ? 2 : 1;
            var nameStart = at;
            while (at < html.Length && char.IsAsciiLetterOrDigit(html[at])) at++;
            var name = html[nameStart..at].ToLowerInvariant();
            if (name.Length == 0 || !char.IsAsciiLetter(name[0]))
            {
                at = start;
                return false;
            }

            if (!TryAttributes())
            {
                // A tag that never ends takes all the rest with it: read on as text, once, or a hostile body would be read again from each of its signs.
                Text(html.AsSpan(start));
                return true;
            }

            if (isEnd) OnEnd(name);
            else OnStart(name);
            return true;
        }

        private bool TryAttributes()
        {
            attributes.Clear();
            while (true)
            {
                while (at < html.Length && (char.IsWhiteSpace(html[at]) || html[at] == '/')) at++;
                if (at >= html.Length) return false;
                if (html[at] == '>')
                {
                    at++;
                    return true;
                }

                var nameStart = at;
                while (at < html.Length && !char.IsWhiteSpace(html[at]) && html[at] is not ('=' or '>' or '/')) at++;

                // A stray sign where a name should be: step over it, or the loop would stand still.
                if (at == nameStart) at++;
                var name = html[nameStart..at].ToLowerInvariant();
                var value = TakeValue();
                if (attributes.Count < AttributesMax) attributes.Add((name, value));
            }
        }

        private string TakeValue()
        {
            while (at < html.Length && char.IsWhiteSpace(html[at])) at++;
            if (at >= html.Length || html[at] != '=') return "";
            at++;
            while (at < html.Length && char.IsWhiteSpace(html[at])) at++;
            if (at >= html.Length) return "";
            if (html[at] is '"' or '\'')
            {
                var end = html.IndexOf(html[at], at + 1);
                if (end < 0) end = html.Length;
                var quoted = html[(at + 1)..end];
                at = Math.Min(html.Length, end + 1);
                return Decode(quoted);
            }

            var start = at;
            while (at < html.Length && !char.IsWhiteSpace(html[at]) && html[at] != '>') at++;
            return Decode(html[start..at]);
        }

        private void OnStart(string name)
        {
            switch (name)
            {
                case "script" or "style" or "head" or "title":
                    SkipElement(name);
                    return;
                case "br":
                    Plain.LineBreak();
                    break;
                case "li":
                    Plain.Block();
                    Plain.Text("- ");
                    break;
                case "a":
                    (linkTarget, linkStart) = (Attribute("href"), Plain.Length);
                    break;
                case "pre":
                    Plain.Block();
                    Plain.IsPreformatted = true;
                    break;
                default:
                    if (IsBlock(name)) Plain.Block();
                    break;
            }

            Xhtml.Open(name, Attribute);
        }

        private void OnEnd(string name)
        {
            if (name == "a" && linkTarget is not null) EndLink();
            if (name == "pre") Plain.IsPreformatted = false;
            if (IsBlock(name) || name is "pre" or "li") Plain.Block();
            if (name != "br") Xhtml.Close(name);
        }

        // The target of a link whose words do not show it would be lost in plain text.
        private void EndLink()
        {
            var target = linkTarget!.Trim();
            linkTarget = null;
            var isWeb = target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || target.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
            if (!isWeb || target.Length > 2_048 || ++links > LinksMax) return;
            var shown = Plain.ToString();
            shown = shown[Math.Min(linkStart, shown.Length)..].Trim();
            if (shown.TrimEnd('/') != target.TrimEnd('/')) Plain.Text($" ({target})");
        }

        private void Text(ReadOnlySpan<char> raw)
        {
            var decoded = Decode(raw.ToString());
            Plain.Text(decoded);
            Xhtml.Text(decoded);
        }

        private string? Attribute(string name)
        {
            foreach (var (key, value) in attributes)
                if (key == name) return value;
            return null;
        }

        private bool SkipPast(string piece)
        {
            var end = html.IndexOf(piece, at, StringComparison.Ordinal);
            at = end < 0 ? html.Length : end + piece.Length;
            return true;
        }

        private void SkipElement(string name)
        {
            var end = html.IndexOf("</" + name, at, StringComparison.OrdinalIgnoreCase);
            at = end < 0 ? html.Length : end;
        }
    }

    private static bool IsBlock(string name) => name is
        "p" or "div" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "ul" or "ol" or "table" or "tr" or "blockquote" or "hr" or "body" or "html" or "dl" or "dt" or "dd";

    private static string Decode(string text)
    {
        if (!text.Contains('&')) return text;
        var built = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '&' ? text.AsSpan(i, Math.Min(12, text.Length - i)).IndexOf(';') : -1;
            if (end > 1 && TryEntity(text.AsSpan(i + 1, end - 1), out var decoded))
            {
                built.Append(decoded);
                i += end;
            }
            else
            {
                built.Append(text[i]);
            }
        }

        return built.ToString();
    }

    private static bool TryEntity(ReadOnlySpan<char> name, out string decoded)
    {
        decoded = name switch
        {
            "nbsp" => "\u00A0",
            "copy" => "©",
            "reg" => "®",
            "trade" => "™",
            "euro" => "€",
            "pound" => "£",
            "sect" => "§",
            "deg" => "°",
            "hellip" => "…",
            "ndash" => "–",
            "mdash" => "—",
            "lsquo" => "‘",
            "rsquo" => "’",
            "ldquo" => "“",
            "rdquo" => "”",
            "bull" => "•",
            "laquo" => "«",
            "raquo" => "»",
            _ => "",
        };
        if (decoded.Length > 0) return true;
        if (!XmlReferences.TryDecode(name, out var rune)) return false;
        decoded = rune.ToString();
        return true;
    }
}
