namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>What one stream may ask of us before anything is built from it: RFC 6120 §13.12 (10,000 bytes must be accepted).</summary>
public sealed record XmppLimits
{
    /// <summary>Bytes of one first-level element.</summary>
    public int StanzaBytesMax { get; init; } = 256 * 1024;
    /// <summary>Bytes of one element while the stream has proved nothing yet; never more than of any.</summary>
    public int UnprovedBytesMax { get; init; } = 16 * 1024;
    /// <summary>Bytes of a stream header.</summary>
    public int HeaderBytesMax { get; init; } = 8 * 1024;
    /// <summary>Nesting, the stream element counted as one.</summary>
    public int DepthMax { get; init; } = 64;
    /// <summary>Attributes of one element, namespace declarations counted.</summary>
    public int AttributesMax { get; init; } = 64;
    /// <summary>Elements of one stanza. No table of names outlives a stanza, so this bounds distinct names as well.</summary>
    public int ElementsMax { get; init; } = 4_096;
    /// <summary>Bytes of one name.</summary>
    public int NameBytesMax { get; init; } = 256;

    /// <summary>These limits, or tighter ones where they are given; 0 binds nothing.</summary>
    public XmppLimits TightenedBy(int stanzaBytesMax, int depthMax, int attributesMax, int elementsMax, int nameBytesMax) => this with
    {
        StanzaBytesMax = Tighter(StanzaBytesMax, stanzaBytesMax),
        DepthMax = Tighter(DepthMax, depthMax),
        AttributesMax = Tighter(AttributesMax, attributesMax),
        ElementsMax = Tighter(ElementsMax, elementsMax),
        NameBytesMax = Tighter(NameBytesMax, nameBytesMax),
    };

    private static int Tighter(int one, int other) => other <= 0 ? one : Math.Min(one, other);
}
