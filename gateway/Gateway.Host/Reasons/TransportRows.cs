using Gateway.Transport;

namespace Gateway.Host.Reasons;

/// <summary>Rows of the transport room.</summary>
internal static class TransportRows
{
    public static IEnumerable<ReasonRow> All =>
    [
        Row(TransportReason.None, "", "", "Nothing ended.", "Nothing was refused."),
        Row(TransportReason.ClosedByUs, "", "", "We closed the connection in order.", "Nothing."),
        Row(TransportReason.ClosedByPeer, "", "", "The peer closed the connection in order.", "Nothing."),
        Row(TransportReason.ConnectionLost, "", "", "The peer or the path broke the connection.", "If it happens often: firewalls with short timers, the peer's log."),
        Row(TransportReason.IdleTimeout, "", "connection-timeout", "Nothing was received for longer than limits.idleSecondsMax.", "Nothing. It is opened again when needed."),
        Row(TransportReason.SlowReader, "connection ends", "connection-timeout", "The peer took none of our bytes for too long.", "Look at the peer: it hangs or is overloaded."),
        Row(TransportReason.SendQueueFull, "connection ends", "connection ends", "The bounded send queue was full.",
            "The peer is too slow for what is sent to it; look at it first, then at limits.unsentBytesMaxPerConnection."),
        Row(TransportReason.Closed, "", "", "The connection had ended before the send.", "Nothing."),
        Row(TransportReason.ReceiveBufferFull, "connection ends", "policy-violation", "No message ended within the receive limit.",
            "The peer sends something larger than limits.sipBodyBytesMax or stanzaBytesMax, or no SIP or XMPP at all."),
        Row(TransportReason.HandlerFailed, "connection ends", "internal-server-error", "A defect of ours ended the connection.", "Report it with the error of the log."),
        Row(TransportReason.HandshakeTimeout, "connection ends", "connection ends", "TLS was not finished in time.",
            "The peer opens connections without speaking TLS: a port scan, a health probe, or the wrong port."),
        Row(TransportReason.HandshakeFailed, "connection ends", "connection ends", "TLS failed.",
            "The text holds the alert: cipher, or the peer does not trust our certificate."),
        Row(TransportReason.TlsTooOld, "connection ends", "connection ends", "The other side speaks nothing newer than TLS 1.1, and no peer is allowed that.",
            "Bring TLS 1.2 to it; where that cannot be done, tlsVersionMin of its SIP peer is the relaxation."),
        Row(TransportReason.CertificateMissing, "connection ends", "connection ends", "The client presented no certificate; the listener is mutual TLS.",
            "An edge must be told to present its certificate; a browser or scanner is refused rightly."),
        Row(TransportReason.OwnCertificateMissing, "connection ends", "connection ends", "We had no certificate to present.", "Name one in certificates.own."),
        Row(TransportReason.StartTlsInjection, "connection ends", "policy-violation", "Bytes had already arrived behind STARTTLS.",
            "Either a broken peer or an attack; look at the remote address."),
        Row(TransportReason.TooManyConnections, "connection ends", "connection ends", "limits.connectionsMax is reached.",
            "See in `gateway status` who holds them; raise the limit if they are honest."),
        Row(TransportReason.TooManyFromAddress, "connection ends", "connection ends", "One address, or one /64 of IPv6, holds limits.connectionsPerAddressMax connections.",
            "A partner behind one address may need a larger limit."),
        Row(TransportReason.AcceptRateExceeded, "connection ends", "connection ends", "Connections arrive faster than limits.acceptsPerSecondMax.",
            "An attack, or a partner that reconnects in a loop; its log will say why."),
        Row(TransportReason.AddressRateExceeded, "connection ends", "connection ends", "One address connects faster than limits.acceptsPerSecondPerAddressMax.",
            "An attack, or a partner that reconnects in a loop; its log will say why."),
        Row(TransportReason.ConnectRefused, "480 or 504", "remote-server-timeout", "Nobody accepts at the target.",
            "Is the partner's service running, is the port right, does a firewall answer for it?"),
        Row(TransportReason.ConnectTimeout, "504", "remote-server-timeout", "The target did not answer in time.", "A firewall between us drops the packets: allow TCP 5061 or 5269 outwards."),
        Row(TransportReason.Unreachable, "504", "remote-server-timeout", "No route to any address of the target.", "Check our routing and the target's addresses."),
        Row(TransportReason.TargetForbidden, "404", "remote-server-not-found", "A discovered target resolves to a private, loopback or own address.",
            "If it is meant so, write the address into the peer's record or set privateTargets."),
        Row(TransportReason.TargetEmpty, "404", "remote-server-not-found", "The target has no address.", "The host name of the peer, or of its SRV record, has no A or AAAA record."),
        Row(TransportReason.DnsNotFound, "404", "remote-server-not-found", "The name or record does not exist.", "Ask for the partner's SRV record, or write addresses into its peer."),
        Row(TransportReason.DnsServiceDenied, "404", "remote-server-not-found", "The domain says that it does not offer the service.",
            "The partner's DNS has an SRV record with target '.'; ask the partner."),
        Row(TransportReason.DnsServerFailed, "504", "remote-server-timeout", "The name servers failed.", "Check dns.servers, or the system's resolvers."),
        Row(TransportReason.DnsTimeout, "504", "remote-server-timeout", "The name servers did not answer in time.", "Check dns.servers and UDP port 53 outwards."),
        Row(TransportReason.DnsBogus, "404", "remote-server-not-found", "DNSSEC validation failed.", "The partner's zone is signed wrongly, or somebody forges answers; `gateway doctor PEER`."),
        Row(TransportReason.DnsNameInvalid, "404", "remote-server-not-found", "The name is no host name.", "Check the addresses of the peer."),
        Row(TransportReason.Stopping, "", "system-shutdown", "The appliance is stopping.", "Nothing."),
    ];

    private static ReasonRow Row(TransportReason reason, string sip, string xmpp, string text, string nextStep) => new($"transport.{reason}", sip, xmpp, text, nextStep);
}
