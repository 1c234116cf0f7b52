using System.Diagnostics.CodeAnalysis;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Stanzas;

/// <summary>One stanza between servers: an element with its addresses prepared. RFC 6120 §8.</summary>
public abstract class Stanza
{
    private protected Stanza(XmlElement element, Jid? from, Jid? to, string? streamLang)
    {
        (Element, From, To, StreamLang) = (element, from, to, streamLang);
        Id = element.Attribute("id");
        TypeText = element.Attribute("type");
    }

    /// <summary>The element itself.</summary>
    public XmlElement Element { get; }
    /// <summary>The prepared sender; null when absent.</summary>
    public Jid? From { get; }
    /// <summary>The prepared recipient; null when absent.</summary>
    public Jid? To { get; }
    /// <summary>The id as sent.</summary>
    public string? Id { get; }
    /// <summary>The type as sent.</summary>
    public string? TypeText { get; }
    /// <summary>True for type <c>error</c>.</summary>
    public bool IsError => TypeText == "error";
    /// <summary>The language of its stream, which holds where the stanza tells none (RFC 6120 §8.1.5); null where the stream tells none either.</summary>
    public string? StreamLang { get; }
    /// <summary><c>xml:lang</c> as it stands in the stanza, or null.</summary>
    public string? OwnLang => Element.Attribute("lang", Namespaces.Xml);
    /// <summary>The language of what it says, or null.</summary>
    public string? Lang => OwnLang ?? StreamLang;
    /// <summary>The error of a stanza of that type.</summary>
    public StanzaError Error => StanzaError.Read(Element);

    /// <summary>
    /// Views an element as a stanza. False with <see cref="XmppReason.UnsupportedStanzaType"/> when it is none, with <see cref="XmppReason.JidMalformed"/>
    /// when an address cannot be prepared. A missing address is not judged here: the stream does that. <paramref name="streamLang"/> is the language its stream's header told.
    /// </summary>
    public static bool TryRead(XmlElement element, [NotNullWhen(true)] out Stanza? stanza, out XmppReason reason, string? streamLang = null)
    {
        stanza = null;
        reason = XmppReason.UnsupportedStanzaType;
        if (element.Namespace is not (Namespaces.Server or Namespaces.Client)) return false;
        if (element.Name is not ("message" or "presence" or "iq")) return false;

        reason = XmppReason.JidMalformed;
        string? fromText = element.Attribute("from"), toText = element.Attribute("to");
        Jid? from = null, to = null;
        if (fromText is not null && !Jid.TryParse(fromText, out from)) return false;
        if (toText is not null && !Jid.TryParse(toText, out to)) return false;
        reason = XmppReason.None;
        stanza = element.Name switch
        {
            "message" => new Message(element, from, to, streamLang),
            "presence" => new Presence(element, from, to, streamLang),
            _ => new Iq(element, from, to, streamLang),
        };
        return true;
    }

    /// <summary>
    /// Of several children that say the same in several languages the one in the stanza's own (RFC 6121 §5.2.3), else the first: nobody tells us what the other side reads.
    /// </summary>
    private protected XmlElement? InOwnLanguage(string name)
    {
        XmlElement? first = null;
        foreach (var child in Element.Children)
        {
            if (child.Name != name || child.Namespace != Element.Namespace) continue;
            if (child.Attribute("lang", Namespaces.Xml) is not { } lang || lang == Lang) return child;
            first ??= child;
        }
        return first;
    }

    /// <summary>The language of such a child, where it is there.</summary>
    private protected string? LangOf(string name) => InOwnLanguage(name)?.Attribute("lang", Namespaces.Xml) ?? Lang;

    /// <summary>Writes the answer that says why this stanza failed: addresses swapped, same id, the error. Never call it for an error.</summary>
    public void WriteErrorTo(ref XmppWriter writer, StanzaError error)
    {
        writer.Raw("<"u8);
        writer.Raw(Element.Name);
        writer.Attribute("from"u8, To?.ToString());
        writer.Attribute("to"u8, From?.ToString());
        writer.Attribute("id"u8, Id);
        writer.Raw(" type='error'>"u8);
        error.WriteTo(ref writer);
        writer.Raw("</"u8);
        writer.Raw(Element.Name);
        writer.Raw(">"u8);
    }
}

/// <summary>RFC 6121 §5.2.2.</summary>
public enum MessageType
{
    /// <summary>A single message; what an unknown type means too.</summary>
    Normal,
    /// <summary>Of a conversation.</summary>
    Chat,
    /// <summary>Of a room.</summary>
    Groupchat,
    /// <summary>Needs no answer.</summary>
    Headline,
    /// <summary>Something failed.</summary>
    Error,
}

/// <summary>A message stanza: RFC 6121 §5.</summary>
public sealed class Message : Stanza
{
    internal Message(XmlElement element, Jid? from, Jid? to, string? streamLang)
        : base(element, from, to, streamLang)
    {
    }

    /// <summary>The type; unknown ones are normal.</summary>
    public MessageType Type => TypeText switch
    {
        "chat" => MessageType.Chat,
        "groupchat" => MessageType.Groupchat,
        "headline" => MessageType.Headline,
        "error" => MessageType.Error,
        _ => MessageType.Normal,
    };

    /// <summary>The body, or null; of several the one in the stanza's own language.</summary>
    public string? Body => InOwnLanguage("body")?.Text;
    /// <summary>The language of <see cref="Body"/>, or null.</summary>
    public string? BodyLang => LangOf("body");
    /// <summary>The subject, or null; chosen likewise.</summary>
    public string? Subject => InOwnLanguage("subject")?.Text;
    /// <summary>The thread, or null.</summary>
    public string? Thread => Element.Child("thread")?.Text;
    /// <summary>The body in XHTML (XEP-0071), or null.</summary>
    public XmlElement? Xhtml => Element.Child("html", Namespaces.XhtmlIm)?.Child("body", Namespaces.Xhtml);
    /// <summary>The chat state (XEP-0085), or null.</summary>
    public ChatState? ChatState => ChatStates.Read(Element);
    /// <summary>True when a receipt is asked for (XEP-0184).</summary>
    public bool WantsReceipt => Element.Child("request", Namespaces.Receipts) is not null;
    /// <summary>The id this receipt is for, or null.</summary>
    public string? ReceiptFor => Element.Child("received", Namespaces.Receipts)?.Attribute("id");
    /// <summary>The original time as text when the message was held (XEP-0203), or null.</summary>
    public string? DelayStamp => Element.Child("delay", Namespaces.Delay)?.Attribute("stamp");
}

/// <summary>RFC 6121 §4.7.1.</summary>
public enum PresenceType
{
    /// <summary>No type: here.</summary>
    Available,
    /// <summary>Gone.</summary>
    Unavailable,
    /// <summary>Asks to watch.</summary>
    Subscribe,
    /// <summary>Allows.</summary>
    Subscribed,
    /// <summary>Stops watching.</summary>
    Unsubscribe,
    /// <summary>Refuses or takes back.</summary>
    Unsubscribed,
    /// <summary>A server asks for the current state.</summary>
    Probe,
    /// <summary>Something failed.</summary>
    Error,
    /// <summary>A type RFC 6121 does not know: bad-request.</summary>
    Unknown,
}

/// <summary>A presence stanza: RFC 6121 §3, §4.</summary>
public sealed class Presence : Stanza
{
    internal Presence(XmlElement element, Jid? from, Jid? to, string? streamLang)
        : base(element, from, to, streamLang)
    {
    }

    /// <summary>The type.</summary>
    public PresenceType Type => TypeText switch
    {
        null => PresenceType.Available,
        "unavailable" => PresenceType.Unavailable,
        "subscribe" => PresenceType.Subscribe,
        "subscribed" => PresenceType.Subscribed,
        "unsubscribe" => PresenceType.Unsubscribe,
        "unsubscribed" => PresenceType.Unsubscribed,
        "probe" => PresenceType.Probe,
        "error" => PresenceType.Error,
        _ => PresenceType.Unknown,
    };

    /// <summary>away, chat, dnd, xa, or null.</summary>
    public string? Show => Element.Child("show")?.Text;
    /// <summary>The status text, or null; of several the one in the stanza's own language.</summary>
    public string? Status => InOwnLanguage("status")?.Text;
    /// <summary>The language of <see cref="Status"/>, or null.</summary>
    public string? StatusLang => LangOf("status");
    /// <summary>-128 to 127; what is absent or no number is 0.</summary>
    public int Priority =>
        int.TryParse(Element.Child("priority")?.Text, System.Globalization.CultureInfo.InvariantCulture, out int priority)
            ? Math.Clamp(priority, sbyte.MinValue, sbyte.MaxValue)
            : 0;
    /// <summary>The nickname (XEP-0172), or null.</summary>
    public string? Nick => Element.Child("nick", Namespaces.Nick)?.Text;
}

/// <summary>RFC 6120 §8.2.3.</summary>
public enum IqType
{
    /// <summary>Asks.</summary>
    Get,
    /// <summary>Changes.</summary>
    Set,
    /// <summary>Answers.</summary>
    Result,
    /// <summary>Refuses.</summary>
    Error,
    /// <summary>No such type: bad-request.</summary>
    Unknown,
}

/// <summary>An iq stanza: RFC 6120 §8.2.3.</summary>
public sealed class Iq : Stanza
{
    internal Iq(XmlElement element, Jid? from, Jid? to, string? streamLang)
        : base(element, from, to, streamLang)
    {
    }

    /// <summary>The type.</summary>
    public IqType Type => TypeText switch
    {
        "get" => IqType.Get,
        "set" => IqType.Set,
        "result" => IqType.Result,
        "error" => IqType.Error,
        _ => IqType.Unknown,
    };

    /// <summary>The one child that says what is asked.</summary>
    public XmlElement? Payload => Element.FirstChild;
}
