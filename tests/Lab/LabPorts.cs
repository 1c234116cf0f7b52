using System.Net;
using System.Net.Sockets;

namespace Lab;

/// <summary>Loopback ports nobody listens on, below the range the kernel gives to outgoing connections, each handed out once per process.</summary>
public static class LabPorts
{
    private const int First = 10_000;
    private const int Count = 20_000;
    private static int _next = Random.Shared.Next(Count);

    public static int Take()
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % Count);
            if (IsFree(port)) return port;
        }

        throw new InvalidOperationException("no free loopback port found");
    }

    /// <summary>Somebody accepts connections there.</summary>
    public static bool IsListening(int port) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);

    private static bool IsFree(int port)
    {
        using var stream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var datagram = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            stream.Bind(new IPEndPoint(IPAddress.Loopback, port));
            datagram.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
