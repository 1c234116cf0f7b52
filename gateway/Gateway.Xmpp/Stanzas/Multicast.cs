using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// One message to several of our users, sent once to their domain with a list of addresses: XEP-0033 (PS-135). It becomes one message to each, with its thread and id; each is answered on its
/// own. Addresses that are not ours are not relayed: nobody sends to strangers through us.
/// </summary>
internal sealed class Multicast(XmppContext context)
{
    /// <summary>More are refused; XEP-0033 §4.3 leaves the number to us and wants at least 20.</summary>
    private const int AddressesMax = 50;

    /// <summary>True when the message carries a list of addresses; it has been taken or refused then.</summary>
    public bool TryEnter(FederatedPeer principal, Message message, Action<FederatedPeer, Message> enter)
    {
        if (message.Element.Child("addresses", Namespaces.Addresses) is not { } list) return false;
        var recipients = new List<Jid>();
        foreach (var address in list.Children)
        {
            if (!address.Is("address", Namespaces.Addresses) || !IsRecipient(address)) continue;
            if (!Jid.TryParse(address.Attribute("jid"), out var jid) || jid.IsDomain || !context.IsServed(jid.Domain))
            {
                Refuse(principal, message, StanzaCondition.NotAcceptable, "One of the addresses is not served here, or is no JID.");
                return true;
            }
            if (!recipients.Contains(jid)) recipients.Add(jid);
            if (recipients.Count > AddressesMax)
            {
                Refuse(principal, message, StanzaCondition.NotAcceptable, "There are too many addresses.");
                return true;
            }
        }
        if (recipients.Count == 0) Refuse(principal, message, StanzaCondition.BadRequest, "There is no address to deliver to.");
        foreach (var recipient in recipients) enter(principal, Copy(message, recipient));
        return true;
    }

    // What was delivered already, and what only says whom to answer, are no recipients (XEP-0033 §4.4, §4.6).
    private static bool IsRecipient(XmlElement address) =>
        address.Attribute("type") is "to" or "cc" or "bcc" && address.Attribute("delivered") is not ("true" or "1");

    /// <summary>The same message as if it had been sent to this one only; the list of the others stays behind (XEP-0033 §4.5.3: a bcc is nobody's business).</summary>
    private static Message Copy(Message message, Jid recipient)
    {
        var element = message.Element;
        var attributes = element.Attributes.ToArray();
        int to = Array.FindIndex(attributes, attribute => attribute.Name == "to" && attribute.Namespace.Length == 0);
        attributes[to] = new XmlAttribute("to", recipient.ToString());
        var nodes = new List<XmlNode>();
        foreach (ref readonly var node in element.Nodes)
        {
            if (node.Element is not { } child || !child.Is("addresses", Namespaces.Addresses)) nodes.Add(node);
        }
        var copy = new XmlElement(element.Name, element.Namespace, attributes, [.. nodes]);
        return Stanza.TryRead(copy, out var stanza, out _) ? (Message)stanza : throw new InvalidOperationException("A prepared address was read a second time and refused.");
    }

    private void Refuse(FederatedPeer principal, Message message, StanzaCondition condition, string text) =>
        context.Door.Refuse(principal, message, StanzaError.Of(condition, text));
}
