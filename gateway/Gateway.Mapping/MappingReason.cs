namespace Gateway.Mapping;

/// <summary>Why something could not be carried into the neutral model or out of it. Public name: <c>mapping.Member</c>.</summary>
public enum MappingReason
{
    None,

    /// <summary>The URI of a user is no SIP URI, or cannot be read.</summary>
    UriMalformed,

    /// <summary>A scheme that names no user we can reach: tel, im, pres.</summary>
    UriSchemeUnsupported,

    /// <summary>A sips URI: no hop-by-hop guarantee exists beyond us (RFC 7247 §8).</summary>
    UriSipsForbidden,

    /// <summary>The user part cannot become a JID's local part, or the other way round.</summary>
    LocalPartInvalid,

    /// <summary>The host is no domain name.</summary>
    DomainInvalid,

    /// <summary>The body's media type is none we can show.</summary>
    BodyTypeUnsupported,

    /// <summary>The body breaks off or contradicts its type.</summary>
    BodyMalformed,

    /// <summary>The body, or what it decodes to, is larger than the limit.</summary>
    BodyTooLarge,

    /// <summary>A presence or typing document that is not well-formed, or not what its type says.</summary>
    DocumentMalformed,

    /// <summary>A document beyond its limits: bytes, depth, elements, attributes.</summary>
    DocumentTooLarge,

    /// <summary>A document type declaration or an entity of its own.</summary>
    DocumentTypeForbidden,

    /// <summary>A stanza of a kind or type that has no meaning across the gateway.</summary>
    StanzaUnsupported,

    /// <summary>An invitation into a group chat, which cannot cross (PIF-055).</summary>
    GroupChatUnsupported,

    /// <summary>The SIP side answered with a failure; the status tells which.</summary>
    RefusedBySip,

    /// <summary>The XMPP side answered with a stanza error; the condition tells which.</summary>
    RefusedByXmpp,
}

/// <summary>Public names and failures of <see cref="MappingReason"/>.</summary>
public static class MappingReasons
{
    private static readonly string[] Names = [.. Enum.GetValues<MappingReason>().Order().Select(r => $"mapping.{r}")];

    public static string NameOf(MappingReason reason) => Names[(int)reason];
}
