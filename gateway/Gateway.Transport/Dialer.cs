using System.Net;
using System.Net.Sockets;

namespace Gateway.Transport;

/// <summary>
/// Connects to one target: each of its addresses in turn, then TLS when direct. A discovered target never leads to loopback,
/// link-local, private or own listener addresses unless the peer record allows it.
/// </summary>
public sealed class Dialer(TransportHub hub)
{
    /// <summary>Dials; on success the connection is owned by <paramref name="handler"/>, was told OnOpened, and is being read.</summary>
    public async Task<DialOutcome> DialAsync(DialTarget target, DialOptions options, IConnectionHandler handler, CancellationToken cancel)
    {
        var outcome = await TryDialAsync(target, options, handler, cancel);
        if (!outcome.IsConnected) hub.Metrics.DialFailed(options.Label, outcome.Reason);
        return outcome;
    }

    private async Task<DialOutcome> TryDialAsync(DialTarget target, DialOptions options, IConnectionHandler handler, CancellationToken cancel)
    {
        var last = new DialOutcome(null, TransportReason.TargetEmpty, $"'{target.Host}' has no address.");
        foreach (var endpoint in target.Endpoints)
        {
            if (target.IsDiscovered && !options.PrivateAllowed && (LocalAddresses.IsForbidden(endpoint.Address) || hub.IsOwnEndpoint(endpoint)))
            {
                var what = hub.IsOwnEndpoint(endpoint) ? "our own listener" : "no public address";
                last = new DialOutcome(null, TransportReason.TargetForbidden, $"'{target.Host}' was discovered at {endpoint}, {what}: only configuration may name such.");
                continue;
            }
            if (hub.TryEnter(null) != TransportReason.None) return new DialOutcome(null, TransportReason.TooManyConnections, "The connection limit is reached.");
            var (socket, reason, detail) = await ConnectAsync(endpoint, cancel);
            if (socket is null)
            {
                hub.Leave(null);
                last = new DialOutcome(null, reason, detail);
                if (cancel.IsCancellationRequested) return last;
                continue;
            }
            last = await OpenAsync(socket, endpoint, target, options, handler, cancel);
            if (last.IsConnected) return last;
        }
        return last;
    }

    private async Task<(Socket? Socket, TransportReason Reason, string Detail)> ConnectAsync(IPEndPoint endpoint, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(hub.Limits.ConnectSecondsMax), hub.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        Socket? socket = null;
        try
        {
            socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endpoint, either.Token);
            return (socket, TransportReason.None, "");
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            return cancel.IsCancellationRequested
                ? (null, TransportReason.ClosedByUs, "The attempt was given up.")
                : (null, TransportReason.ConnectTimeout, $"{endpoint} did not answer in {hub.Limits.ConnectSecondsMax} s.");
        }
        catch (SocketException broken)
        {
            socket?.Dispose();
            var reason = broken.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => TransportReason.ConnectRefused,
                SocketError.TimedOut => TransportReason.ConnectTimeout,
                SocketError.TooManyOpenSockets => TransportReason.TooManyConnections,
                _ => TransportReason.Unreachable,
            };
            return (null, reason, $"{endpoint}: {broken.Message}");
        }
    }

    private async Task<DialOutcome> OpenAsync(
        Socket socket, IPEndPoint endpoint, DialTarget target, DialOptions options, IConnectionHandler handler, CancellationToken cancel)
    {
        var local = socket.LocalEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        var origin = new ConnectionOrigin(false, options.Label, target.Host, Listener.Unmapped(local), endpoint, options.IdleSecondsMax);
        var connection = new TransportConnection(hub, new NetworkStream(socket, ownsSocket: true), socket, origin);
        hub.Add(connection);
        if (options.Tls is not null && !await connection.SecureAsync(options.Tls, cancel))
        {
            var failed = new DialOutcome(null, connection.CloseReason, $"{endpoint}: {connection.CloseDetail}");
            await connection.DiscardAsync();
            return failed;
        }
        _ = connection.RunAsync(handler);
        return new DialOutcome(connection, TransportReason.None, "");
    }
}
