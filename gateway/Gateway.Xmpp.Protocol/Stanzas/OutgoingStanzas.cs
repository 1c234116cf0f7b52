using System.Globalization;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Stanzas;

/// <summary>A message to be written: RFC 6121 §5. Written straight to bytes; no tree is built. Addresses are prepared JIDs as text.</summary>
public readonly record struct OutgoingMessage(string From, string To)
{
    /// <summary>The stanza id.</summary>
    public string? Id { get; init; }
    /// <summary>The type; normal is left out.</summary>
    public MessageType Type { get; init; }
    /// <summary><c>xml:lang</c>.</summary>
    public string? Lang { get; init; }
    /// <summary>The subject.</summary>
    public string? Subject { get; init; }
    /// <summary>The body as plain text.</summary>
    public string? Body { get; init; }
    /// <summary>The thread.</summary>
    public string? Thread { get; init; }
    /// <summary>The body in XHTML: an element <c>body</c> of <see cref="Namespaces.Xhtml"/>; only beside a plain body (XEP-0071).</summary>
    public XmlElement? Xhtml { get; init; }
    /// <summary>The chat state (XEP-0085).</summary>
    public ChatState? ChatState { get; init; }
    /// <summary>True to ask for a receipt (XEP-0184).</summary>
    public bool WantsReceipt { get; init; }
    /// <summary>The id this is a receipt for.</summary>
    public string? ReceiptFor { get; init; }
    /// <summary>When it was first sent, if it was held (XEP-0203).</summary>
    public DateTimeOffset? DelayedSince { get; init; }
    /// <summary>The error, with type error.</summary>
    public StanzaError? Error { get; init; }
    /// <summary>Further content, carried through.</summary>
    public IReadOnlyList<XmlElement>? Extra { get; init; }

    /// <summary>Writes the stanza.</summary>
    public void WriteTo(ref XmppWriter writer)
    {
        writer.Raw("<message"u8);
        StanzaParts.Addresses(ref writer, From, To, Id);
        if (Error is not null) writer.Raw(" type='error'"u8);
        else if (Type != MessageType.Normal) writer.Attribute("type"u8, NameOf(Type));
        writer.Attribute("xml:lang"u8, Lang);
        writer.Raw(">"u8);
        writer.TextElement("subject"u8, Subject);
        writer.TextElement("body"u8, Body);
        if (Xhtml is not null && Body is not null)
        {
            writer.Raw("<html xmlns='http://jabber.org/protocol/xhtml-im'>"u8);
            writer.Element(Xhtml, Namespaces.XhtmlIm);
            writer.Raw("</html>"u8);
        }
        writer.TextElement("thread"u8, Thread);
        if (ChatState is { } state) StanzaParts.Empty(ref writer, ChatStates.NameOf(state), Namespaces.ChatStates);
        if (WantsReceipt) writer.Raw("<request xmlns='urn:xmpp:receipts'/>"u8);
        if (ReceiptFor is not null)
        {
            writer.Raw("<received xmlns='urn:xmpp:receipts'"u8);
            writer.Attribute("id"u8, ReceiptFor);
            writer.Raw("/>"u8);
        }
        StanzaParts.Delay(ref writer, DelayedSince);
        StanzaParts.Extra(ref writer, Extra);
        Error?.WriteTo(ref writer);
        writer.Raw("</message>"u8);
    }

    private static string NameOf(MessageType type) => type switch
    {
        MessageType.Chat => "chat",
        MessageType.Groupchat => "groupchat",
        MessageType.Headline => "headline",
        MessageType.Error => "error",
        _ => "normal",
    };
}

/// <summary>A presence to be written: RFC 6121 §3, §4.</summary>
public readonly record struct OutgoingPresence(string From, string To)
{
    /// <summary>The stanza id.</summary>
    public string? Id { get; init; }
    /// <summary>The type; available is left out.</summary>
    public PresenceType Type { get; init; }
    /// <summary><c>xml:lang</c>.</summary>
    public string? Lang { get; init; }
    /// <summary>away, chat, dnd or xa.</summary>
    public string? Show { get; init; }
    /// <summary>The status text.</summary>
    public string? Status { get; init; }
    /// <summary>The priority; 0 is left out.</summary>
    public int Priority { get; init; }
    /// <summary>The nickname, in a subscription request (XEP-0172).</summary>
    public string? Nick { get; init; }
    /// <summary>When the state was true, if it was held (XEP-0203).</summary>
    public DateTimeOffset? DelayedSince { get; init; }
    /// <summary>The error, with type error.</summary>
    public StanzaError? Error { get; init; }
    /// <summary>Further content.</summary>
    public IReadOnlyList<XmlElement>? Extra { get; init; }

    /// <summary>Writes the stanza.</summary>
    public void WriteTo(ref XmppWriter writer)
    {
        writer.Raw("<presence"u8);
        StanzaParts.Addresses(ref writer, From, To, Id);
        writer.Attribute("type"u8, Error is not null ? "error" : NameOf(Type));
        writer.Attribute("xml:lang"u8, Lang);
        writer.Raw(">"u8);
        writer.TextElement("show"u8, Show);
        writer.TextElement("status"u8, Status);
        if (Priority != 0) writer.TextElement("priority"u8, Priority.ToString(CultureInfo.InvariantCulture));
        if (Nick is not null)
        {
            writer.Raw("<nick xmlns='http://jabber.org/protocol/nick'>"u8);
            writer.Text(Nick);
            writer.Raw("</nick>"u8);
        }
        StanzaParts.Delay(ref writer, DelayedSince);
        StanzaParts.Extra(ref writer, Extra);
        Error?.WriteTo(ref writer);
        writer.Raw("</presence>"u8);
    }

    private static string? NameOf(PresenceType type) => type switch
    {
        PresenceType.Unavailable => "unavailable",
        PresenceType.Subscribe => "subscribe",
        PresenceType.Subscribed => "subscribed",
        PresenceType.Unsubscribe => "unsubscribe",
        PresenceType.Unsubscribed => "unsubscribed",
        PresenceType.Probe => "probe",
        PresenceType.Error => "error",
        _ => null,
    };
}

/// <summary>An iq to be written: RFC 6120 §8.2.3.</summary>
public readonly record struct OutgoingIq(string From, string To, string Id, IqType Type)
{
    /// <summary>What is asked or answered.</summary>
    public XmlElement? Payload { get; init; }
    /// <summary>The error, with type error.</summary>
    public StanzaError? Error { get; init; }

    /// <summary>Writes the stanza.</summary>
    public void WriteTo(ref XmppWriter writer)
    {
        writer.Raw("<iq"u8);
        StanzaParts.Addresses(ref writer, From, To, Id);
        writer.Attribute("type"u8, Type switch
        {
            IqType.Get => "get",
            IqType.Set => "set",
            IqType.Result => "result",
            _ => "error",
        });
        writer.Raw(">"u8);
        if (Payload is not null) writer.Element(Payload, Namespaces.Server);
        Error?.WriteTo(ref writer);
        writer.Raw("</iq>"u8);
    }
}

/// <summary>What the three stanzas share.</summary>
internal static class StanzaParts
{
    public static void Addresses(ref XmppWriter writer, string from, string to, string? id)
    {
        writer.Attribute("from"u8, from);
        writer.Attribute("to"u8, to);
        writer.Attribute("id"u8, id);
    }

    public static void Empty(ref XmppWriter writer, string name, string @namespace)
    {
        writer.Raw("<"u8);
        writer.Raw(name);
        writer.Attribute("xmlns"u8, @namespace);
        writer.Raw("/>"u8);
    }

    public static void Delay(ref XmppWriter writer, DateTimeOffset? since)
    {
        if (since is not { } time) return;
        writer.Raw("<delay xmlns='urn:xmpp:delay'"u8);
        writer.Attribute("stamp"u8, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        writer.Raw("/>"u8);
    }

    public static void Extra(ref XmppWriter writer, IReadOnlyList<XmlElement>? extra)
    {
        if (extra is null) return;
        for (int at = 0; at < extra.Count; at++) writer.Element(extra[at], Namespaces.Server);
    }
}
