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

    /// <summary>Whether the message invites into a room.</summary>
    public static bool IsInvitation(Message message) =>
        InviteOf(message) is not null || message.Element.Child("x", Namespaces.Conference)?.Attribute("jid") is not null;

    /// <summary>Answers an invitation; its ticket is finished when the answer has left.</summary>
    public void Refuse(FederatedPeer principal, Message message, StanzaTicket ticket)
    {
        Record(principal);
        if (InviteOf(message) is { } invite) Decline(principal, message, invite.Attribute("from"), ticket);
        else context.Door.Refuse(principal, message, new StanzaError(StanzaCondition.NotAcceptable, StanzaErrorType.Cancel, Words), ticket);
    }

    private static XmlElement? InviteOf(Message message) => message.Element.Child("x", Namespaces.MucUser)?.Child("invite", Namespaces.MucUser);

    // The inviter's address comes out of the room's words: it is only handed back to the room, and only if it is an address.
    private void Decline(FederatedPeer principal, Message message, string? inviter, StanzaTicket ticket)
    {
        var reason = new XmlElement("reason", Namespaces.MucUser, Words);
        XmlAttribute[]? to = Jid.TryParse(inviter, out var jid) ? [new XmlAttribute("to", jid.ToString())] : null;
        var decline = new XmlElement("x", Namespaces.MucUser, new XmlElement("decline", Namespaces.MucUser, to, reason));
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        new OutgoingMessage(message.To!.ToString(), message.From!.Bare.ToString()) { Id = context.NewId(), Extra = [decline] }.WriteTo(ref writer);
        writer.Flush();
        context.Links.Send(message.To!.AsciiDomain, message.From!.AsciiDomain, principal.Peer, output.WrittenSpan, ticket.Receipt);
    }

    private void Record(FederatedPeer principal)
    {
        string reason = MappingReasons.NameOf(MappingReason.GroupChatUnsupported);
        context.Metrics.StanzaRefused(reason);
        context.Refusals.Add(principal.Peer.Name, reason, "an invitation into a room");
    }
}
