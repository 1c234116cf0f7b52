using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Lab.Raw;

/// <summary>
/// The network between two servers of the lab, in the test's hand: it carries bytes, swallows what is on its way, or cuts every connection. What it swallowed was sent and never arrived, as in a cable that breaks.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private readonly ConcurrentBag<Task> _carrying = [];
    private readonly Task _accepting;
    private volatile bool _swallows;
    private long _left = long.MaxValue;
    private TaskCompletionSource _swallowing = new();

    private TcpRelay(int port, int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public static TcpRelay Between(int port, int target) => new(port, target);

    /// <summary>From now on nothing arrives, and nobody is told.</summary>
    public void Swallow() => _swallows = true;

    /// <summary>The same when so many bytes more, of both directions, have arrived; completes when the first was swallowed.</summary>
    public Task SwallowAfter(int bytes)
    {
        _swallowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _left, bytes);
        return _swallowing.Task;
    }

    /// <summary>Every connection ends at once; those that come after are carried.</summary>
    public void Cut()
    {
        Interlocked.Exchange(ref _left, long.MaxValue);
        foreach (var socket in _sockets.Keys) socket.Close(0);
        _swallows = false;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _accepting;
        await Task.WhenAll(_carrying);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _carrying.Add(JoinAsync(await _listener.AcceptSocketAsync()));
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            return; // the listener was closed
        }
    }

    private async Task JoinAsync(Socket from)
    {
        var to = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        (_sockets[from], _sockets[to], from.NoDelay) = (0, 0, true);
        try
        {
            await to.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAll(CarryAsync(from, to), CarryAsync(to, from));
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            from.Close(0); // nobody listens there now
        }
        finally
        {
            foreach (var socket in (Socket[])[from, to])
            {
                _sockets.TryRemove(socket, out _);
                socket.Dispose();
            }
        }
    }

    // How many of the bytes are carried: what goes beyond the limit is the first to be swallowed.
    private int Passing(int count)
    {
        if (Interlocked.Read(ref _left) == long.MaxValue) return count;
        var left = Interlocked.Add(ref _left, -count);
        if (left >= 0) return count;
        _swallowing.TrySetResult();
        return (int)Math.Max(0, count + left);
    }

    // One direction until its end, which is handed on.
    private async Task CarryAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                var passing = Passing(count);
                for (var at = 0; at < passing && !_swallows;) at += await to.SendAsync(buffer.AsMemory(at, passing - at));
            }

            if (!_swallows) to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            foreach (var socket in (Socket[])[from, to]) socket.Close(0);
        }
    }
}
