using System.Globalization;
using Gateway.Federation;
using Gateway.Mapping.Text;
using Gateway.Xmpp.Protocol.Stanzas;
using NeutralState = Gateway.Federation.ChatState;

namespace Gateway.Mapping.Xmpp;

/// <summary>Message stanzas into neutral content: RFC 7572 §4, RFC 7573 §4, XEP-0085, XEP-0071, XEP-0203.</summary>
public static class XmppToContent
{
    private const int BodyCharsMax = 64 * 1024;

    private static readonly string[] s_times = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static XmppContent Read(Message stanza)
    {
        // An error is never answered, and its meaning depends on what it answers: the side looks that up first (XmppErrors).
        if (stanza.Type is MessageType.Error) return default;
        if (stanza.Type is MessageType.Groupchat) return new XmppContent(null, null, MappingReason.StanzaUnsupported);

        var body = stanza.Body;

        // Some clients leave the plain body out, which XEP-0071 §8 has them write: their words are taken out of the markup, or they would say nothing to anybody.
        if (string.IsNullOrWhiteSpace(body) && stanza.Xhtml is { } only) body = XhtmlMarkup.PlainOf(only);
        var state = stanza.ChatState is { } read ? (NeutralState?)StateOf(read) : null;
        if (string.IsNullOrWhiteSpace(body)) return new XmppContent(null, state, MappingReason.None);
        if (body.Length > BodyCharsMax) return new XmppContent(null, null, MappingReason.BodyTooLarge);
        return new XmppContent(
            new MessageContent(LineEnds.ToLf(body))
            {
                Xhtml = stanza.Xhtml is { } xhtml ? XhtmlMarkup.Read(xhtml) : null,
                Subject = stanza.Subject,
                Thread = stanza.Thread,
                Id = stanza.Id,
                Language = stanza.BodyLang,
                DelayedSince = ReadTime(stanza.DelayStamp),
                WantsReceipt = stanza.WantsReceipt,
            },
            state,
            MappingReason.None);
    }

    internal static NeutralState StateOf(Gateway.Xmpp.Protocol.Stanzas.ChatState state) => state switch
    {
        Gateway.Xmpp.Protocol.Stanzas.ChatState.Composing => NeutralState.Composing,
        Gateway.Xmpp.Protocol.Stanzas.ChatState.Paused => NeutralState.Paused,
        Gateway.Xmpp.Protocol.Stanzas.ChatState.Inactive => NeutralState.Inactive,
        Gateway.Xmpp.Protocol.Stanzas.ChatState.Gone => NeutralState.Gone,
        _ => NeutralState.Active,
    };

    internal static Gateway.Xmpp.Protocol.Stanzas.ChatState StateOf(NeutralState state) => state switch
    {
        NeutralState.Composing => Gateway.Xmpp.Protocol.Stanzas.ChatState.Composing,
        NeutralState.Paused => Gateway.Xmpp.Protocol.Stanzas.ChatState.Paused,
        NeutralState.Inactive => Gateway.Xmpp.Protocol.Stanzas.ChatState.Inactive,
        NeutralState.Gone => Gateway.Xmpp.Protocol.Stanzas.ChatState.Gone,
        _ => Gateway.Xmpp.Protocol.Stanzas.ChatState.Active,
    };

    // XEP-0082 §3.2 and nothing looser: other forms mean another time on another day.
    private static DateTimeOffset? ReadTime(string? stamp) =>
        DateTimeOffset.TryParseExact(stamp, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
