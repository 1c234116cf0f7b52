using System.Net;
using System.Net.Sockets;
using Certificates;

namespace Gateway.Transport;

/// <summary>
/// Accepts on one address and port, both families at once, within the limits; does direct TLS when asked; hands each
/// connection that stands to the owner. A certificate reload never closes it: each handshake asks for the current version.
/// </summary>
public sealed class Listener : IAsyncDisposable
{
    private readonly TransportHub _hub;
    private readonly ListenerOptions _options;
    private readonly Func<TransportConnection, IConnectionHandler> _accept;
    private readonly Socket _socket;
    private readonly AcceptRate _rate;
    private readonly SourceRates _sources;
    private Task _loop = Task.CompletedTask;

    private Listener(TransportHub hub, ListenerOptions options, Func<TransportConnection, IConnectionHandler> accept, Socket socket)
    {
        (_hub, _options, _accept, _socket) = (hub, options, accept, socket);
        _rate = new AcceptRate(hub.Limits.AcceptsPerSecondMax, hub.Time);
        _sources = new SourceRates(hub.Limits.AcceptsPerSecondPerAddressMax, hub.Time);
        Endpoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Name in logs, metrics and status.</summary>
    public string Name => _options.Name;

    /// <summary>Where it really listens, with the port the kernel chose.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Binds and starts to accept. Throws <see cref="SocketException"/> when the address cannot be bound.</summary>
    /// <param name="hub">Limits, time and table.</param>
    /// <param name="options">Where and how.</param>
    /// <param name="accept">Gives the owner of a new connection; called when TCP, and TLS if direct, stand.</param>
    public static Listener Start(TransportHub hub, ListenerOptions options, Func<TransportConnection, IConnectionHandler> accept)
    {
        var socket = Bind(options);
        var listener = new Listener(hub, options, accept, socket);
        hub.Listens(listener.Endpoint);
        listener._loop = listener.AcceptAsync();
        return listener;
    }

    /// <summary>Stops accepting. Connections that stand are not touched.</summary>
    public async ValueTask DisposeAsync()
    {
        _hub.ListensNoMore(Endpoint);
        _socket.Dispose();
        await _loop;
    }

    private static Socket Bind(ListenerOptions options)
    {
        var isAny = options.Address.Length == 0 || options.Address == "*";
        var address = !isAny ? IPAddress.Parse(options.Address) : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, options.Port));
            socket.Listen(512);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync()
    {
        for (; ; )
        {
            Socket? accepted = null;
            try
            {
                accepted = await _socket.AcceptAsync();
                Enter(accepted);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException broken)
            {
                accepted?.Dispose();
                if (broken.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket) return;
                // A connection that broke before it was accepted, or no file descriptors: the next one may do better.
                _hub.Refused(Name, PeerEvidence.Plain(""), TransportReason.ConnectionLost, broken.Message);
                if (broken.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable) await PauseAsync();
            }
        }
    }

    // Without descriptors accept fails at once, again and again; a breath keeps the loop from burning a core.
    private async Task PauseAsync()
    {
        var pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = _hub.Time.CreateTimer(static p => ((TaskCompletionSource)p!).TrySetResult(), pause, TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        await pause.Task;
    }

    private void Enter(Socket accepted)
    {
        // All that can fail on a connection that is already broken comes before it takes a place.
        accepted.NoDelay = true;
        var (local, remote) = (Unmapped((IPEndPoint)accepted.LocalEndPoint!), Unmapped((IPEndPoint)accepted.RemoteEndPoint!));

        // The source is asked first: what it is refused costs the others nothing.
        var refusal = !_sources.TryTake(remote.Address) ? TransportReason.AddressRateExceeded
            : !_rate.TryTake() ? TransportReason.AcceptRateExceeded
            : _hub.TryEnter(remote.Address);
        if (refusal != TransportReason.None)
        {
            accepted.Dispose();
            _hub.Refused(Name, PeerEvidence.Plain(remote.ToString()), refusal, "");
            return;
        }
        var origin = new ConnectionOrigin(true, Name, "", local, remote, _options.IdleSecondsMax);
        var connection = new TransportConnection(_hub, new NetworkStream(accepted, ownsSocket: true), accepted, origin);
        _hub.Add(connection);
        ThreadPool.UnsafeQueueUserWorkItem(static work => _ = work.Listener.ServeAsync(work.Connection), (Listener: this, Connection: connection), preferLocal: false);
    }

    private async Task ServeAsync(TransportConnection connection)
    {
        if (_options.Tls is not null && !await connection.SecureAsync(_options.Tls, CancellationToken.None))
        {
            var (reason, detail) = (connection.CloseReason, connection.CloseDetail);
            await connection.DiscardAsync();
            _hub.Refused(Name, connection.Evidence, reason, detail);
            return;
        }
        IConnectionHandler owner;
        try
        {
            owner = _accept(connection);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            connection.Failed(bug);
            await connection.DiscardAsync();
            return;
        }
        await connection.RunAsync(owner);
    }

    internal static IPEndPoint Unmapped(IPEndPoint endpoint) =>
        endpoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port) : endpoint;
}
