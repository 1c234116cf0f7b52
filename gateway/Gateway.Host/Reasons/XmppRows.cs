using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Streams;

namespace Gateway.Host.Reasons;

/// <summary>Rows of the XMPP room; column XMPP holds the stream error (RFC 6120 §4.9.3) or what else the peer is told.</summary>
internal static class XmppRows
{
    public static IEnumerable<ReasonRow> All =>
    [
        Row(XmppReason.None, "", "", "Nothing was refused.", "Nothing was refused."),
        Row(XmppReason.StanzaTooLarge, "", "policy-violation", "A stanza is longer than limits.stanzaBytesMax.", "Ask the partner what it sends; raise the limit only for honest stanzas."),
        Row(XmppReason.HeaderTooLarge, "", "policy-violation", "The stream header is too long.", "The peer is no XMPP server, or hostile."),
        Row(XmppReason.DepthExceeded, "", "policy-violation", "Elements are nested too deeply.", "The peer is broken or hostile."),
        Row(XmppReason.AttributesExceeded, "", "policy-violation", "One element carries too many attributes, or a stanza too many namespace declarations.", "The peer is broken or hostile."),
        Row(XmppReason.ElementsExceeded, "", "policy-violation", "A stanza holds too many elements.", "The peer is broken or hostile."),
        Row(XmppReason.NameTooLong, "", "policy-violation", "A name is too long.", "The peer is broken or hostile."),
        Row(XmppReason.InvalidUtf8, "", "unsupported-encoding", "The bytes are not UTF-8.", "The peer is broken; tell its operator."),
        Row(XmppReason.InvalidCharacter, "", "not-well-formed", "A character that XML forbids.", "The peer lets its users send control characters; tell its operator."),
        Row(XmppReason.UnsupportedEncoding, "", "unsupported-encoding", "The stream declares another encoding than UTF-8.", "The peer is broken."),
        Row(XmppReason.NotWellFormed, "", "not-well-formed", "The XML is not well formed.", "The peer is broken; a wire trace shows the place."),
        Row(XmppReason.UndeclaredPrefix, "", "not-well-formed", "A prefix is used that nothing declares.", "The peer is broken."),
        Row(XmppReason.CommentForbidden, "", "restricted-xml", "A comment.", "RFC 6120 §11 forbids it; the peer is broken or hostile."),
        Row(XmppReason.ProcessingInstructionForbidden, "", "restricted-xml", "A processing instruction.", "RFC 6120 §11 forbids it; the peer is broken or hostile."),
        Row(XmppReason.DoctypeForbidden, "", "restricted-xml", "A document type declaration.", "RFC 6120 §11 forbids it; most likely an attack."),
        Row(XmppReason.EntityForbidden, "", "restricted-xml", "An entity beyond the five predefined ones.", "RFC 6120 §11 forbids it; most likely an attack."),
        Row(XmppReason.TextBetweenStanzas, "", "bad-format", "Text between stanzas.", "The peer is broken."),
        Row(XmppReason.InvalidNamespace, "", "invalid-namespace", "The root element is not a server's stream, or a stanza is not of its namespace.",
            "A client tries the server port, or no XMPP at all."),
        Row(XmppReason.BadFormat, "", "bad-format", "A well-formed element that makes no sense here.", "The peer is broken; a wire trace shows the element."),
        Row(XmppReason.UnsupportedVersion, "", "unsupported-version", "The peer speaks XMPP before 1.0.", "The partner's server is too old for TLS federation."),
        Row(XmppReason.HostUnknown, "", "host-unknown", "The stream or stanza is for a domain that is not served here.",
            "If it should be: a SIP peer must name it in fromDomains. Else the partner's DNS or routing points here wrongly."),
        Row(XmppReason.InvalidFrom, "", "invalid-from", "A sender's domain that this stream has not proved.", "The peer is broken or forges senders."),
        Row(XmppReason.ImproperAddressing, "", "improper-addressing", "A stanza without from or to.", "The peer is broken."),
        Row(XmppReason.JidMalformed, "", "improper-addressing", "An address that is no JID.", "The peer is broken."),
        Row(XmppReason.UnsupportedStanzaType, "", "unsupported-stanza-type", "An element that is no stanza.", "The peer uses an extension it was not offered."),
        Row(XmppReason.NotAuthorized, "", "not-authorized", "A stanza before anything was proved.", "The peer is broken or hostile."),
        Row(XmppReason.PeerUnknown, "", "not-authorized", "No configured peer may assert this domain.",
            "If it should be a partner, add a peer with this domain in fromDomains, or enable discovery."),
        Row(XmppReason.TlsRequired, "504", "policy-violation", "The peer would go on without TLS.", "The partner must offer TLS; plaintext of its peer is for laboratories."),
        Row(XmppReason.TlsForbidden, "", "policy-violation", "The peer demands TLS where its record forbids it.", "Correct the peer's record."),
        Row(XmppReason.BytesBeforeTls, "", "policy-violation", "Bytes had already arrived when TLS began.", "Either a broken peer or an attack; look at the remote address."),
        Row(XmppReason.TlsFailed, "504", "", "TLS with the peer failed.", "The text holds the alert: versions, ciphers, or trust in our certificate."),
        Row(XmppReason.CertificateRefused, "504", "not-authorized", "The peer's certificate does not prove its domain, and dialback is not allowed.",
            "Compare its certificate with the domain: `gateway doctor PEER`; or allow dialback in its record."),
        Row(XmppReason.SaslMechanismUnknown, "", "failure: invalid-mechanism", "The peer named a mechanism that was not offered.", "The peer is broken."),
        Row(XmppReason.SaslFailed, "504", "failure: not-authorized, then policy-violation", "SASL EXTERNAL failed.",
            "In: its certificate does not name the domain. Out: the partner does not believe ours; does our certificate name the SIP domain?"),
        Row(XmppReason.NoWayToAuthenticate, "504", "unsupported-feature", "The peer offers nothing that policy allows.",
            "It offers neither EXTERNAL nor (allowed) dialback: give it a certificate it trusts, or allow dialback."),
        Row(XmppReason.PolicyViolation, "", "policy-violation", "More streams, pairs or stanzas than the peer may have.", "Look at limits of the peer."),
        Row(XmppReason.ResourceConstraint, "", "resource-constraint", "A limit of the appliance is reached.", "`gateway status` shows which; then limits."),
        Row(XmppReason.DialbackForbidden, "", "policy-violation", "Dialback is not allowed for this peer.", "Set dialback in its record if its certificate cannot name the domain."),
        Row(XmppReason.DialbackInvalid, "480 (others 500)", "db:result invalid", "The authoritative server said that the key is wrong.",
            "Somebody forges the domain; or two servers of the partner use different dialback secrets."),
        Row(XmppReason.DialbackError, "", "", "The other server could not decide about our key.", "Its log says why: mostly it cannot reach us; is our SRV record right?"),
        Row(XmppReason.DialbackTimeout, "", "remote-server-timeout", "No verdict came in time.", "`gateway doctor PEER`: the authoritative server of the domain must be reachable from here."),
        Row(XmppReason.DialbackUnreachable, "", "remote-server-not-found", "The authoritative server could not be reached.", "`gateway doctor PEER`."),
        Row(XmppReason.DialbackMalformed, "", "improper-addressing", "A dialback element without what it must carry.", "The peer is broken."),
        Row(XmppReason.PeerNotServing, "404", "remote-server-not-found", "The peer's server says that it does not serve the domain.",
            "The text holds host-unknown or host-gone: the partner's DNS or our peer's addresses lead to the wrong server."),
        Row(XmppReason.RedirectRefused, "504", "remote-server-timeout", "The peer named another host (see-other-host) that nothing else names.",
            "If the partner has moved: correct its SRV record, or the addresses of the peer."),
        Row(XmppReason.RemoteServerNotFound, "404", "remote-server-not-found", "No server answers for the domain.", "Check the domain's SRV record, or write addresses into its peer."),
        Row(XmppReason.RemoteServerTimeout, "504", "remote-server-timeout", "A server is known and does not answer.", "`gateway doctor PEER`."),
        Row(XmppReason.ConnectFailed, "504", "remote-server-timeout", "None of the targets could be connected.", "`gateway doctor PEER` says which hop fails."),
        Row(XmppReason.NegotiationTimeout, "504", "connection-timeout", "The stream did not stand within its time.", "The partner's server is slow or waits for DNS; see its log."),
        Row(XmppReason.ConnectionTimeout, "", "connection-timeout", "Nothing was heard for longer than the idle limit.", "Nothing."),
        Row(XmppReason.PeerSilent, "504", "connection-timeout", "The peer answered neither a ping nor the request for its count (XEP-0198): its stream is dead.",
            "If it happens often: firewalls that forget connections (a shorter xmpp.pingSeconds keeps them open), the partner's log."),
        Row(XmppReason.StanzaTimeout, "504", "policy-violation", "One element took longer to arrive than it may.", "A peer that drips bytes, or a broken path; look at the remote address."),
        Row(XmppReason.HandledTooMany, "504", "undefined-condition", "The peer acknowledged more stanzas than it was sent (XEP-0198).",
            "The peer is broken; stream management can be turned off in its record."),
        Row(XmppReason.ConnectionLost, "504", "", "The connection broke.", "If it happens often: firewalls with short timers, the partner's log."),
        Row(XmppReason.PeerClosed, "", "", "The peer closed its stream in order.", "Nothing."),
        Row(XmppReason.PeerStreamError, "504", "", "The peer closed with a stream error.",
            "The text holds the error; its log says more. not-authorized: it does not believe our certificate, or does not allow our domain."),
        Row(XmppReason.Replaced, "", "conflict", "A newer stream took its place.", "Nothing."),
        Row(XmppReason.TrustWithdrawn, "", "not-authorized", "Trust in the certificate was withdrawn.", "Nothing. It was done here."),
        Row(XmppReason.CertificateReplaced, "", "reset", "Our certificate was replaced; a stream that had shown the old one ended when it was quiet.", "Nothing. The next stanza opens a new stream."),
        Row(XmppReason.PeerRemoved, "", "not-authorized", "The peer is no longer configured.", "Nothing. It was done here."),
        Row(XmppReason.SystemShutdown, "480", "system-shutdown", "We are shutting down.", "Nothing."),
        Row(XmppReason.QueueFull, "480", "resource-constraint", "Too much waits for this domain.",
            "The text says which bound: `gateway doctor PEER` first, then limits.queuedItemsMax or queuedBytesMax of the peer, or heldBytesMax of the appliance."),
        Row(XmppReason.QueueTimeout, "504", "remote-server-timeout", "A stanza waited too long for its stream.", "`gateway doctor PEER` says why the stream does not come to stand."),
        Row(XmppReason.AddressListRefused, "", "forbidden, jid-malformed, not-acceptable, bad-request", "A list of addresses (XEP-0033) that cannot be served as a whole.",
            "The text says why. Users of other XMPP domains are reached where policy.transit joins their domain and the sender's; xmpp.multicast bounds the list."),
        Row(XmppReason.InternalError, "500", "internal-server-error", "A defect of ours.", "Report it with the error of the log."),
    ];

    // The stream error is the XMPP room's own; what senders or negotiation get besides is written in the rows.
    private static ReasonRow Row(XmppReason reason, string sip, string xmpp, string text, string nextStep)
    {
        var stream = StreamErrors.Of(reason) is { } condition ? StreamErrors.NameOf(condition) : "";
        var answer = stream.Length == 0 || xmpp == stream ? xmpp : xmpp.Length == 0 ? stream : $"{stream} (stream), {xmpp}";
        return new($"xmpp.{reason}", sip, answer, text, nextStep);
    }
}
