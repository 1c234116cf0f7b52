using System.Collections.Concurrent;
using System.Net;

namespace Gateway.Transport;

/// <summary>
/// What all connections of one process share: limits, time, metrics, the table of live connections, and one timer that
/// enforces every limit made of time.
/// </summary>
public sealed class TransportHub : IDisposable
{
    private readonly ConcurrentDictionary<long, TransportConnection> _live = new();
    private readonly ConcurrentDictionary<IPAddress, int> _accepted = new();
    private readonly ConcurrentDictionary<IPEndPoint, int> _ownEndpoints = new();
    private readonly ITimer _sweep;
    private long _lastId;
    private int _count;
    private long _closedBytesIn;
    private long _closedBytesOut;

    /// <summary>Makes a hub; one per process.</summary>
    public TransportHub(TransportLimits limits, TimeProvider time, ITransportObserver? observer = null)
    {
        limits.AssertCoherent();
        Limits = limits;
        Time = time;
        Observer = observer ?? SilentObserver.Instance;
        Metrics = new TransportMetrics(this);
        _sweep = time.CreateTimer(static hub => ((TransportHub)hub!).Sweep(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Bounds of everything here.</summary>
    public TransportLimits Limits { get; }

    /// <summary>The clock of every limit.</summary>
    public TimeProvider Time { get; }

    /// <summary>Sees clear bytes while set.</summary>
    public IWireTap? Tap { get; set; }

    /// <summary>Connections now, accepted and dialled.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A snapshot of the live connections, for status pages and drains.</summary>
    public IReadOnlyCollection<TransportConnection> Connections => [.. _live.Values];

    /// <summary>Bytes received by all connections there ever were.</summary>
    public long BytesIn => Volatile.Read(ref _closedBytesIn) + _live.Values.Sum(c => c.BytesIn);

    /// <summary>Bytes written by all connections there ever were.</summary>
    public long BytesOut => Volatile.Read(ref _closedBytesOut) + _live.Values.Sum(c => c.BytesOut);

    internal ITransportObserver Observer { get; }

    internal TransportMetrics Metrics { get; }

    /// <summary>True when a listener of ours would answer there.</summary>
    public bool IsOwnEndpoint(IPEndPoint endpoint)
    {
        foreach (var own in _ownEndpoints.Keys)
        {
            if (own.Port != endpoint.Port) continue;
            if (own.Address.Equals(endpoint.Address)) return true;
            if ((own.Address.Equals(IPAddress.Any) || own.Address.Equals(IPAddress.IPv6Any)) && LocalAddresses.Contains(endpoint.Address)) return true;
        }
        return false;
    }

    /// <summary>Cuts every connection and stops the timer.</summary>
    public void Dispose()
    {
        _sweep.Dispose();
        foreach (var connection in _live.Values) connection.Abort(TransportReason.Stopping);
        Metrics.Dispose();
    }

    internal long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Takes a place for an accepted connection, or says which limit is in the way.</summary>
    internal TransportReason TryEnter(IPAddress? acceptedFrom)
    {
        if (Interlocked.Increment(ref _count) > Limits.ConnectionsMax)
        {
            Interlocked.Decrement(ref _count);
            return TransportReason.TooManyConnections;
        }
        if (acceptedFrom is null) return TransportReason.None;
        if (_accepted.AddOrUpdate(LocalAddresses.SourceOf(acceptedFrom), 1, static (_, n) => n + 1) <= Limits.ConnectionsPerAddressMax) return TransportReason.None;
        Leave(acceptedFrom);
        return TransportReason.TooManyFromAddress;
    }

    internal void Leave(IPAddress? acceptedFrom)
    {
        Interlocked.Decrement(ref _count);
        if (acceptedFrom is null) return;
        // Removing only when still zero keeps the count right against an accept at the same moment.
        var source = LocalAddresses.SourceOf(acceptedFrom);
        if (_accepted.AddOrUpdate(source, 0, static (_, n) => n - 1) <= 0)
            _accepted.TryRemove(new KeyValuePair<IPAddress, int>(source, 0));
    }

    internal void Add(TransportConnection connection)
    {
        _live[connection.Id] = connection;
        Metrics.Opened(connection);
    }

    internal void Remove(TransportConnection connection)
    {
        if (!_live.TryRemove(connection.Id, out _)) return;
        Interlocked.Add(ref _closedBytesIn, connection.BytesIn);
        Interlocked.Add(ref _closedBytesOut, connection.BytesOut);
        Leave(connection.IsAccepted ? connection.Remote.Address : null);
        Metrics.Closed(connection);
        if (connection.CloseReason is TransportReason.SlowReader or TransportReason.ReceiveBufferFull) Observer.OnCut(connection, connection.CloseReason, connection.CloseDetail);
    }

    internal void Listens(IPEndPoint endpoint) => _ownEndpoints[endpoint] = 1;

    internal void ListensNoMore(IPEndPoint endpoint) => _ownEndpoints.TryRemove(endpoint, out _);

    internal void Refused(string listener, Certificates.PeerEvidence evidence, TransportReason reason, string detail)
    {
        Metrics.Refused(listener, reason);
        Observer.OnRefused(listener, evidence, reason, detail);
    }

    private void Sweep()
    {
        var now = Time.GetTimestamp();
        foreach (var (_, connection) in _live) connection.Sweep(now);
    }
}
