using Gateway.Federation;
using Gateway.Xmpp.Protocol;
using Presence.Core.Model;

namespace Gateway.Xmpp;

/// <summary>The public face of each <see cref="XmppReason"/> towards a sender: name, neutral condition, safe words. One table; a test forbids a missing row.</summary>
public static class XmppFailures
{
    private static readonly string[] s_names = [.. Enum.GetValues<XmppReason>().Order().Select(reason => $"xmpp.{reason}")];

    /// <summary><c>xmpp.Member</c>: the same in log, metric, status and test.</summary>
    public static string NameOf(XmppReason reason) => s_names[(int)reason];

    /// <summary>What a sender whose stanza could not leave is told.</summary>
    public static Failure FailureOf(XmppReason reason)
    {
        var (condition, text) = Describe(reason);
        return new Failure(condition, NameOf(reason), text) { RetryAfterSeconds = reason == XmppReason.QueueFull ? 10 : null, IsUnsent = IsBeforeStream(reason), IsLasting = IsUntrusted(reason) };
    }

    // No stream stood, so nothing was written to one: a back-up route may be tried.
    private static bool IsBeforeStream(XmppReason reason) => reason is XmppReason.RemoteServerNotFound or XmppReason.ConnectFailed or XmppReason.NegotiationTimeout
        or XmppReason.QueueTimeout or XmppReason.TlsFailed or XmppReason.TlsRequired or XmppReason.CertificateRefused or XmppReason.SaslFailed or XmppReason.NoWayToAuthenticate;

    // Found, and no stream could be negotiated: RFC 6120 §8.3.3.17 and §10.4.3.
    private static bool IsUntrusted(XmppReason reason) => reason is XmppReason.TlsFailed or XmppReason.TlsRequired or XmppReason.TlsForbidden or XmppReason.BytesBeforeTls
        or XmppReason.CertificateRefused or XmppReason.SaslFailed or XmppReason.SaslMechanismUnknown or XmppReason.NoWayToAuthenticate or XmppReason.DialbackForbidden
        or XmppReason.TrustWithdrawn;

    private static (Condition Condition, string Text) Describe(XmppReason reason) => reason switch
    {
        XmppReason.RemoteServerNotFound or XmppReason.PeerNotServing => (Condition.RemoteServerNotFound, "The destination domain has no XMPP server."),
        XmppReason.RemoteServerTimeout or XmppReason.ConnectFailed or XmppReason.NegotiationTimeout or XmppReason.ConnectionTimeout or XmppReason.PeerSilent or XmppReason.ConnectionLost
            or XmppReason.QueueTimeout or XmppReason.PeerClosed or XmppReason.PeerStreamError or XmppReason.DialbackError or XmppReason.DialbackTimeout
            or XmppReason.DialbackUnreachable or XmppReason.Replaced => (Condition.RemoteServerTimeout, "The destination server could not be reached in time."),
        _ when IsUntrusted(reason) => (Condition.RemoteServerTimeout, "No trusted connection to the destination server is possible."),
        // XEP-0220 §2.1.1 has this one of its own: whoever is asked about our key says that it is not ours.
        XmppReason.DialbackInvalid => (Condition.InternalServerError, "The destination server does not believe who we are."),
        XmppReason.QueueFull or XmppReason.ResourceConstraint => (Condition.ResourceConstraint, "Too much is waiting for the destination server."),
        XmppReason.SystemShutdown => (Condition.ResourceConstraint, "The gateway is shutting down."),
        XmppReason.PeerUnknown or XmppReason.PeerRemoved or XmppReason.PolicyViolation => (Condition.PolicyViolation, "Policy does not allow this."),
        XmppReason.JidMalformed => (Condition.JidMalformed, "The address is no XMPP address."),
        XmppReason.HostUnknown => (Condition.RemoteServerNotFound, "The destination domain is not served here."),
        XmppReason.AddressListRefused => (Condition.Forbidden, "One of the addresses is not reached through this service."),
        XmppReason.InternalError => (Condition.InternalServerError, "The gateway failed to handle this."),
        _ => (Condition.RemoteServerTimeout, "The stream with the destination server broke."),
    };
}
