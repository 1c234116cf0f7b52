using System.Diagnostics.CodeAnalysis;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>A stream header between servers: RFC 6120 §4.7. Domains are prepared.</summary>
public sealed record StreamHeader
{
    /// <summary>The sender's domain; old servers leave it out of the first header.</summary>
    public string? From { get; init; }
    /// <summary>The domain spoken to; may be absent likewise.</summary>
    public string? To { get; init; }
    /// <summary>The stream id that the receiving server gives.</summary>
    public string? Id { get; init; }
    /// <summary>True for version 1.0 and later; without it there are no features (RFC 6120 §4.7.5).</summary>
    public bool HasFeatures { get; init; }
    /// <summary>The declaration of the dialback namespace, which is its advertisement (XEP-0220 §2.4.1).</summary>
    public bool SpeaksDialback { get; init; }

    /// <summary>Reads a header frame with the declarations the framer holds for it.</summary>
    public static bool TryRead(XmppFramer framer, XmlElement element, [NotNullWhen(true)] out StreamHeader? header, out XmppReason reason)
    {
        header = null;
        reason = XmppReason.InvalidNamespace;
        if (element.Namespace != Namespaces.Streams) return false;
        bool isServer = false, isOther = false, speaksDialback = false;
        foreach (var (prefix, @namespace) in framer.Declarations)
        {
            isServer |= @namespace == Namespaces.Server;
            isOther |= prefix.Length == 0 && @namespace is not (Namespaces.Server or Namespaces.Streams);
            speaksDialback |= @namespace == Namespaces.Dialback;
        }
        if (!isServer || isOther) return false;

        reason = XmppReason.BadFormat;
        if (element.Name != "stream") return false;
        reason = XmppReason.ImproperAddressing;
        if (!TryDomain(element.Attribute("from"), out string? from) || !TryDomain(element.Attribute("to"), out string? to)) return false;
        string? id = element.Attribute("id");
        // The id goes into keys and answers: bound it like a name.
        if (id is { Length: > 1024 }) return false;

        reason = XmppReason.UnsupportedVersion;
        string? version = element.Attribute("version");
        bool hasFeatures = version is { Length: > 0 } && char.IsAsciiDigit(version[0]) && version[0] != '0';
        if (version is not null && !hasFeatures && !version.StartsWith("0.", StringComparison.Ordinal)) return false;

        reason = XmppReason.None;
        header = new StreamHeader { From = from, To = to, Id = id, HasFeatures = hasFeatures, SpeaksDialback = speaksDialback };
        return true;
    }

    /// <summary>Writes the XML declaration and the header.</summary>
    public void WriteTo(ref XmppWriter writer)
    {
        writer.Raw("<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'"u8);
        if (SpeaksDialback) writer.Raw(" xmlns:db='jabber:server:dialback'"u8);
        writer.Attribute("from"u8, From);
        writer.Attribute("to"u8, To);
        writer.Attribute("id"u8, Id);
        writer.Raw(HasFeatures ? " version='1.0' xml:lang='en'>"u8 : ">"u8);
    }

    private static bool TryDomain(string? text, out string? domain)
    {
        domain = null;
        return text is null || Jid.TryPrepareDomain(text, out domain);
    }
}
