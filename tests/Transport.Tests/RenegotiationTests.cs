using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Conformance;

namespace Transport.Tests;

/// <summary>A new handshake within a connection is not done in either role: whoever tries one has no connection any more, and no word of the protocol is said about it (RFC 6120 §5.3.5).</summary>
[SupportedOSPlatform("linux")]
public sealed class RenegotiationTests
{
    [Fact, Clause("RFC 6120", "5.3.5")]
    public async Task A_server_that_wants_another_handshake_is_left()
    {
        await using var rig = new Rig();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var handler = new RecordingHandler();
        var dialling = new Dialer(rig.Hub).DialAsync(
            new DialTarget("localhost", [(IPEndPoint)listener.LocalEndpoint], false, true), new DialOptions { Tls = Rig.ClientTls(Rig.Lab.Issue("client.example")) }, handler, CancellationToken.None);
        using var accepted = await RecordingHandler.Within(listener.AcceptSocketAsync(), "the connection");
        await using var tls = new SslStream(new NetworkStream(accepted));
        var leaf = Rig.Lab.Issue("gw.jabber.example");
        await RecordingHandler.Within(tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf.Certificate, [.. leaf.Intermediates], offline: true), EnabledSslProtocols = SslProtocols.Tls12, AllowRenegotiation = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }), "the handshake");
        Assert.True((await RecordingHandler.Within(dialling, "the dialled connection")).IsConnected);

        var wanted = tls.NegotiateClientCertificateAsync();

        Assert.Equal(TransportReason.ConnectionLost, (await handler.ClosedAsync()).Reason);
        await Assert.ThrowsAnyAsync<IOException>(() => RecordingHandler.Within(wanted, "the end of the second handshake"));
        Assert.Equal("", handler.Text);
    }

    [Fact, Clause("RFC 6120", "5.3.5")]
    public async Task A_client_that_wants_another_handshake_has_no_connection_any_more()
    {
        await using var rig = new Rig(tls: static rig => new TlsServerOptions { Certificates = rig.Server, Client = ClientCertificate.Requested });
        var start = new ProcessStartInfo("openssl", ["s_client", "-tls1_2", "-connect", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{rig.Listener.Endpoint.Port}")])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var client = Process.Start(start)!;
        try
        {
            var handler = await rig.AcceptedAsync();
            await handler.OpenedAsync();
            await client.StandardInput.WriteAsync("before\n");
            await client.StandardInput.FlushAsync();
            await handler.ReceivedAsync("before");

            await client.StandardInput.WriteAsync("R\n");
            await client.StandardInput.FlushAsync();

            Assert.Equal(TransportReason.ConnectionLost, (await handler.ClosedAsync()).Reason);
            Assert.Equal("before\n", handler.Text);
        }
        finally
        {
            client.Kill();
        }
    }
}
