using System.Text;

namespace Gateway.Mapping.Documents;

/// <summary>What a step of <see cref="XmlPull"/> found.</summary>
internal enum XmlStep
{
    Start,
    End,
    Text,

    /// <summary>The root element was closed.</summary>
    Done,

    /// <summary>The document ends here, for the reason in <see cref="XmlPull.Reason"/>.</summary>
    Refused,
}

/// <summary>
/// A forward reader for small XML bodies out of SIP: namespaces resolved, comments and processing instructions skipped, document types and entities of their own refused, limits on
/// everything. An empty element yields a start and an end. Bytes are UTF-8 whatever the declaration says, because some peers declare utf-16 and send UTF-8 (field fact A7); a byte order mark
/// of UTF-16 is believed.
/// </summary>
internal sealed class XmlPull
{
    private const string XmlNamespace = "http://www.w3.org/XML/1998/namespace";

    private readonly string text;
    private readonly List<(string Prefix, string Uri, int Depth)> scope = [("", "", 0), ("xml", XmlNamespace, 0)];
    private readonly List<string> open = [];
    private readonly List<(string Name, string Value)> attributes = [];
    private int at;
    private int elements;
    private bool isEmptyElement;

    private XmlPull(string text) => this.text = text;

    public MappingReason Reason { get; private set; }

    /// <summary>Local name of the element started or ended.</summary>
    public string Name { get; private set; } = "";

    public string Namespace { get; private set; } = "";

    /// <summary>Text of the last <see cref="XmlStep.Text"/>.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Elements open now, the one just started counted.</summary>
    public int Depth => open.Count;

    /// <summary>Unprefixed and prefixed attributes of the element just started, by qualified name.</summary>
    public IReadOnlyList<(string Name, string Value)> Attributes => attributes;

    public static XmlPull Of(ReadOnlySpan<byte> body) => body.Length > DocumentLimits.BytesMax
        ? new XmlPull("") { Reason = MappingReason.DocumentTooLarge }
        : new XmlPull(Decode(body));

    public string? Attribute(string name)
    {
        foreach (var (key, value) in attributes)
            if (key == name) return value;
        return null;
    }

    /// <summary>True for a start of this element.</summary>
    public bool Is(string @namespace, string name) => Name == name && Namespace == @namespace;

    public XmlStep Next()
    {
        if (Reason != MappingReason.None) return XmlStep.Refused;
        if (isEmptyElement)
        {
            isEmptyElement = false;
            return Close();
        }

        while (true)
        {
            if (at >= text.Length) return elements > 0 && open.Count == 0 ? XmlStep.Done : Refuse(MappingReason.DocumentMalformed);
            if (text[at] != '<')
            {
                var end = text.IndexOf('<', at);
                if (end < 0) end = text.Length;
                var run = text.AsSpan(at, end - at);
                at = end;
                if (open.Count == 0)
                {
                    if (!run.IsWhiteSpace()) return Refuse(MappingReason.DocumentMalformed);
                    continue;
                }

                if (!TryDecodeText(run, out var decoded)) return XmlStep.Refused;
                Text = decoded;
                return XmlStep.Text;
            }

            if (StartsWith("<!--"))
            {
                if (!SkipPast("-->")) return Refuse(MappingReason.DocumentMalformed);
            }
            else if (StartsWith("<?"))
            {
                if (!SkipPast("?>")) return Refuse(MappingReason.DocumentMalformed);
            }
            else if (StartsWith("<![CDATA[") && open.Count > 0)
            {
                return CharacterData();
            }
            else if (StartsWith("<!"))
            {
                return Refuse(MappingReason.DocumentTypeForbidden);
            }
            else
            {
                return StartsWith("</") ? EndTag() : StartTag();
            }
        }
    }

    /// <summary>The text inside the element just started, child elements' text left out; stands on its end afterwards. Null when the document is refused.</summary>
    public string? ReadText()
    {
        var depth = Depth;
        var built = new StringBuilder();
        while (true)
        {
            switch (Next())
            {
                case XmlStep.Text when Depth == depth:
                    built.Append(Text);
                    if (built.Length > DocumentLimits.TextCharsMax)
                    {
                        Refuse(MappingReason.DocumentTooLarge);
                        return null;
                    }

                    break;
                case XmlStep.End when Depth == depth - 1:
                    return built.ToString();
                case XmlStep.Refused or XmlStep.Done:
                    return null;
            }
        }
    }

    private static string Decode(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Encoding.Unicode.GetString(body[2..]);
        if (body.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Encoding.BigEndianUnicode.GetString(body[2..]);
        return Encoding.UTF8.GetString(body.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? body[3..] : body);
    }

    private XmlStep StartTag()
    {
        if (elements > 0 && open.Count == 0) return Refuse(MappingReason.DocumentMalformed);
        if (++elements > DocumentLimits.ElementsMax || open.Count >= DocumentLimits.DepthMax) return Refuse(MappingReason.DocumentTooLarge);
        at++;
        var qualified = TakeName();
        if (qualified.Length == 0) return Refuse(MappingReason.DocumentMalformed);
        attributes.Clear();
        open.Add(qualified);
        while (true)
        {
            SkipSpace();
            if (at >= text.Length) return Refuse(MappingReason.DocumentMalformed);
            if (text[at] == '>')
            {
                at++;
                break;
            }

            if (StartsWith("/>"))
            {
                at += 2;
                isEmptyElement = true;
                break;
            }

            if (!TakeAttribute()) return XmlStep.Refused;
        }

        return Resolve(qualified) ? XmlStep.Start : XmlStep.Refused;
    }

    private bool TakeAttribute()
    {
        var name = TakeName();
        SkipSpace();
        if (name.Length == 0 || at >= text.Length || text[at] != '=') return Refused(MappingReason.DocumentMalformed);
        at++;
        SkipSpace();
        if (at >= text.Length || text[at] is not ('"' or '\'')) return Refused(MappingReason.DocumentMalformed);
        var end = text.IndexOf(text[at], at + 1);
        if (end < 0) return Refused(MappingReason.DocumentMalformed);
        if (!TryDecodeText(text.AsSpan(at + 1, end - at - 1), out var value)) return false;
        at = end + 1;
        if (name == "xmlns") scope.Add(("", value, open.Count));
        else if (name.StartsWith("xmlns:", StringComparison.Ordinal)) scope.Add((name[6..], value, open.Count));
        else attributes.Add((name, value));
        return attributes.Count + scope.Count <= DocumentLimits.AttributesMax * 2 || Refused(MappingReason.DocumentTooLarge);
    }

    private XmlStep EndTag()
    {
        at += 2;
        var qualified = TakeName();
        SkipSpace();
        if (open.Count == 0 || qualified != open[^1] || at >= text.Length || text[at] != '>') return Refuse(MappingReason.DocumentMalformed);
        at++;
        return Close();
    }

    private XmlStep Close()
    {
        if (!Resolve(open[^1])) return XmlStep.Refused;
        scope.RemoveAll(s => s.Depth == open.Count);
        open.RemoveAt(open.Count - 1);
        return XmlStep.End;
    }

    private XmlStep CharacterData()
    {
        var start = at + "<![CDATA[".Length;
        var end = text.IndexOf("]]>", start, StringComparison.Ordinal);
        if (end < 0) return Refuse(MappingReason.DocumentMalformed);
        Text = text[start..end];
        at = end + 3;
        return XmlStep.Text;
    }

    private bool Resolve(string qualified)
    {
        var colon = qualified.IndexOf(':', StringComparison.Ordinal);
        var prefix = colon < 0 ? "" : qualified[..colon];
        Name = qualified[(colon + 1)..];
        for (var i = scope.Count - 1; i >= 0; i--)
        {
            if (scope[i].Prefix != prefix) continue;
            Namespace = scope[i].Uri;
            return true;
        }

        return Refused(MappingReason.DocumentMalformed);
    }

    private string TakeName()
    {
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('=' or '/' or '>' or '<' or '"' or '\'' or '&')) at++;
        return text[start..at];
    }

    private bool TryDecodeText(ReadOnlySpan<char> raw, out string decoded)
    {
        decoded = "";
        if (raw.IndexOf('&') < 0)
        {
            decoded = raw.ToString();
            return true;
        }

        var built = new StringBuilder(raw.Length);
        while (raw.IndexOf('&') is var amp and >= 0)
        {
            built.Append(raw[..amp]);
            var end = raw[amp..].IndexOf(';');
            if (end < 2 || end > 12) return Refused(MappingReason.DocumentMalformed);
            if (!XmlReferences.TryDecode(raw.Slice(amp + 1, end - 1), out var rune)) return Refused(MappingReason.DocumentTypeForbidden);
            built.Append(rune.ToString());
            raw = raw[(amp + end + 1)..];
        }

        decoded = built.Append(raw).ToString();
        return true;
    }

    private bool StartsWith(string piece) => text.AsSpan(at).StartsWith(piece, StringComparison.Ordinal);

    private bool SkipPast(string piece)
    {
        var end = text.IndexOf(piece, at, StringComparison.Ordinal);
        at = end + piece.Length;
        return end >= 0;
    }

    private void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private XmlStep Refuse(MappingReason reason)
    {
        Reason = reason;
        return XmlStep.Refused;
    }

    private bool Refused(MappingReason reason)
    {
        Reason = reason;
        return false;
    }
}
