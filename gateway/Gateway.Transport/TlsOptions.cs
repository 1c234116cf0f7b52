using Certificates;

namespace Gateway.Transport;

/// <summary>What we ask of a client that connects to us.</summary>
public enum ClientCertificate
{
    /// <summary>It must present one; SIP federation is mutual TLS.</summary>
    Required,

    /// <summary>It is asked for one and may have none; XMPP then falls back to dialback.</summary>
    Requested,
}

/// <summary>How we act as TLS server on one connection.</summary>
public sealed record TlsServerOptions
{
    /// <summary>Where the certificate to present is looked up when the handshake begins.</summary>
    public required ICertificateSource Certificates { get; init; }

    /// <summary>Whether a client without certificate is refused.</summary>
    public ClientCertificate Client { get; init; } = ClientCertificate.Required;

    /// <summary>The domain the client asked for inside the protocol (XMPP stream <c>to</c>); it goes before SNI.</summary>
    public string? Domain { get; init; }

    /// <summary>Name of the own certificate presented when neither domain nor SNI decides; else the set's default.</summary>
    public string? CertificateName { get; init; }

    /// <summary>
    /// Asked when a client offers nothing newer than TLS 1.1: whether any peer at all is allowed that. Which peer it is shows only later; its evidence then says what was spoken.
    /// </summary>
    public Func<bool> MayBeOld { get; init; } = static () => false;

    /// <summary>ALPN names we answer to (RFC 7301); a client that offers only others is refused, one that offers none is not. Empty ignores ALPN.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];
}

/// <summary>How we act as TLS client on one connection.</summary>
public sealed record TlsClientOptions
{
    /// <summary>Where the certificate to present is looked up when the handshake begins.</summary>
    public required ICertificateSource Certificates { get; init; }

    /// <summary>TLS 1.0 and 1.1 are taken too, where the server has nothing newer.</summary>
    public bool MayBeOld { get; init; }

    /// <summary>Speaks TLS 1.3 only.</summary>
    public bool IsTls13Only { get; init; }

    /// <summary>Sent as SNI: the host of a SIP target, the domain of an XMPP stream (RFC 6120 §5.4.3.1, RFC 6066 §3).</summary>
    public required string ServerName { get; init; }

    /// <summary>The domain we speak for: chooses the certificate we present.</summary>
    public string? OwnDomain { get; init; }

    /// <summary>Name of the own certificate presented when the domain does not decide; else the set's default.</summary>
    public string? CertificateName { get; init; }

    /// <summary>ALPN names we offer (RFC 7301), such as <c>xmpp-server</c> (XEP-0368 §3); empty offers none.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];
}
