using System.Diagnostics.CodeAnalysis;
using Gateway.Federation;
using Gateway.Mapping.Addresses;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using ChatState = Gateway.Federation.ChatState;

namespace Gateway.Mapping.Xmpp;

/// <summary>Neutral messages and chat states as stanzas: RFC 7572 §5, RFC 7573 §5. Always type <c>chat</c>: what comes out of SIP is a conversation (RFC 7573 §3).</summary>
public static class ContentToXmpp
{
    /// <summary>
    /// Writes one message; <paramref name="id"/> is what an error will name, and <paramref name="hasState"/> tells the other side that chat states are known here. False, and nothing
    /// is written, when one of the addresses has no JID.
    /// </summary>
    public static bool TryWrite(ref XmppWriter writer, Passage passage, MessageContent content, string id, bool hasState = true)
    {
        if (!TryAddress(passage, out var from, out var to)) return false;
        var message = new OutgoingMessage(from, to)
        {
            Id = id,
            Type = MessageType.Chat,
            Lang = content.Language,
            Subject = content.Subject,
            Body = content.Body,
            Xhtml = content.Xhtml is null ? null : XhtmlMarkup.Write(content.Xhtml),
            Thread = content.Thread,

            // XEP-0085 §5.1: a sender who shows chat states puts active into its messages; without it the far client shows none.
            ChatState = hasState ? Gateway.Xmpp.Protocol.Stanzas.ChatState.Active : null,
            DelayedSince = content.DelayedSince,
        };
        message.WriteTo(ref writer);
        return true;
    }

    /// <summary>Writes a chat state alone (XEP-0085 §5.2). False, and nothing is written, when one of the addresses has no JID.</summary>
    public static bool TryWrite(ref XmppWriter writer, Passage passage, ChatState state, string? thread)
    {
        if (!TryAddress(passage, out var from, out var to)) return false;
        var message = new OutgoingMessage(from, to)
        {
            Type = MessageType.Chat,
            Thread = thread,
            ChatState = XmppToContent.StateOf(state),
        };
        message.WriteTo(ref writer);
        return true;
    }

    /// <summary>Writes a delivery receipt (XEP-0184) from the addressee of <paramref name="passage"/> back to its sender.</summary>
    public static void WriteReceipt(ref XmppWriter writer, Passage passage, string receivedId, string id)
    {
        var message = new OutgoingMessage(XmppAddresses.Write(passage.To, passage.ToEndpoint), XmppAddresses.Write(passage.From, passage.FromEndpoint)) { Id = id, ReceiptFor = receivedId };
        message.WriteTo(ref writer);
    }

    private static bool TryAddress(Passage passage, [NotNullWhen(true)] out string? from, [NotNullWhen(true)] out string? to)
    {
        to = null;
        return XmppAddresses.TryWrite(passage.From, passage.FromEndpoint, out from) && XmppAddresses.TryWrite(passage.To, passage.ToEndpoint, out to);
    }
}
