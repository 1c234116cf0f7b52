using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>
/// Writes XML straight to bytes: raw pieces, escaped text, whole elements. It trusts names and raw pieces (ours) and no text: what XML 1.0
/// forbids becomes U+FFFD, so a body out of SIP can never break a stream that other users share. Call <see cref="Flush"/> at the end.
/// </summary>
public ref struct XmppWriter
{
    private static readonly SearchValues<char> s_special = SearchValues.Create("&<>'\"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008"
        + "\u0009\u000A\u000B\u000C\u000D\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D"
        + "\u001E\u001F\uFFFE\uFFFF");

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;

    /// <summary>A writer that appends to <paramref name="output"/>.</summary>
    public XmppWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _span = output.GetSpan(256);
        _used = 0;
    }

    /// <summary>Hands what was written to the output. The writer may be used on.</summary>
    public void Flush()
    {
        _output.Advance(_used);
        _span = default;
        _used = 0;
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        utf8.CopyTo(_span[_used..]);
        _used += utf8.Length;
    }

    /// <summary>A name or number of ours, known to need no escape.</summary>
    public void Raw(ReadOnlySpan<char> text)
    {
        Reserve(text.Length * 3);
        _used += Encoding.UTF8.GetBytes(text, _span[_used..]);
    }

    /// <summary>Character data.</summary>
    public void Text(ReadOnlySpan<char> text) => Escaped(text, isAttribute: false);

    /// <summary>The inside of an attribute value in either quote.</summary>
    public void Value(ReadOnlySpan<char> text) => Escaped(text, isAttribute: true);

    /// <summary> <c> name='value'</c>; nothing when the value is null.</summary>
    public void Attribute(ReadOnlySpan<byte> name, string? value)
    {
        if (value is null) return;
        Raw(" "u8);
        Raw(name);
        Raw("='"u8);
        Value(value);
        Raw("'"u8);
    }

    /// <summary><c>&lt;name&gt;text&lt;/name&gt;</c> in the namespace in force; nothing when the text is null.</summary>
    public void TextElement(ReadOnlySpan<byte> name, string? text)
    {
        if (text is null) return;
        Raw("<"u8);
        Raw(name);
        Raw(">"u8);
        Text(text);
        Raw("</"u8);
        Raw(name);
        Raw(">"u8);
    }

    /// <summary>A whole element; <paramref name="inForce"/> is the default namespace around it.</summary>
    public void Element(XmlElement element, string inForce)
    {
        // The namespace of xml: can be declared by nobody and has its prefix everywhere (Namespaces in XML 1.0 §3).
        bool isXml = element.Namespace == Namespaces.Xml;
        Raw(isXml ? "<xml:"u8 : "<"u8);
        Raw(element.Name);
        if (!isXml && element.Namespace != inForce) Attribute("xmlns"u8, element.Namespace);
        int declared = 0;
        foreach (ref readonly var attribute in element.Attributes) Attribute(attribute, ref declared);
        if (element.Nodes.IsEmpty)
        {
            Raw("/>"u8);
            return;
        }
        Raw(">"u8);
        foreach (ref readonly var node in element.Nodes)
        {
            if (node.Element is { } child) Element(child, isXml ? inForce : element.Namespace);
            else Text(node.Text);
        }
        Raw(isXml ? "</xml:"u8 : "</"u8);
        Raw(element.Name);
        Raw(">"u8);
    }

    private void Attribute(in XmlAttribute attribute, ref int declared)
    {
        Raw(" "u8);
        if (attribute.Namespace == Namespaces.Xml)
        {
            Raw("xml:"u8);
        }
        else if (attribute.Namespace.Length > 0)
        {
            string prefix = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a{declared++}");
            Raw("xmlns:"u8);
            Raw(prefix);
            Raw("='"u8);
            Value(attribute.Namespace);
            Raw("' "u8);
            Raw(prefix);
            Raw(":"u8);
        }
        Raw(attribute.Name);
        Raw("='"u8);
        Value(attribute.Value);
        Raw("'"u8);
    }

    private void Escaped(ReadOnlySpan<char> text, bool isAttribute)
    {
        while (true)
        {
            int run = text.IndexOfAny(s_special);
            Plain(run < 0 ? text : text[..run]);
            if (run < 0) return;
            Raw(text[run] switch
            {
                '&' => "&amp;"u8,
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '\'' => "&apos;"u8,
                '"' => "&quot;"u8,
                // A literal CR is normalised away by the reader, and in attributes a tab and line feed too: RFC 6120 §11.1, XML 1.0 §2.11, §3.3.3.
                '\r' => "&#13;"u8,
                '\n' => isAttribute ? "&#10;"u8 : "\n"u8,
                '\t' => isAttribute ? "&#9;"u8 : "\t"u8,
                _ => "\uFFFD"u8,
            });
            text = text[(run + 1)..];
        }
    }

    private void Plain(ReadOnlySpan<char> text)
    {
        // Cut long text so that the reservation (three bytes a char) stays small; never between the halves of a surrogate pair.
        while (text.Length > 0)
        {
            int take = Math.Min(text.Length, 4096);
            if (take < text.Length && char.IsHighSurrogate(text[take - 1])) take--;
            Reserve(take * 3);
            Utf8.FromUtf16(text[..take], _span[_used..], out _, out int written, replaceInvalidSequences: true, isFinalBlock: true);
            _used += written;
            text = text[take..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int bytes)
    {
        if (_span.Length - _used < bytes) Grow(bytes);
    }

    private void Grow(int bytes)
    {
        _output.Advance(_used);
        _used = 0;
        _span = _output.GetSpan(Math.Max(bytes, 256));
    }
}
