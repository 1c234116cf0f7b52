using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Load.Scenarios;
using Load.Wire;

namespace Load.Subjects;

/// <summary>The other process of <see cref="BareSubject"/>.</summary>
internal static class BareServer
{
    private static readonly byte[] Answer = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    /// <summary>Serves until the process is ended.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        using var authority = LoadAuthority.Open(folder);
        using var own = authority.Leaf("gateway", Site.GatewayHost, Ends.XmppDomain, Ends.SipDomain);
        using var listener = new TcpListener(Site.Bare);
        listener.Start(512);
        Console.WriteLine("ready");
        while (true)
        {
            var socket = await listener.AcceptSocketAsync();
            socket.NoDelay = true;
            _ = ServeAsync(new NetworkStream(socket, ownsSocket: true), own);
        }
    }

    private static async Task ServeAsync(NetworkStream tcp, X509Certificate2 own)
    {
        try
        {
            await using var tls = await Tls.AsServerAsync(tcp, own);
            var buffer = new byte[4_096];
            while (await tls.ReadAsync(buffer) > 0) await tls.WriteAsync(Answer);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // the generator went away
        }
    }
}
