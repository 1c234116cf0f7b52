namespace Gateway.Xmpp.Protocol;

/// <summary>
/// Every way the XMPP side refuses or ends something. Its public name is <c>xmpp.&lt;member&gt;</c>, the same in log, metric, status and test.
/// Which stream error (RFC 6120 §4.9.3) a member becomes on the wire is told by <c>StreamErrors.Of</c>.
/// </summary>
public enum XmppReason
{
    /// <summary>Nothing was refused.</summary>
    None,

    // What the framer refuses: RFC 6120 §11 and the limits of §13.12.

    /// <summary>A first-level element is longer than the limit.</summary>
    StanzaTooLarge,
    /// <summary>The stream header is longer than the limit.</summary>
    HeaderTooLarge,
    /// <summary>Elements are nested deeper than the limit.</summary>
    DepthExceeded,
    /// <summary>One element carries more attributes than the limit.</summary>
    AttributesExceeded,
    /// <summary>A stanza holds more elements, and so possibly more distinct names, than the limit.</summary>
    ElementsExceeded,
    /// <summary>A name is longer than the limit.</summary>
    NameTooLong,
    /// <summary>The bytes are not UTF-8, or an overlong form.</summary>
    InvalidUtf8,
    /// <summary>A character that XML 1.0 forbids.</summary>
    InvalidCharacter,
    /// <summary>The XML declaration names another encoding than UTF-8.</summary>
    UnsupportedEncoding,
    /// <summary>The XML is not well formed.</summary>
    NotWellFormed,
    /// <summary>A prefix is used that nothing declares.</summary>
    UndeclaredPrefix,
    /// <summary>A comment.</summary>
    CommentForbidden,
    /// <summary>A processing instruction, or an XML declaration where none may stand.</summary>
    ProcessingInstructionForbidden,
    /// <summary>A document type declaration.</summary>
    DoctypeForbidden,
    /// <summary>An entity beyond the five predefined ones.</summary>
    EntityForbidden,
    /// <summary>Text between stanzas that is not white space.</summary>
    TextBetweenStanzas,

    // Streams: RFC 6120 §4.

    /// <summary>The root element is not a stream of a server.</summary>
    InvalidNamespace,
    /// <summary>A well-formed element that makes no sense here.</summary>
    BadFormat,
    /// <summary>The peer speaks a version of XMPP before 1.0 where more is required.</summary>
    UnsupportedVersion,
    /// <summary>The stream's or stanza's <c>to</c> names no domain served here.</summary>
    HostUnknown,
    /// <summary>A <c>from</c> that this stream has not proved.</summary>
    InvalidFrom,
    /// <summary>A stanza between servers without <c>from</c> or <c>to</c>.</summary>
    ImproperAddressing,
    /// <summary>An address that is no JID.</summary>
    JidMalformed,
    /// <summary>A first-level element that is no stanza and no known negotiation.</summary>
    UnsupportedStanzaType,
    /// <summary>A stanza before any domain pair was proved.</summary>
    NotAuthorized,
    /// <summary>No configured peer may assert this domain.</summary>
    PeerUnknown,
    /// <summary>The peer would go on without TLS where policy demands it.</summary>
    TlsRequired,
    /// <summary>Policy forbids TLS towards this peer, and it demands it.</summary>
    TlsForbidden,
    /// <summary>Bytes had already arrived when the switch to TLS was made (RFC 6120 §5.4.3.3).</summary>
    BytesBeforeTls,
    /// <summary>The peer refused to start TLS, or the handshake failed.</summary>
    TlsFailed,
    /// <summary>The certificate the peer showed does not prove the domain it asserts.</summary>
    CertificateRefused,
    /// <summary>The peer named a SASL mechanism that was not offered.</summary>
    SaslMechanismUnknown,
    /// <summary>SASL EXTERNAL failed: the certificate does not prove the authorization identity, or the peer refused ours.</summary>
    SaslFailed,
    /// <summary>The peer offers nothing by which we could authenticate under policy.</summary>
    NoWayToAuthenticate,
    /// <summary>More streams, pairs or stanzas than this peer may have.</summary>
    PolicyViolation,
    /// <summary>A limit of this appliance is reached.</summary>
    ResourceConstraint,

    // Dialback: XEP-0220.

    /// <summary>Policy forbids dialback with this peer.</summary>
    DialbackForbidden,
    /// <summary>The authoritative server said the key is wrong.</summary>
    DialbackInvalid,
    /// <summary>The receiving server could not decide and said so; the stream goes on.</summary>
    DialbackError,
    /// <summary>No verdict came in time.</summary>
    DialbackTimeout,
    /// <summary>The authoritative server could not be reached.</summary>
    DialbackUnreachable,
    /// <summary>A dialback element without what it must carry.</summary>
    DialbackMalformed,

    // How connections and waiting stanzas end.

    /// <summary>No target answers for the domain.</summary>
    RemoteServerNotFound,
    /// <summary>A target is known and does not answer.</summary>
    RemoteServerTimeout,
    /// <summary>A target was known and none could be connected.</summary>
    ConnectFailed,
    /// <summary>The stream did not stand within its time.</summary>
    NegotiationTimeout,
    /// <summary>Nothing was heard for longer than the idle limit.</summary>
    ConnectionTimeout,
    /// <summary>One element took longer to arrive than it may.</summary>
    StanzaTimeout,
    /// <summary>The peer acknowledged more stanzas than it was sent (XEP-0198).</summary>
    HandledTooMany,
    /// <summary>The connection broke.</summary>
    ConnectionLost,
    /// <summary>The peer closed its stream in order.</summary>
    PeerClosed,
    /// <summary>The peer closed with a stream error.</summary>
    PeerStreamError,
    /// <summary>The peer says that it does not serve the domain, or no longer does (host-unknown, host-gone).</summary>
    PeerNotServing,
    /// <summary>The peer named another host (see-other-host), and neither configuration nor DNS names that host for the domain.</summary>
    RedirectRefused,
    /// <summary>A newer stream for the same pair took its place.</summary>
    Replaced,
    /// <summary>Trust in this peer's certificate was withdrawn.</summary>
    TrustWithdrawn,
    /// <summary>Our certificate was replaced: a new stream shows the new one.</summary>
    CertificateReplaced,
    /// <summary>The peer is no longer configured.</summary>
    PeerRemoved,
    /// <summary>We are shutting down.</summary>
    SystemShutdown,
    /// <summary>Too many stanzas or bytes wait for this domain.</summary>
    QueueFull,
    /// <summary>A stanza waited too long for its stream.</summary>
    QueueTimeout,
    /// <summary>A fault of our own.</summary>
    InternalError,
    /// <summary>A list of addresses that cannot be served as a whole (XEP-0033).</summary>
    AddressListRefused,
    /// <summary>The peer answered neither a ping nor the request for its count (XEP-0199, XEP-0198): it is gone, whatever the connection says.</summary>
    PeerSilent,
}
