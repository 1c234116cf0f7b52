namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>The namespaces this room speaks, each with the document that owns it.</summary>
public static class Namespaces
{
    /// <summary>XML 1.0 namespaces §3: the prefix <c>xml</c>.</summary>
    public const string Xml = "http://www.w3.org/XML/1998/namespace";
    /// <summary>RFC 6120 §4.8.1: streams.</summary>
    public const string Streams = "http://etherx.jabber.org/streams";
    /// <summary>RFC 6120 §4.8.3: content between servers.</summary>
    public const string Server = "jabber:server";
    /// <summary>RFC 6120 §4.8.3: content between client and server; met inside forwarded stanzas and RFC 8048 <c>show</c>.</summary>
    public const string Client = "jabber:client";
    /// <summary>XEP-0220.</summary>
    public const string Dialback = "jabber:server:dialback";
    /// <summary>XEP-0220 §2.5: the stream feature.</summary>
    public const string DialbackFeature = "urn:xmpp:features:dialback";
    /// <summary>RFC 6120 §5.</summary>
    public const string Tls = "urn:ietf:params:xml:ns:xmpp-tls";
    /// <summary>RFC 6120 §6.</summary>
    public const string Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    /// <summary>RFC 6120 §4.9.</summary>
    public const string StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
    /// <summary>RFC 6120 §8.3.</summary>
    public const string StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";
    /// <summary>XEP-0288.</summary>
    public const string Bidi = "urn:xmpp:bidi";
    /// <summary>XEP-0288: the stream feature.</summary>
    public const string BidiFeature = "urn:xmpp:features:bidi";
    /// <summary>XEP-0198.</summary>
    public const string StreamManagement = "urn:xmpp:sm:3";
    /// <summary>XEP-0085.</summary>
    public const string ChatStates = "http://jabber.org/protocol/chatstates";
    /// <summary>XEP-0184.</summary>
    public const string Receipts = "urn:xmpp:receipts";
    /// <summary>XEP-0203.</summary>
    public const string Delay = "urn:xmpp:delay";
    /// <summary>XEP-0071: the wrapper.</summary>
    public const string XhtmlIm = "http://jabber.org/protocol/xhtml-im";
    /// <summary>XEP-0071: the body.</summary>
    public const string Xhtml = "http://www.w3.org/1999/xhtml";
    /// <summary>XEP-0199.</summary>
    public const string Ping = "urn:xmpp:ping";
    /// <summary>XEP-0030.</summary>
    public const string DiscoInfo = "http://jabber.org/protocol/disco#info";
    /// <summary>XEP-0030.</summary>
    public const string DiscoItems = "http://jabber.org/protocol/disco#items";
    /// <summary>XEP-0092.</summary>
    public const string Version = "jabber:iq:version";
    /// <summary>XEP-0202.</summary>
    public const string Time = "urn:xmpp:time";
    /// <summary>XEP-0054.</summary>
    public const string VCard = "vcard-temp";
    /// <summary>XEP-0115.</summary>
    public const string Caps = "http://jabber.org/protocol/caps";
    /// <summary>XEP-0172.</summary>
    public const string Nick = "http://jabber.org/protocol/nick";
    /// <summary>XEP-0033.</summary>
    public const string Addresses = "http://jabber.org/protocol/address";
    /// <summary>XEP-0045.</summary>
    public const string Muc = "http://jabber.org/protocol/muc";
    /// <summary>XEP-0045: the user's part, mediated invitations among it.</summary>
    public const string MucUser = "http://jabber.org/protocol/muc#user";
    /// <summary>XEP-0249.</summary>
    public const string Conference = "jabber:x:conference";
}
