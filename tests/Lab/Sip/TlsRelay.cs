using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Lab.Trust;

namespace Lab.Sip;

/// <summary>
/// Mutual TLS around a peer that has none (Debian's SIPp): what connects to <see cref="PlainPort"/> goes on to the gateway under our certificate, what the gateway
/// opens to <see cref="TlsPort"/> goes on to the peer in clear. Bytes are passed as they come.
/// </summary>
public sealed class TlsRelay : IAsyncDisposable
{
    private readonly TcpListener _plain;
    private readonly TcpListener _tls;
    private readonly X509Certificate2 _certificate;
    private readonly int _gatewayPort;
    private readonly ConcurrentDictionary<TcpClient, byte> _open = [];
    private readonly Task _accepting;

    public TlsRelay(LabCertificate certificate, int tlsPort, int gatewayPort)
    {
        using var ephemeral = X509Certificate2.CreateFromPemFile(certificate.CertificateFile, certificate.KeyFile);
        _certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        (TlsPort, _gatewayPort) = (tlsPort, gatewayPort);
        _plain = new TcpListener(IPAddress.Loopback, PlainPort);
        _tls = new TcpListener(IPAddress.Loopback, tlsPort);
        _plain.Start();
        _tls.Start();
        _accepting = Task.WhenAll(AcceptAsync(_plain, OutwardAsync), AcceptAsync(_tls, InwardAsync));
    }

    public int PlainPort { get; } = LabPorts.Take();

    public int TlsPort { get; }

    /// <summary>Where the peer listens in clear.</summary>
    public int PeerPort { get; } = LabPorts.Take();

    /// <summary>Ends every connection, as a peer does that goes away.</summary>
    public void Drop()
    {
        foreach (var one in _open.Keys) one.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _plain.Dispose();
        _tls.Dispose();
        Drop();
        await _accepting.WaitAsync(Stage.Soon);
        _certificate.Dispose();
    }

    private static async Task AcceptAsync(TcpListener listener, Func<TcpClient, Task> serve)
    {
        try
        {
            while (true) _ = serve(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed: that is how the relay ends.
        }
    }

    private Task OutwardAsync(TcpClient peer) => JoinAsync(peer, _gatewayPort, async (_, gateway) =>
    {
        var stream = new SslStream(gateway.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = Stage.GatewayHost, RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            ClientCertificateContext = SslStreamCertificateContext.Create(_certificate, null, offline: true),
        });
        return (peer.GetStream(), stream);
    });

    private Task InwardAsync(TcpClient gateway) => JoinAsync(gateway, PeerPort, async (_, peer) =>
    {
        var stream = new SslStream(gateway.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        });
        return (stream, peer.GetStream());
    });

    private async Task JoinAsync(TcpClient accepted, int port, Func<TcpClient, TcpClient, Task<(Stream, Stream)>> secure)
    {
        using var other = new TcpClient { NoDelay = true };
        using (accepted)
        {
            accepted.NoDelay = true;
            _open[accepted] = _open[other] = 0;
            try
            {
                await other.ConnectAsync(IPAddress.Loopback, port);
                var (one, two) = await secure(accepted, other);
                await Task.WhenAny(one.CopyToAsync(two), two.CopyToAsync(one));
            }
            catch (Exception e) when (e is IOException or SocketException or AuthenticationException or ObjectDisposedException)
            {
                // One side is gone: so is the other.
            }

            _open.TryRemove(accepted, out _);
            _open.TryRemove(other, out _);
        }
    }
}
