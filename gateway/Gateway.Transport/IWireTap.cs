namespace Gateway.Transport;

/// <summary>
/// Sees the clear bytes of connections in both directions: for <c>gateway trace</c>, and for tests that assert the wire. Called on the message path: must copy what it keeps, must not block and
/// must not throw.
/// </summary>
public interface IWireTap
{
    /// <summary>Bytes as they were received or are about to be written, cut as the network cuts them.</summary>
    void OnBytes(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> bytes)
    {
    }

    /// <summary>One whole message: what the owner took out of the bytes received, or handed over to be sent.</summary>
    void OnMessage(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> message)
    {
    }

    /// <summary>The connection has ended.</summary>
    void OnClosed(TransportConnection connection)
    {
    }
}
