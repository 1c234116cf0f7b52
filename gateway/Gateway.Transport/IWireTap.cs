namespace Gateway.Transport;

/// <summary>Sees the clear bytes of a connection in both directions: for <c>trace</c> and for tests that assert the wire.</summary>
public interface IWireTap
{
    /// <summary>Bytes received or about to be written. Must copy what it keeps and must not block.</summary>
    void OnBytes(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> bytes);
}
