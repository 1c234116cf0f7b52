namespace Gateway.Transport;

/// <summary>Bounds of everything a peer can make us hold. One value for a hub; relations are asserted at start.</summary>
public sealed record TransportLimits
{
    /// <summary>Connections at the same time, accepted and dialled.</summary>
    public int ConnectionsMax { get; init; } = 4_000;

    /// <summary>Accepted connections at the same time from one address (one /64 of IPv6).</summary>
    public int ConnectionsPerAddressMax { get; init; } = 64;

    /// <summary>Accepted connections per second of one listener; a second's worth may come at once.</summary>
    public int AcceptsPerSecondMax { get; init; } = 200;

    /// <summary>Accepted connections per second from one address (one /64 of IPv6), so that one source cannot use up everybody's share.</summary>
    public int AcceptsPerSecondPerAddressMax { get; init; } = 100;

    /// <summary>Bytes waiting to be sent on one connection.</summary>
    public int UnsentBytesMax { get; init; } = 4 << 20;

    /// <summary>Received bytes the owner may leave unread: at least one whole message of the protocol.</summary>
    public int UnreadBytesMax { get; init; } = 1 << 20;

    /// <summary>Seconds for the TLS handshake.</summary>
    public int HandshakeSecondsMax { get; init; } = 10;

    /// <summary>Seconds for TCP to connect to one address.</summary>
    public int ConnectSecondsMax { get; init; } = 5;

    /// <summary>Seconds without a received byte until the connection is closed; 0 is never.</summary>
    public int IdleSecondsMax { get; init; } = 1_800;

    /// <summary>Seconds in which the peer must take something of what we send.</summary>
    public int SlowReaderSecondsMax { get; init; } = 30;

    /// <summary>Seconds a closing connection may take to send what is queued.</summary>
    public int LingerSecondsMax { get; init; } = 5;

    /// <summary>Throws when two limits contradict each other.</summary>
    public void AssertCoherent()
    {
        if (ConnectionsPerAddressMax > ConnectionsMax) throw new InvalidOperationException("connections per address fit into the total.");
        if (UnsentBytesMax < 64 * 1024 || UnreadBytesMax < 16 * 1024) throw new InvalidOperationException("one message must fit the buffers.");
        if (HandshakeSecondsMax <= 0 || ConnectSecondsMax <= 0 || SlowReaderSecondsMax <= 0 || AcceptsPerSecondMax <= 0 || AcceptsPerSecondPerAddressMax <= 0)
            throw new InvalidOperationException("times and rates are positive.");
    }
}
