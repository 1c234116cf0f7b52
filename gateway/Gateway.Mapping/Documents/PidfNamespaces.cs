namespace Gateway.Mapping.Documents;

/// <summary>Namespaces of presence documents, each with its owner.</summary>
internal static class PidfNamespaces
{
    /// <summary>RFC 3863.</summary>
    public const string Pidf = "urn:ietf:params:xml:ns:pidf";

    /// <summary>The draft form that Microsoft systems speak (field fact B4).</summary>
    public const string DraftRpid = "urn:ietf:params:xml:ns:pidf:status:rpid-status";

    /// <summary>RFC 4480.</summary>
    public const string Rpid = "urn:ietf:params:xml:ns:pidf:rpid";

    /// <summary>RFC 4479.</summary>
    public const string DataModel = "urn:ietf:params:xml:ns:pidf:data-model";

    /// <summary>RFC 4482.</summary>
    public const string Cipid = "urn:ietf:params:xml:ns:pidf:cipid";

    /// <summary>RFC 8048 §6.2.</summary>
    public const string JabberClient = "jabber:client";

    /// <summary>RFC 3994.</summary>
    public const string IsComposing = "urn:ietf:params:xml:ns:im-iscomposing";

    /// <summary>MS-SIP 4.3.</summary>
    public const string Msrtc = "http://schemas.microsoft.com/2002/09/sip/presence";

    /// <summary>Whether activities of this namespace are RPID ones, draft or final, whatever draft it was.</summary>
    public static bool IsRpid(string @namespace) => @namespace is Rpid or DraftRpid
        || (@namespace.StartsWith(Pidf, StringComparison.Ordinal) && @namespace.Contains("rpid", StringComparison.Ordinal));
}
