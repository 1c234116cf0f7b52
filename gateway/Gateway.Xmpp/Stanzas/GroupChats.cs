using Gateway.Federation.Peers;
using Gateway.Mapping;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// Invitations of SIP users into rooms are refused in words, never in silence (PIF-055): a mediated one (XEP-0045 §7.8.2) by a decline that the room passes to the inviter, a direct one
/// (XEP-0249) by an error to the inviter.
/// </summary>
internal sealed class GroupChats(XmppContext context)
{
    private const string Words = "This user is reached through a gateway to a SIP system and cannot join XMPP group chats. Write to the user directly.";

    /// <summary>True when the message was an invitation and has been answered.</summary>
    public bool TryRefuse(FederatedPeer principal, Message message)
    {
        var ofUser = message.Element.Child("x", Namespaces.MucUser);
        if (ofUser?.Child("invite", Namespaces.MucUser) is { } invite)
        {
            Record(principal);
            Decline(principal, message, invite.Attribute("from"));
            return true;
        }
        if (message.Element.Child("x", Namespaces.Conference) is not { } direct || direct.Attribute("jid") is null) return false;
        Record(principal);
        context.Door.Refuse(principal, message, new StanzaError(StanzaCondition.NotAcceptable, StanzaErrorType.Cancel, Words));
        return true;
    }

    // The inviter's address comes out of the room's words: it is only handed back to the room, and only if it is an address.
    private void Decline(FederatedPeer principal, Message message, string? inviter)
    {
        var reason = new XmlElement("reason", Namespaces.MucUser, Words);
        XmlAttribute[]? to = Jid.TryParse(inviter, out var jid) ? [new XmlAttribute("to", jid.ToString())] : null;
        var decline = new XmlElement("x", Namespaces.MucUser, new XmlElement("decline", Namespaces.MucUser, to, reason));
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        new OutgoingMessage(message.To!.ToString(), message.From!.Bare.ToString()) { Id = context.NewId(), Extra = [decline] }.WriteTo(ref writer);
        writer.Flush();
        context.Links.Send(message.To!.AsciiDomain, message.From!.AsciiDomain, principal.Peer, output.WrittenSpan, null);
    }

    private void Record(FederatedPeer principal)
    {
        string reason = MappingReasons.NameOf(MappingReason.GroupChatUnsupported);
        context.Metrics.StanzaRefused(reason);
        context.Refusals.Add(principal.Peer.Name, reason, "an invitation into a room");
    }
}
