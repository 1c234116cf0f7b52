namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>One attribute; <see cref="Namespace"/> is empty for the usual unprefixed one.</summary>
public readonly record struct XmlAttribute(string Name, string Value, string Namespace = "");

/// <summary>One piece of content: exactly one of the two is set.</summary>
public readonly record struct XmlNode(XmlElement? Element, string? Text)
{
    /// <summary>An element is content.</summary>
    public static implicit operator XmlNode(XmlElement element) => new(element, null);
    /// <summary>Text is content.</summary>
    public static implicit operator XmlNode(string text) => new(null, text);
}

/// <summary>
/// An immutable XML element with names resolved and prefixes gone: what the framer builds and the writer prints. RFC 6120 §11 leaves
/// nothing else to keep: no comments, no processing instructions, no entities.
/// </summary>
public sealed class XmlElement
{
    private static readonly XmlAttribute[] s_noAttributes = [];
    private static readonly XmlNode[] s_noNodes = [];
    private readonly XmlAttribute[] _attributes;
    private readonly XmlNode[] _nodes;

    /// <summary>An element of these parts. The arrays are taken over: do not change them afterwards.</summary>
    public XmlElement(string name, string @namespace, XmlAttribute[]? attributes, params XmlNode[]? nodes)
    {
        Name = name;
        Namespace = @namespace;
        _attributes = attributes ?? s_noAttributes;
        _nodes = nodes ?? s_noNodes;
    }

    /// <summary>An element without attributes.</summary>
    public XmlElement(string name, string @namespace, params XmlNode[]? nodes)
        : this(name, @namespace, null, nodes)
    {
    }

    /// <summary>The local name.</summary>
    public string Name { get; }
    /// <summary>The namespace; empty when none is in force.</summary>
    public string Namespace { get; }
    /// <summary>All attributes but namespace declarations, in order.</summary>
    public ReadOnlySpan<XmlAttribute> Attributes => _attributes;
    /// <summary>All content, in order.</summary>
    public ReadOnlySpan<XmlNode> Nodes => _nodes;

    /// <summary>The text directly inside, children left out; empty when there is none.</summary>
    public string Text
    {
        get
        {
            if (_nodes.Length == 1) return _nodes[0].Text ?? "";
            string text = "";
            foreach (ref readonly var node in Nodes)
            {
                if (node.Text is { } piece) text = text.Length == 0 ? piece : text + piece;
            }
            return text;
        }
    }

    /// <summary>Child elements in order; allocates nothing.</summary>
    public ChildElements Children => new(_nodes);
    /// <summary>The first child element, whatever it is.</summary>
    public XmlElement? FirstChild
    {
        get
        {
            foreach (ref readonly var node in Nodes)
            {
                if (node.Element is { } child) return child;
            }
            return null;
        }
    }

    /// <summary>The same element with one attribute more.</summary>
    public XmlElement With(XmlAttribute attribute) => new(Name, Namespace, [.. _attributes, attribute], _nodes);

    /// <summary>True for this name in this namespace.</summary>
    public bool Is(string name, string @namespace) => Name == name && Namespace == @namespace;

    /// <summary>The value of an attribute without namespace, or null.</summary>
    public string? Attribute(string name)
    {
        foreach (ref readonly var attribute in Attributes)
        {
            if (attribute.Name == name && attribute.Namespace.Length == 0) return attribute.Value;
        }
        return null;
    }

    /// <summary>The value of an attribute of a namespace, or null; <c>xml:lang</c> is <c>("lang", Namespaces.Xml)</c>.</summary>
    public string? Attribute(string name, string @namespace)
    {
        foreach (ref readonly var attribute in Attributes)
        {
            if (attribute.Name == name && attribute.Namespace == @namespace) return attribute.Value;
        }
        return null;
    }

    /// <summary>The first child of this name and namespace, or null.</summary>
    public XmlElement? Child(string name, string @namespace)
    {
        foreach (ref readonly var node in Nodes)
        {
            if (node.Element is { } child && child.Name == name && child.Namespace == @namespace) return child;
        }
        return null;
    }

    /// <summary>The first child of this name in this element's own namespace.</summary>
    public XmlElement? Child(string name) => Child(name, Namespace);

    /// <summary>Equal names, attributes in any order, and content piece by piece with neighbouring texts joined.</summary>
    public bool DeepEquals(XmlElement other)
    {
        if (Name != other.Name || Namespace != other.Namespace || _attributes.Length != other._attributes.Length) return false;
        foreach (ref readonly var attribute in Attributes)
        {
            if (other.Attribute(attribute.Name, attribute.Namespace) != attribute.Value) return false;
        }
        int mine = 0, theirs = 0;
        while (true)
        {
            var (a, b) = (TakeText(_nodes, ref mine), TakeText(other._nodes, ref theirs));
            if (a != b) return false;
            if (mine == _nodes.Length || theirs == other._nodes.Length) return mine == _nodes.Length && theirs == other._nodes.Length;
            if (!_nodes[mine++].Element!.DeepEquals(other._nodes[theirs++].Element!)) return false;
        }
    }

    /// <summary>The element as it would stand alone on the wire; for tests, logs of our own elements and carry-through.</summary>
    public override string ToString()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new XmppWriter(buffer);
        writer.Element(this, "");
        writer.Flush();
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string TakeText(XmlNode[] nodes, ref int at)
    {
        string text = "";
        while (at < nodes.Length && nodes[at].Text is { } piece)
        {
            text += piece;
            at++;
        }
        return text;
    }

    /// <summary>The child elements of one element, for <c>foreach</c>.</summary>
    public readonly struct ChildElements
    {
        private readonly XmlNode[] _nodes;
        internal ChildElements(XmlNode[] nodes) => _nodes = nodes;
        /// <summary>For <c>foreach</c>.</summary>
        public Enumerator GetEnumerator() => new(_nodes);

        /// <summary>Walks the children.</summary>
        public struct Enumerator
        {
            private readonly XmlNode[] _nodes;
            private int _at;

            internal Enumerator(XmlNode[] nodes)
            {
                _nodes = nodes;
                _at = -1;
            }

            /// <summary>The child reached.</summary>
            public readonly XmlElement Current => _nodes[_at].Element!;

            /// <summary>Goes to the next child.</summary>
            public bool MoveNext()
            {
                while (++_at < _nodes.Length)
                {
                    if (_nodes[_at].Element is not null) return true;
                }
                return false;
            }
        }
    }
}
