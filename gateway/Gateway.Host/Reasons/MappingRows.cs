using Gateway.Mapping;

namespace Gateway.Host.Reasons;

/// <summary>Rows of the mapping room.</summary>
internal static class MappingRows
{
    public static IEnumerable<ReasonRow> All =>
    [
        Row(MappingReason.None, "", "", "Nothing was refused.", "Nothing was refused."),
        Row(MappingReason.UriMalformed, "400", "", "The URI of a user cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(MappingReason.UriSchemeUnsupported, "416", "", "A URI that names no user we can reach.", "Nothing."),
        Row(MappingReason.UriSipsForbidden, "403", "", "A sips URI promises more than two protocols can keep (RFC 7247 §8).", "The partner should use sip: over TLS."),
        Row(MappingReason.LocalPartInvalid, "404", "jid-malformed", "The user part cannot be written in the other protocol.", "Check the address."),
        Row(MappingReason.DomainInvalid, "404", "jid-malformed", "The host is no domain name.", "Check the address."),
        Row(MappingReason.BodyTypeUnsupported, "415", "not-acceptable", "The body's type cannot be shown.", "Nothing."),
        Row(MappingReason.BodyMalformed, "400", "bad-request", "The body contradicts its type.", "The peer is broken; a wire trace shows the message."),
        Row(MappingReason.BodyTooLarge, "513", "policy-violation", "The body is larger than the limit.", "Nothing."),
        Row(MappingReason.DocumentMalformed, "400", "bad-request", "A presence or typing document cannot be read.", "The peer is broken; a wire trace shows the message."),
        Row(MappingReason.DocumentTooLarge, "513", "policy-violation", "A document beyond its limits.", "The peer is broken; a wire trace shows the message."),
        Row(MappingReason.DocumentTypeForbidden, "400", "bad-request", "A document with a type declaration.", "Most likely an attack."),
        Row(MappingReason.StanzaUnsupported, "", "service-unavailable", "A stanza without meaning across the gateway.", "Nothing."),
        Row(MappingReason.GroupChatUnsupported, "488", "not-acceptable", "An invitation into a group chat, which cannot cross.", "Nothing: the inviter was told in words."),
        Row(MappingReason.RefusedBySip, "", "by the status", "The SIP side answered with a failure.", "The status is in the text."),
        Row(MappingReason.RefusedByXmpp, "by the condition", "", "The XMPP side answered with an error.", "The condition is in the text."),
    ];

    private static ReasonRow Row(MappingReason reason, string sip, string xmpp, string text, string nextStep) => new($"mapping.{reason}", sip, xmpp, text, nextStep);
}
