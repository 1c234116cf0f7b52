using System.Text;

namespace Gateway.Mapping.Text;

/// <summary>
/// Builds the inner markup of an XHTML-IM body out of untrusted markup: only the elements, attributes and style properties of XEP-0071 §7 that carry no risk (no images, no scripts, few
/// link schemes), always well-formed, bounded in size and depth.
/// </summary>
internal sealed class XhtmlBuilder
{
    public const int CharsMax = 64 * 1024;

    private const int DepthMax = 16;
    private const int OpenMax = 64;

    private readonly StringBuilder output = new();

    // The output name of each open input element; null for one that was dropped but must still be matched.
    private readonly List<(string Input, string? Output)> open = [];
    private int written;

    /// <summary>Whether anything beyond plain text and line breaks was kept.</summary>
    public bool HasForm { get; private set; }

    public void Open(string name, Func<string, string?> attribute)
    {
        if (name is "br")
        {
            Append("<br/>");
            return;
        }

        if (open.Count >= OpenMax) return;
        var target = open.Count >= DepthMax ? null : TargetOf(name);

        // A paragraph cannot stand in a paragraph: the inner one becomes a line break.
        if (target is "p" && open.Exists(o => o.Output is "p" or "li" or "span" or "a" or "strong" or "em"))
        {
            target = null;
            if (output.Length > 0) Append("<br/>");
        }

        if (target is "a" && !IsSafeLink(attribute("href"))) target = null;
        open.Add((name, target));
        if (target is null) return;
        Append("<" + target);
        if (target == "a") AppendAttribute("href", attribute("href")!.Trim());
        var style = StyleOf(name, attribute);
        if (style.Length > 0) AppendAttribute("style", style);
        Append(">");
        HasForm |= target is not ("p" or "span") || style.Length > 0;
        written++;
    }

    public void Close(string name)
    {
        var at = open.FindLastIndex(o => o.Input == name);
        if (at < 0) return;
        while (open.Count > at) CloseLast();
    }

    public void Text(ReadOnlySpan<char> text)
    {
        if (output.Length + text.Length <= CharsMax) Documents.XmlEscape.Append(output, text);
    }

    /// <summary>The markup, or null when plain text says as much.</summary>
    public string? Result()
    {
        while (open.Count > 0) CloseLast();
        return HasForm && written > 0 && output.Length <= CharsMax ? output.ToString() : null;
    }

    private void CloseLast()
    {
        var (_, target) = open[^1];
        open.RemoveAt(open.Count - 1);
        if (target is not null) Append("</" + target + ">");
    }

    private void Append(string text) => output.Append(text);

    private void AppendAttribute(string name, string value)
    {
        output.Append(' ').Append(name).Append("=\"");
        Documents.XmlEscape.Append(output, value);
        output.Append('"');
    }

    private static string? TargetOf(string name) => name switch
    {
        "b" or "strong" => "strong",
        "i" or "em" or "cite" => "em",
        "a" => "a",
        "p" or "div" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" => "p",
        "span" or "font" or "u" or "s" or "strike" => "span",
        "blockquote" => "blockquote",
        "ul" => "ul",
        "ol" => "ol",
        "li" => "li",
        _ => null,
    };

    private static string StyleOf(string name, Func<string, string?> attribute)
    {
        var style = new StringBuilder();
        if (name == "u") style.Append("text-decoration:underline;");
        else if (name is "s" or "strike") style.Append("text-decoration:line-through;");
        else if (name == "font" && attribute("color") is { } color && IsPlain(color)) style.Append("color:").Append(color).Append(';');
        foreach (var declaration in (attribute("style") ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = declaration.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) continue;
            var property = declaration[..colon].Trim().ToLowerInvariant();
            var value = declaration[(colon + 1)..].Trim();
            if (IsStyleAllowed(property) && IsPlain(value)) style.Append(property).Append(':').Append(value).Append(';');
        }

        return style.ToString().TrimEnd(';');
    }

    private static bool IsStyleAllowed(string property) => property is
        "background-color" or "color" or "font-family" or "font-size" or "font-style" or "font-weight" or "margin-left" or "margin-right" or "text-align" or "text-decoration";

    // No url(), no expression(), no escapes.
    private static bool IsPlain(string value) =>
        value.Length is > 0 and <= 128 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '#' or '.' or ',' or '-' or '%' or '\'' or '"');

    private static bool IsSafeLink(string? href)
    {
        if (href is null || href.Length > 2_048) return false;
        var trimmed = href.AsSpan().Trim();
        foreach (var scheme in (ReadOnlySpan<string>)["http://", "https://", "mailto:", "xmpp:", "sip:", "tel:"])
            if (trimmed.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
