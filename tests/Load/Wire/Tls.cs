using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Load.Wire;

/// <summary>Sockets and TLS of the generator's ends. They present a certificate and believe everybody: judging is the subject's work, not theirs.</summary>
internal static class Tls
{
    public static async Task<NetworkStream> ConnectAsync(IPEndPoint target, IPAddress from)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(target);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<SslStream> AsClientAsync(Stream inner, string host, X509Certificate2 own)
    {
        var tls = new SslStream(inner, leaveInnerStreamOpen: false, BelieveAnybody);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, ClientCertificates = [own],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => own, CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = false,
        });
        return tls;
    }

    public static async Task<SslStream> AsServerAsync(Stream inner, X509Certificate2 own)
    {
        var tls = new SslStream(inner, leaveInnerStreamOpen: false, BelieveAnybody);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = own, ClientCertificateRequired = true, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck, AllowTlsResume = false,
        });
        return tls;
    }

    private static bool BelieveAnybody(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;
}
