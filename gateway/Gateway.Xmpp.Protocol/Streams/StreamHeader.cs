using System.Diagnostics.CodeAnalysis;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>A stream header between servers: RFC 6120 §4.7. Domains are prepared.</summary>
public sealed record StreamHeader
{
    private const int LangCharsMax = 35;

    /// <summary>The sender's domain; old servers leave it out of the first header, and it may be empty in an answer to a header for nobody (§4.9.1.3).</summary>
    public string? From { get; init; }
    /// <summary>The domain spoken to; may be absent likewise.</summary>
    public string? To { get; init; }
    /// <summary>The stream id that the receiving server gives.</summary>
    public string? Id { get; init; }
    /// <summary>True for version 1.0 and later; without it there are no features (RFC 6120 §4.7.5).</summary>
    public bool HasFeatures { get; init; }
    /// <summary><c>xml:lang</c>: the language of what is sent without one of its own (§4.7.4); null where there is none, or nothing that could be one.</summary>
    public string? Lang { get; init; }
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
        string? fromText = element.Attribute("from");
        if (!TryDomain(fromText is "" ? null : fromText, out string? from) || !TryDomain(element.Attribute("to"), out string? to)) return false;
        string? id = element.Attribute("id");
        // The id goes into keys and answers: bound it like a name.
        if (id is { Length: > 1024 }) return false;

        reason = XmppReason.UnsupportedVersion;
        bool hasFeatures = false;
        if (element.Attribute("version") is { } version && !TryVersion(version, out hasFeatures)) return false;

        reason = XmppReason.None;
        header = new StreamHeader { From = from, To = to, Id = id, HasFeatures = hasFeatures, SpeaksDialback = speaksDialback, Lang = LangOf(element) };
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
        if (HasFeatures) writer.Raw(" version='1.0'"u8);
        // What we say in words is English, whatever the other side would like best (§4.7.4).
        writer.Raw(" xml:lang='en'>"u8);
    }

    // Two numbers, compared as such (§4.7.5): whatever is at least 1.0 is answered with 1.0, the lower of the two.
    private static bool TryVersion(ReadOnlySpan<char> text, out bool isCurrent)
    {
        isCurrent = false;
        int dot = text.IndexOf('.');
        if (dot <= 0 || dot == text.Length - 1 || text[..dot].ContainsAnyExceptInRange('0', '9') || text[(dot + 1)..].ContainsAnyExceptInRange('0', '9')) return false;
        isCurrent = text[..dot].ContainsAnyExcept('0');
        return true;
    }

    private static string? LangOf(XmlElement element)
    {
        if (element.Attribute("lang", Namespaces.Xml) is not { Length: > 0 and <= LangCharsMax } lang) return null;
        foreach (char c in lang)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return null;
        }
        return lang;
    }

    private static bool TryDomain(string? text, out string? domain)
    {
        domain = null;
        return text is null || Jid.TryPrepareDomain(text, out domain);
    }
}
