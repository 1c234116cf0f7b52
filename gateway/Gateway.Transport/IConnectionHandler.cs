namespace Gateway.Transport;

/// <summary>
/// The owner of a connection. The calls of one connection never overlap and come in order: one <see cref="OnOpened"/>,
/// then receives, <see cref="OnSecured"/> after each STARTTLS, and exactly one <see cref="OnClosed"/>. They run on the
/// connection's read loop and must not block.
/// </summary>
public interface IConnectionHandler
{
    /// <summary>The connection is ready: TCP, and TLS where it is direct.</summary>
    void OnOpened(TransportConnection connection);

    /// <summary>
    /// Bytes arrived. Gives back how many were used up; the rest is shown again, contiguous, with whatever follows.
    /// What is sent on any connection during this call leaves together when it returns.
    /// </summary>
    int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread);

    /// <summary>The TLS asked for with <see cref="TransportConnection.StartTls"/> stands; the evidence is new.</summary>
    void OnSecured(TransportConnection connection);

    /// <summary>
    /// Whether the connection leads to the peer of this name, or carries this domain; null while nobody is known. For <c>gateway trace</c>: from any thread, never from the message path.
    /// </summary>
    bool? Concerns(string peerOrDomain) => false;

    /// <summary>The end, with its one reason and words for people.</summary>
    void OnClosed(TransportConnection connection, TransportReason reason, string detail);
}
