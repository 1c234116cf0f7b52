namespace Gateway.Transport;

/// <summary>Where and how to accept.</summary>
public sealed record ListenerOptions
{
    /// <summary>Name in logs, metrics and status.</summary>
    public required string Name { get; init; }

    /// <summary>Address to bind; <c>*</c> or empty is every address of both families.</summary>
    public string Address { get; init; } = "*";

    /// <summary>Port to bind; 0 lets the kernel choose.</summary>
    public int Port { get; init; }

    /// <summary>Direct TLS; null accepts plainly (XMPP upgrades later).</summary>
    public TlsServerOptions? Tls { get; init; }

    /// <summary>Idle limit of accepted connections instead of the hub's; 0 is never.</summary>
    public int? IdleSecondsMax { get; init; }
}
