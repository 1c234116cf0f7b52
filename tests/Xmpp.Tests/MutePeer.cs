using System.Net;
using System.Net.Sockets;

namespace Xmpp.Tests;

/// <summary>A server that accepts and never says a word.</summary>
internal sealed class MutePeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _accepted = [];
    private int _count;

    /// <summary>Connections it has taken.</summary>
    public int Accepted => Volatile.Read(ref _count);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static Task<MutePeer> StartAsync()
    {
        var peer = new MutePeer();
        peer._listener.Start();
        _ = peer.AcceptAsync();
        return Task.FromResult(peer);
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var client in _accepted) client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _accepted.Add(await _listener.AcceptTcpClientAsync());
                Interlocked.Increment(ref _count);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
            return;
        }
    }
}
