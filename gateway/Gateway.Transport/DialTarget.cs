using System.Net;

namespace Gateway.Transport;

/// <summary>One host to dial, with the addresses it was found at.</summary>
/// <param name="Host">The host name, for logs and SNI.</param>
/// <param name="Endpoints">Tried in order.</param>
/// <param name="IsDiscovered">Found by DNS from a domain name somebody else chose, rather than configured.</param>
/// <param name="IsSecure">The way from domain to addresses was proved (DNSSEC or configuration).</param>
public sealed record DialTarget(string Host, IReadOnlyList<IPEndPoint> Endpoints, bool IsDiscovered, bool IsSecure)
{
    /// <summary>The service whose record named it, such as <c>_xmpps-server._tcp</c>; empty for a host that no SRV record named.</summary>
    public string Service { get; init; } = "";

    /// <summary>Rank among the targets of one look-up, lower first: those of equal rank were drawn by weight and stand for each other.</summary>
    public int Priority { get; init; }

    /// <summary>The record that named this host was proved, whatever is known of its addresses: then the host's name is the domain's own word (RFC 7673 §3).</summary>
    public bool IsNameSecure { get; init; }
}

/// <summary>How to dial.</summary>
public sealed record DialOptions
{
    /// <summary>Direct TLS; null connects plainly (XMPP upgrades later).</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>Allows discovered targets on loopback, link-local, private and own listener addresses: labs and the operator's own networks.</summary>
    public bool PrivateAllowed { get; init; }

    /// <summary>Label for metrics: a configured peer name, never one from a message.</summary>
    public string Label { get; init; } = "other";

    /// <summary>Idle limit of the connection instead of the hub's; 0 is never.</summary>
    public int? IdleSecondsMax { get; init; }
}

/// <summary>The outcome of a dial: a connection that is open and being read, or one reason.</summary>
public sealed record DialOutcome(TransportConnection? Connection, TransportReason Reason, string Detail)
{
    /// <summary>True when there is a connection.</summary>
    public bool IsConnected => Connection is not null;
}
