using System.Diagnostics.CodeAnalysis;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// The list of addresses of one stanza (XEP-0033 §4): read once, and written anew for each who gets the stanza, with <c>delivered</c> where it will have been delivered and without the blind
/// copies that are somebody else's.
/// </summary>
internal sealed class AddressList
{
    private readonly XmlElement _list;
    private readonly Dictionary<XmlElement, Jid> _undelivered;

    private AddressList(XmlElement list, Dictionary<XmlElement, Jid> undelivered) => (_list, _undelivered) = (list, undelivered);

    /// <summary>Whom the stanza is still to be delivered to, each once, in the order of the list.</summary>
    public IReadOnlyList<Jid> Recipients { get; private init; } = [];

    /// <summary>Whether the stanza carries such a list.</summary>
    public static bool IsIn(Stanza stanza) => stanza.Element.Child("addresses", Namespaces.Addresses) is not null;

    /// <summary>Reads it, or says how it is refused: XEP-0033 §6 and §4.</summary>
    public static bool TryRead(Stanza stanza, int addressesMax, [NotNullWhen(true)] out AddressList? addresses, [NotNullWhen(false)] out StanzaError? refusal)
    {
        (addresses, refusal) = (null, null);
        var list = stanza.Element.Child("addresses", Namespaces.Addresses)!;
        var undelivered = new Dictionary<XmlElement, Jid>(ReferenceEqualityComparer.Instance);
        var recipients = new List<Jid>();
        bool isAny = false;
        foreach (var address in list.Children)
        {
            if (!IsRecipient(address)) continue;
            isAny = true;
            if (IsDelivered(address)) continue;
            string? jidText = address.Attribute("jid"), uri = address.Attribute("uri");
            if (jidText is not null && uri is not null) refusal = StanzaError.Of(StanzaCondition.BadRequest, "An address has a jid or a uri, not both.");
            else if (!Jid.TryParse(jidText, out var jid)) refusal = StanzaError.Of(StanzaCondition.JidMalformed, "One of the addresses is no JID; those by uri are not known here.");
            else if (undelivered.Count >= addressesMax) refusal = StanzaError.Of(StanzaCondition.NotAcceptable, $"There are more than {addressesMax} addresses.");
            else if (undelivered.TryAdd(address, jid) && !recipients.Contains(jid)) recipients.Add(jid);
            if (refusal is not null) return false;
        }
        if (!isAny && stanza is Message) refusal = StanzaError.Of(StanzaCondition.BadRequest, "There is no address to deliver to.");
        if (refusal is not null) return false;
        addresses = new AddressList(list, undelivered) { Recipients = recipients };
        return true;
    }

    /// <summary>The list as one recipient sees it: everybody else is served, and of the blind copies only his own is there.</summary>
    public XmlElement For(Jid recipient) => Rewrite((address, jid) => TypeOf(address) != "bcc" ? Delivered(address) : recipient.Equals(jid) ? address : null);

    /// <summary>The list for the service that is to deliver to these: theirs as they were, everybody else is served, and blind copies of others are not there.</summary>
    public XmlElement ForService(IReadOnlyCollection<Jid> theirs) =>
        Rewrite((address, jid) => jid is not null && theirs.Contains(jid) ? address : TypeOf(address) == "bcc" ? null : Delivered(address));

    private XmlElement Rewrite(Func<XmlElement, Jid?, XmlElement?> change)
    {
        var nodes = new List<XmlNode>();
        foreach (var address in _list.Children)
        {
            if ((IsRecipient(address) ? change(address, _undelivered.GetValueOrDefault(address)) : address) is { } kept) nodes.Add(kept);
        }
        return new XmlElement(_list.Name, _list.Namespace, [.. nodes]);
    }

    private static XmlElement Delivered(XmlElement address)
    {
        if (IsDelivered(address)) return address;
        XmlAttribute[] others = [.. address.Attributes.ToArray().Where(attribute => attribute is not { Name: "delivered", Namespace: "" })];
        return new XmlElement(address.Name, address.Namespace, [.. others, new XmlAttribute("delivered", "true")], address.Nodes.ToArray());
    }

    // What only says whom to answer is no recipient (XEP-0033 §4.6).
    private static bool IsRecipient(XmlElement address) => address.Is("address", Namespaces.Addresses) && TypeOf(address) is "to" or "cc" or "bcc";

    private static bool IsDelivered(XmlElement address) => address.Attribute("delivered") is "true" or "1";

    private static string? TypeOf(XmlElement address) => address.Attribute("type");
}
