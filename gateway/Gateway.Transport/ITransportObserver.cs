using Certificates;

namespace Gateway.Transport;

/// <summary>Hears what has no owner yet or is nobody's fault but ours; the host logs it. Must not block.</summary>
public interface ITransportObserver
{
    /// <summary>A connection was refused before it had an owner: limits, TLS, no certificate.</summary>
    void OnRefused(string listener, PeerEvidence evidence, TransportReason reason, string detail);

    /// <summary>A connection was cut because its peer did not keep to a limit: it took nothing, or ended no message.</summary>
    void OnCut(TransportConnection connection, TransportReason reason, string detail)
    {
    }

    /// <summary>Code of ours threw while it handled the connection.</summary>
    void OnFailed(TransportConnection connection, Exception bug);
}

/// <summary>An observer that hears nothing.</summary>
public sealed class SilentObserver : ITransportObserver
{
    /// <summary>The one there is.</summary>
    public static SilentObserver Instance { get; } = new();

    /// <inheritdoc/>
    public void OnRefused(string listener, PeerEvidence evidence, TransportReason reason, string detail)
    {
    }

    /// <inheritdoc/>
    public void OnFailed(TransportConnection connection, Exception bug)
    {
    }
}
