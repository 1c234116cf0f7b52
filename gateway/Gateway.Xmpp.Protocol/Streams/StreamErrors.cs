using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>The defined stream error conditions of RFC 6120 §4.9.3.</summary>
public enum StreamCondition
{
    /// <summary>§4.9.3.1</summary>
    BadFormat,
    /// <summary>§4.9.3.2</summary>
    BadNamespacePrefix,
    /// <summary>§4.9.3.3</summary>
    Conflict,
    /// <summary>§4.9.3.4</summary>
    ConnectionTimeout,
    /// <summary>§4.9.3.5</summary>
    HostGone,
    /// <summary>§4.9.3.6</summary>
    HostUnknown,
    /// <summary>§4.9.3.7</summary>
    ImproperAddressing,
    /// <summary>§4.9.3.8</summary>
    InternalServerError,
    /// <summary>§4.9.3.9</summary>
    InvalidFrom,
    /// <summary>§4.9.3.10</summary>
    InvalidNamespace,
    /// <summary>§4.9.3.11</summary>
    InvalidXml,
    /// <summary>§4.9.3.12</summary>
    NotAuthorized,
    /// <summary>§4.9.3.13</summary>
    NotWellFormed,
    /// <summary>§4.9.3.14</summary>
    PolicyViolation,
    /// <summary>§4.9.3.15</summary>
    RemoteConnectionFailed,
    /// <summary>§4.9.3.16</summary>
    Reset,
    /// <summary>§4.9.3.17</summary>
    ResourceConstraint,
    /// <summary>§4.9.3.18</summary>
    RestrictedXml,
    /// <summary>§4.9.3.19</summary>
    SeeOtherHost,
    /// <summary>§4.9.3.20</summary>
    SystemShutdown,
    /// <summary>§4.9.3.21</summary>
    UndefinedCondition,
    /// <summary>§4.9.3.22</summary>
    UnsupportedEncoding,
    /// <summary>§4.9.3.23</summary>
    UnsupportedFeature,
    /// <summary>§4.9.3.24</summary>
    UnsupportedStanzaType,
    /// <summary>§4.9.3.25</summary>
    UnsupportedVersion,
}

/// <summary>A stream error as it stands on the wire: RFC 6120 §4.9.2. It always ends the stream.</summary>
/// <param name="Condition">The defined condition.</param>
/// <param name="Text">For people; may be null.</param>
/// <param name="Host">The host that <c>see-other-host</c> names; else null.</param>
public sealed record StreamError(StreamCondition Condition, string? Text = null, string? Host = null);

/// <summary>Stream errors to and from bytes, and what each of our reasons becomes.</summary>
public static class StreamErrors
{
    private static readonly string[] s_names =
    [
        "bad-format", "bad-namespace-prefix", "conflict", "connection-timeout", "host-gone", "host-unknown", "improper-addressing", "internal-server-error",
        "invalid-from", "invalid-namespace", "invalid-xml", "not-authorized", "not-well-formed", "policy-violation", "remote-connection-failed", "reset",
        "resource-constraint", "restricted-xml", "see-other-host", "system-shutdown", "undefined-condition", "unsupported-encoding", "unsupported-feature",
        "unsupported-stanza-type", "unsupported-version",
    ];

    /// <summary>The element name.</summary>
    public static string NameOf(StreamCondition condition) => s_names[(int)condition];

    /// <summary>The condition, and what the peer said with it, for our operator; bounded, for a stranger wrote it.</summary>
    public static string Describe(StreamError error)
    {
        string said = error.Host ?? error.Text ?? "";
        if (said.Length > 120) said = said[..120];
        return said.Length == 0 ? NameOf(error.Condition) : $"{NameOf(error.Condition)}: {said}";
    }

    /// <summary>
    /// The error to send when a stream ends for this reason; null when it ends without one. <paramref name="isReceiving"/>: on a stream that came in. There a failed SASL handshake sends the
    /// peer away (§6.4.5), while who dialled simply leaves.
    /// </summary>
    public static StreamCondition? Of(XmppReason reason, bool isReceiving = false) => reason switch
    {
        XmppReason.SaslFailed when isReceiving => StreamCondition.PolicyViolation,
        XmppReason.None or XmppReason.PeerClosed or XmppReason.PeerStreamError or XmppReason.PeerNotServing or XmppReason.RedirectRefused or XmppReason.ConnectionLost or XmppReason.ConnectFailed
            or XmppReason.RemoteServerNotFound or XmppReason.QueueFull or XmppReason.QueueTimeout or XmppReason.TlsFailed or XmppReason.SaslFailed
            or XmppReason.DialbackInvalid or XmppReason.DialbackError or XmppReason.DialbackTimeout or XmppReason.DialbackUnreachable or XmppReason.AddressListRefused => null,
        XmppReason.StanzaTooLarge or XmppReason.HeaderTooLarge or XmppReason.StanzaTimeout or XmppReason.DepthExceeded or XmppReason.AttributesExceeded or XmppReason.ElementsExceeded
            or XmppReason.NameTooLong or XmppReason.PolicyViolation or XmppReason.TlsRequired or XmppReason.TlsForbidden or XmppReason.BytesBeforeTls
            or XmppReason.DialbackForbidden => StreamCondition.PolicyViolation,
        XmppReason.InvalidUtf8 or XmppReason.UnsupportedEncoding => StreamCondition.UnsupportedEncoding,
        XmppReason.InvalidCharacter or XmppReason.NotWellFormed or XmppReason.UndeclaredPrefix => StreamCondition.NotWellFormed,
        XmppReason.CommentForbidden or XmppReason.ProcessingInstructionForbidden or XmppReason.DoctypeForbidden or XmppReason.EntityForbidden
            => StreamCondition.RestrictedXml,
        XmppReason.TextBetweenStanzas or XmppReason.BadFormat => StreamCondition.BadFormat,
        XmppReason.InvalidNamespace => StreamCondition.InvalidNamespace,
        XmppReason.UnsupportedVersion => StreamCondition.UnsupportedVersion,
        XmppReason.HostUnknown => StreamCondition.HostUnknown,
        XmppReason.InvalidFrom => StreamCondition.InvalidFrom,
        XmppReason.ImproperAddressing or XmppReason.JidMalformed or XmppReason.DialbackMalformed => StreamCondition.ImproperAddressing,
        XmppReason.UnsupportedStanzaType => StreamCondition.UnsupportedStanzaType,
        XmppReason.NotAuthorized or XmppReason.PeerUnknown or XmppReason.CertificateRefused or XmppReason.SaslMechanismUnknown or XmppReason.TrustWithdrawn
            or XmppReason.PeerRemoved => StreamCondition.NotAuthorized,
        XmppReason.NoWayToAuthenticate => StreamCondition.UnsupportedFeature,
        XmppReason.ResourceConstraint => StreamCondition.ResourceConstraint,
        XmppReason.NegotiationTimeout or XmppReason.ConnectionTimeout or XmppReason.PeerSilent => StreamCondition.ConnectionTimeout,
        XmppReason.HandledTooMany => StreamCondition.UndefinedCondition,
        // RFC 6120 §4.9.3.16: keys or certificates of the stream are no longer those in force.
        XmppReason.CertificateReplaced => StreamCondition.Reset,
        XmppReason.Replaced => StreamCondition.Conflict,
        XmppReason.SystemShutdown => StreamCondition.SystemShutdown,
        XmppReason.RemoteServerTimeout => StreamCondition.RemoteConnectionFailed,
        _ => StreamCondition.InternalServerError,
    };

    /// <summary>Reads <c>&lt;stream:error&gt;</c>; an unknown condition is <c>undefined-condition</c>.</summary>
    public static StreamError Read(XmlElement error)
    {
        var condition = StreamCondition.UndefinedCondition;
        string? text = null, host = null;
        foreach (var child in error.Children)
        {
            if (child.Namespace != Namespaces.StreamErrors) continue;
            int at = Array.IndexOf(s_names, child.Name);
            if (child.Name == "text") text = child.Text;
            else if (at >= 0) condition = (StreamCondition)at;
            // The name RFC 3920 gave to not-well-formed; old servers still say it.
            else if (child.Name == "xml-not-well-formed") condition = StreamCondition.NotWellFormed;
            if (condition == StreamCondition.SeeOtherHost && child.Name == "see-other-host" && child.Text.Trim() is { Length: > 0 } named) host = named;
        }
        return new StreamError(condition, text, host);
    }

    /// <summary>Writes the error and the end of the stream.</summary>
    public static void WriteTo(ref XmppWriter writer, StreamError error)
    {
        writer.Raw("<stream:error><"u8);
        writer.Raw(NameOf(error.Condition));
        writer.Raw(" xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"u8);
        if (error.Text is not null)
        {
            writer.Raw("<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>"u8);
            writer.Text(error.Text);
            writer.Raw("</text>"u8);
        }
        writer.Raw("</stream:error>"u8);
    }
}
