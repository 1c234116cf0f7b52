namespace Gateway.Transport;

/// <summary>Every way a connection, a send, a dial or a look-up can end or be refused. Closed; public names are <c>transport.…</c>.</summary>
public enum TransportReason
{
    /// <summary>Nothing ended: accepted, sent, connected, answered.</summary>
    None = 0,

    /// <summary>We closed it, because the owner asked.</summary>
    ClosedByUs,

    /// <summary>The peer closed it in order (FIN, TLS close_notify).</summary>
    ClosedByPeer,

    /// <summary>The peer or the path broke it (RST, no route, cut inside a TLS record).</summary>
    ConnectionLost,

    /// <summary>Nothing was received for longer than the limit.</summary>
    IdleTimeout,

    /// <summary>The peer took none of our bytes for longer than the limit.</summary>
    SlowReader,

    /// <summary>The bounded send queue cannot take the bytes.</summary>
    SendQueueFull,

    /// <summary>The connection had ended before the send.</summary>
    Closed,

    /// <summary>The owner could not make out a message within the receive limit.</summary>
    ReceiveBufferFull,

    /// <summary>The owner of the connection failed on received bytes: a bug of ours, loudly ended.</summary>
    HandlerFailed,

    /// <summary>TLS was not finished in time.</summary>
    HandshakeTimeout,

    /// <summary>TLS failed: alert, protocol, version or cipher; the words say which.</summary>
    HandshakeFailed,

    /// <summary>The other side speaks no TLS that may be spoken with it: nothing newer than 1.1.</summary>
    TlsTooOld,

    /// <summary>The listener requires a client certificate and there was none.</summary>
    CertificateMissing,

    /// <summary>We have no certificate to present.</summary>
    OwnCertificateMissing,

    /// <summary>Bytes had already arrived behind the request for STARTTLS (RFC 6120 §5.4.3.3).</summary>
    StartTlsInjection,

    /// <summary>The listener has as many connections as it may have.</summary>
    TooManyConnections,

    /// <summary>This address has as many connections as it may have.</summary>
    TooManyFromAddress,

    /// <summary>Connections arrive faster than the limit.</summary>
    AcceptRateExceeded,

    /// <summary>This address connects faster than the limit.</summary>
    AddressRateExceeded,

    /// <summary>Nobody accepts there.</summary>
    ConnectRefused,

    /// <summary>No answer to the connection attempt in time.</summary>
    ConnectTimeout,

    /// <summary>No route to any address of the target.</summary>
    Unreachable,

    /// <summary>A discovered target resolves to an address that only configuration may name.</summary>
    TargetForbidden,

    /// <summary>The target has no address at all.</summary>
    TargetEmpty,

    /// <summary>The name or record does not exist.</summary>
    DnsNotFound,

    /// <summary>The domain says it does not offer the service (SRV target <c>.</c>, RFC 2782).</summary>
    DnsServiceDenied,

    /// <summary>The name servers failed.</summary>
    DnsServerFailed,

    /// <summary>The name servers did not answer in time.</summary>
    DnsTimeout,

    /// <summary>DNSSEC validation failed.</summary>
    DnsBogus,

    /// <summary>The name is no host name.</summary>
    DnsNameInvalid,

    /// <summary>The appliance is stopping.</summary>
    Stopping,
}
