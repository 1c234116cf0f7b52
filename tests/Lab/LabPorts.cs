using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lab;

/// <summary>
/// Loopback ports nobody listens on, below the range the kernel gives to outgoing connections. Each is ours until this process ends: a lock on its byte of one file keeps every other lab of the machine away
/// from it, also before somebody listens there and while a server is being started again.
/// </summary>
public static class LabPorts
{
    private const int First = 10_000;
    private const int CountMax = 20_000;
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    // The locks are of the process and of the file: one handle, open as long as we live. The file is one for the machine, whatever folder a run takes for its own temporary files.
    private static readonly FileStream Locks = new(
        Path.Combine(Directory.Exists("/tmp") ? "/tmp" : Path.GetTempPath(), $"gateway-lab-ports-{Environment.UserName}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    private static readonly int Count = Math.Min(CountMax, FirstOfKernel() - First);
    private static int _next = Random.Shared.Next(Count);

    public static int Take()
    {
        lock (Gate)
        {
            for (var attempt = 0; attempt < Count; attempt++)
            {
                var port = First + (++_next % Count);
                if (!Taken.Contains(port) && TryLock(port) && IsFree(port) && Taken.Add(port)) return port;
            }
        }

        throw new InvalidOperationException("no free loopback port found");
    }

    /// <summary>Somebody accepts connections there.</summary>
    public static bool IsListening(int port) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);

    private static bool TryLock(int port)
    {
        try
        {
            if (OperatingSystem.IsLinux()) Locks.Lock(port, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A port in the kernel's own range may become the source of somebody's connection at any time.
    private static int FirstOfKernel()
    {
        const string File = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!System.IO.File.Exists(File)) return First + CountMax;
        var first = int.Parse(System.IO.File.ReadAllText(File).Split([' ', '\t'], 2)[0], CultureInfo.InvariantCulture);
        return first > First + 1_000 ? first : throw new InvalidOperationException($"outgoing connections take ports from {first} on ({File}); the lab needs those from {First}");
    }

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
