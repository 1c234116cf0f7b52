using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>
/// Builds the tree of one element whose bytes are all there, already known to be UTF-8 of allowed characters. XML 1.0 and its namespaces as restricted
/// by RFC 6120 §11. Recursion is bounded by <see cref="XmppLimits.DepthMax"/>.
/// </summary>
internal ref struct ElementReader
{
    /// <summary>What a framer keeps from element to element so that reading allocates only the tree.</summary>
    public sealed class Scratch
    {
        public readonly NamespaceScope Scope = new();
        public readonly List<XmlNode> Nodes = [];
        public readonly List<RawAttribute> Attributes = [];
    }

    /// <summary>An attribute whose prefix waits for the whole tag.</summary>
    public readonly record struct RawAttribute(string Prefix, string Name, string Value);

    private readonly ReadOnlySpan<byte> _data;
    private readonly XmppLimits _limits;
    private readonly Scratch _scratch;
    private int _at;
    private int _elements;
    private XmppReason _reason;

    public ElementReader(ReadOnlySpan<byte> data, XmppLimits limits, Scratch scratch)
    {
        _data = data;
        _limits = limits;
        _scratch = scratch;
        scratch.Nodes.Clear();
        scratch.Attributes.Clear();
    }

    /// <summary>Reads one whole element; nothing may follow it.</summary>
    public bool TryRead([NotNullWhen(true)] out XmlElement? element, out XmppReason reason)
    {
        int scope = _scratch.Scope.Count;
        element = Element(depth: 2);
        if (element is not null && _at != _data.Length) element = Fail(XmppReason.NotWellFormed);
        _scratch.Scope.Return(scope);
        reason = _reason;
        return element is not null;
    }

    /// <summary>Reads the start tag of a stream and leaves its declarations in force.</summary>
    public bool TryReadHeader([NotNullWhen(true)] out XmlElement? header, out byte[] rootName, out XmppReason reason)
    {
        rootName = [];
        header = null;
        if (StartTag(out var name, out string localName, out string @namespace, out var attributes, out bool isEmpty))
        {
            if (isEmpty || _at != _data.Length) Fail(XmppReason.NotWellFormed);
            else header = new XmlElement(localName, @namespace, attributes, null);
            rootName = name.ToArray();
        }
        reason = _reason;
        return header is not null;
    }

    /// <summary>An XML declaration: version 1.0 and, when an encoding is named, UTF-8 (RFC 6120 §11.5, §11.6).</summary>
    public static XmppReason JudgeDeclaration(ReadOnlySpan<byte> declaration)
    {
        if (!declaration.StartsWith("<?xml"u8) || declaration.Length < 8 || !XmlChars.IsSpace(declaration[5])) return XmppReason.ProcessingInstructionForbidden;
        string text = Encoding.UTF8.GetString(declaration).Replace('"', '\'').Replace(" ", "", StringComparison.Ordinal);
        if (!text.Contains("version='1.", StringComparison.Ordinal)) return XmppReason.NotWellFormed;
        bool isOther = text.Contains("encoding=", StringComparison.Ordinal) && !text.Contains("encoding='utf-8'", StringComparison.OrdinalIgnoreCase);
        return isOther ? XmppReason.UnsupportedEncoding : XmppReason.None;
    }

    private XmlElement? Element(int depth)
    {
        if (++_elements > _limits.ElementsMax) return Fail(XmppReason.ElementsExceeded);
        if (depth > _limits.DepthMax) return Fail(XmppReason.DepthExceeded);
        int scope = _scratch.Scope.Count;
        if (!StartTag(out var name, out string localName, out string @namespace, out var attributes, out bool isEmpty)) return null;
        XmlNode[]? nodes = null;
        if (!isEmpty)
        {
            int first = _scratch.Nodes.Count;
            if (!Content(name, depth)) return null;
            int count = _scratch.Nodes.Count - first;
            if (count > 0)
            {
                nodes = new XmlNode[count];
                _scratch.Nodes.CopyTo(first, nodes, 0, count);
                _scratch.Nodes.RemoveRange(first, count);
            }
        }
        _scratch.Scope.Return(scope);
        return new XmlElement(localName, @namespace, attributes, nodes);
    }

    /// <summary>Reads up to and with the end tag of <paramref name="name"/>.</summary>
    private bool Content(scoped ReadOnlySpan<byte> name, int depth)
    {
        while (true)
        {
            int open = _data[_at..].IndexOf((byte)'<');
            if (open < 0) return Refuse(XmppReason.NotWellFormed);
            if (open > 0 && !TextRun(_data.Slice(_at, open))) return false;
            _at += open;
            byte next = _at + 1 < _data.Length ? _data[_at + 1] : (byte)0;
            switch (next)
            {
                case (byte)'/':
                    return EndTag(name);
                case (byte)'!':
                    if (!CdataSection()) return false;
                    break;
                default:
                    if (Element(depth + 1) is not { } child) return false;
                    _scratch.Nodes.Add(child);
                    break;
            }
        }
    }

    private bool EndTag(scoped ReadOnlySpan<byte> name)
    {
        _at += 2;
        if (!_data[_at..].StartsWith(name)) return Refuse(XmppReason.NotWellFormed);
        _at += name.Length;
        SkipSpace();
        return Take((byte)'>') || Refuse(XmppReason.NotWellFormed);
    }

    private bool CdataSection()
    {
        if (!_data[_at..].StartsWith("<![CDATA["u8)) return Refuse(XmppReason.NotWellFormed);
        _at += 9;
        int end = _data[_at..].IndexOf("]]>"u8);
        if (end < 0) return Refuse(XmppReason.NotWellFormed);
        if (end > 0) _scratch.Nodes.Add(XmlText.Newlines(Encoding.UTF8.GetString(_data.Slice(_at, end))));
        _at += end + 3;
        return true;
    }

    private bool TextRun(ReadOnlySpan<byte> run)
    {
        if (run.IndexOf("]]>"u8) >= 0) return Refuse(XmppReason.NotWellFormed);
        if (!XmlText.TryDecode(run, isAttribute: false, out string? text, out _reason)) return false;
        _scratch.Nodes.Add(text);
        return true;
    }

    private bool StartTag(
        out ReadOnlySpan<byte> name, out string localName, out string @namespace, out XmlAttribute[]? attributes, out bool isEmpty)
    {
        (localName, @namespace, attributes, isEmpty) = ("", "", null, false);
        _at++;
        name = Name();
        if (!Split(name, out string prefix, out localName)) return false;
        if (!Attributes(out isEmpty)) return false;
        if (_scratch.Scope.Resolve(prefix) is not { } resolved) return Refuse(XmppReason.UndeclaredPrefix);
        @namespace = resolved;
        return _scratch.Attributes.Count == 0 || ResolveAttributes(out attributes);
    }

    private bool Attributes(out bool isEmpty)
    {
        _scratch.Attributes.Clear();
        isEmpty = false;
        int scope = _scratch.Scope.Count;
        for (int count = 0; ; count++)
        {
            bool hasSpace = SkipSpace();
            if (Take((byte)'>')) return true;
            if (Take((byte)'/'))
            {
                isEmpty = true;
                return Take((byte)'>') || Refuse(XmppReason.NotWellFormed);
            }
            if (!hasSpace) return Refuse(XmppReason.NotWellFormed);
            if (count == _limits.AttributesMax) return Refuse(XmppReason.AttributesExceeded);
            if (!OneAttribute(scope)) return false;
        }
    }

    private bool OneAttribute(int scope)
    {
        if (!Split(Name(), out string prefix, out string name)) return false;
        SkipSpace();
        if (!Take((byte)'=')) return Refuse(XmppReason.NotWellFormed);
        SkipSpace();
        if (_at >= _data.Length || _data[_at] is not ((byte)'\'' or (byte)'"')) return Refuse(XmppReason.NotWellFormed);
        byte quote = _data[_at++];
        int end = _data[_at..].IndexOf(quote);
        if (end < 0) return Refuse(XmppReason.NotWellFormed);
        var raw = _data.Slice(_at, end);
        _at += end + 1;
        if (raw.Contains((byte)'<')) return Refuse(XmppReason.NotWellFormed);
        if (!XmlText.TryDecode(raw, isAttribute: true, out string? value, out _reason)) return false;
        if (prefix == "xmlns") return Declare(name, value, scope);
        if (prefix.Length == 0 && name == "xmlns") return Declare("", value, scope);
        _scratch.Attributes.Add(new RawAttribute(prefix, name, value));
        return true;
    }

    /// <summary>Namespaces in XML §2.2, §3, §6.1: the reserved prefixes stay what they are, and a prefix is never taken back.</summary>
    private bool Declare(string prefix, string value, int scope)
    {
        bool isReserved = prefix == "xmlns" || (prefix == "xml") != (value == Namespaces.Xml) || value == "http://www.w3.org/2000/xmlns/";
        if (isReserved || (prefix.Length > 0 && value.Length == 0)) return Refuse(XmppReason.UndeclaredPrefix);
        if (_scratch.Scope.IsDeclaredSince(scope, prefix)) return Refuse(XmppReason.NotWellFormed);
        if (_scratch.Scope.Count == NamespaceScope.EntriesMax) return Refuse(XmppReason.AttributesExceeded);
        _scratch.Scope.Declare(prefix, value);
        return true;
    }

    private bool ResolveAttributes(out XmlAttribute[]? attributes)
    {
        attributes = new XmlAttribute[_scratch.Attributes.Count];
        for (int at = 0; at < attributes.Length; at++)
        {
            var raw = _scratch.Attributes[at];
            string? @namespace = raw.Prefix.Length == 0 ? "" : _scratch.Scope.Resolve(raw.Prefix);
            if (@namespace is null) return Refuse(XmppReason.UndeclaredPrefix);
            for (int earlier = 0; earlier < at; earlier++)
            {
                if (attributes[earlier].Name == raw.Name && attributes[earlier].Namespace == @namespace) return Refuse(XmppReason.NotWellFormed);
            }
            attributes[at] = new XmlAttribute(raw.Name, raw.Value, @namespace);
        }
        return true;
    }

    private ReadOnlySpan<byte> Name()
    {
        int start = _at;
        while (_at < _data.Length && _data[_at] is not ((byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'/' or (byte)'>' or (byte)'=')) _at++;
        return _data[start.._at];
    }

    private bool Split(scoped ReadOnlySpan<byte> qualified, out string prefix, out string name)
    {
        (prefix, name) = ("", "");
        if (qualified.Length > _limits.NameBytesMax) return Refuse(XmppReason.NameTooLong);
        int colon = qualified.IndexOf((byte)':');
        var local = qualified[(colon + 1)..];
        if (!XmlChars.IsName(local) || (colon >= 0 && !XmlChars.IsName(qualified[..colon]))) return Refuse(XmppReason.NotWellFormed);
        prefix = colon < 0 ? "" : XmlNames.Get(qualified[..colon]);
        name = XmlNames.Get(local);
        return true;
    }

    private bool SkipSpace()
    {
        int start = _at;
        while (_at < _data.Length && XmlChars.IsSpace(_data[_at])) _at++;
        return _at > start;
    }

    private bool Take(byte b)
    {
        if (_at >= _data.Length || _data[_at] != b) return false;
        _at++;
        return true;
    }

    private bool Refuse(XmppReason reason)
    {
        _reason = reason;
        return false;
    }

    private XmlElement? Fail(XmppReason reason)
    {
        _reason = reason;
        return null;
    }
}
