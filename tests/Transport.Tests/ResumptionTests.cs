using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Transport.Tests;

/// <summary>A client that would resume its session gets a whole handshake each time: a resumed one would come without the intermediates that it presented (decision 11).</summary>
public sealed class ResumptionTests
{
    [Theory, InlineData(SslProtocols.Tls12), InlineData(SslProtocols.Tls13)]
    public async Task A_client_that_comes_again_presents_its_certificates_again(SslProtocols version)
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var own = Rig.Lab.Intermediate("Between").Issue("client.example");
        var context = SslStreamCertificateContext.Create(own.Certificate, [.. own.Intermediates], offline: true);
        for (var time = 0; time < 3; time++)
        {
            await using var client = await ConnectAsync(rig, context, version);
            var connection = await (await rig.AcceptedAsync()).OpenedAsync();

            Assert.Equal(own.Certificate.Thumbprint, connection.Evidence.Leaf!.Thumbprint);
            Assert.Equal(own.Intermediates[0].Thumbprint, Assert.Single(connection.Evidence.Intermediates).Thumbprint);

            // What the server gives for the next time, if it gives anything, comes with the first bytes.
            Assert.Equal(TransportReason.None, connection.TrySend("x"u8));
            Assert.Equal(1, await RecordingHandler.Within(client.ReadAsync(new byte[1]).AsTask(), "the server's byte"));
        }
    }

    private static async Task<SslStream> ConnectAsync(Rig rig, SslStreamCertificateContext context, SslProtocols version)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "gw.jabber.example", ClientCertificateContext = context, EnabledSslProtocols = version, AllowTlsResume = true,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck, RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        return tls;
    }
}
