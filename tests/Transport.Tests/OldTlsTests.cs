using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Certificates;

namespace Transport.Tests;

/// <summary>TLS 1.0 and 1.1: refused with their reason and the alert of RFC 5246 appendix E.1, unless asked for; and where they are allowed, only for who has nothing newer.</summary>
public sealed class OldTlsTests
{
#pragma warning disable SYSLIB0039, SYSLIB0040, CA5397, CA5398, CA1416 // Old systems speak so.
    public static TheoryData<SslProtocols> Old => [SslProtocols.Tls, SslProtocols.Tls11];

    [Theory, MemberData(nameof(Old)), Clause("RFC 7590", "1")]
    public async Task A_client_with_old_TLS_alone_is_refused_with_its_reason_where_nobody_may(SslProtocols version)
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => ConnectAsync(rig, Client(version)));
        var (reason, detail) = await rig.RefusedAsync();
        Assert.Equal(TransportReason.TlsTooOld, reason);
        Assert.NotEqual("", detail);
        Assert.Equal(0, rig.Hub.Count);
        Assert.True((await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue("client.example"))).IsConnected, "the listener lives on");
    }

    [Theory, MemberData(nameof(Old)), Item("PIF-089")]
    public async Task Where_somebody_may_it_stands_and_its_evidence_says_what_was_spoken(SslProtocols version)
    {
        await using var rig = new Rig(tls: Lenient);
        using var client = await ConnectAsync(rig, Client(version));
        var accepted = await (await rig.AcceptedAsync()).OpenedAsync();
        Assert.Equal(version.ToString(), accepted.Evidence.TlsVersion);
        Assert.Equal(version, client.SslProtocol);
        Assert.Contains("WITH_AES_", accepted.Evidence.Cipher, StringComparison.Ordinal);
        Assert.NotNull(accepted.Evidence.Leaf);
    }

    [Fact, Item("PIF-089")]
    public async Task Who_has_something_newer_speaks_it_there_too()
    {
        await using var rig = new Rig(tls: Lenient);
        using var both = await ConnectAsync(rig, Client(SslProtocols.Tls | SslProtocols.Tls11 | SslProtocols.Tls12));
        Assert.Equal(SslProtocols.Tls12, both.SslProtocol);
        Assert.Equal("Tls13", (await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue("client.example"))).Connection!.Evidence.TlsVersion);
    }

    [Theory, Item("OCS-089")]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_RC4_128_SHA)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_3DES_EDE_CBC_SHA)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_NULL_SHA)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_NULL_MD5)]
    public async Task Suites_that_do_not_protect_are_spoken_with_nobody(TlsCipherSuite suite)
    {
        // Written by hand: no library of today offers these.
        await using var rig = new Rig(tls: Lenient);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
        byte[] hello = [3, 1, .. new byte[32], 0, 0, 2, (byte)((int)suite >> 8), (byte)suite, 1, 0];
        await client.GetStream().WriteAsync((byte[])[22, 3, 1, 0, (byte)(hello.Length + 4), 1, 0, 0, (byte)hello.Length, .. hello]);
        Assert.Equal(TransportReason.HandshakeFailed, (await rig.RefusedAsync()).Reason);
    }

    [Fact]
    public async Task Whether_somebody_may_is_asked_at_each_handshake()
    {
        var may = true;
        await using var rig = new Rig(tls: r => new TlsServerOptions { Certificates = r.Server, MayBeOld = () => may });
        using var first = await ConnectAsync(rig, Client(SslProtocols.Tls));
        may = false;
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => ConnectAsync(rig, Client(SslProtocols.Tls)));
        Assert.Equal(TransportReason.TlsTooOld, (await rig.RefusedAsync()).Reason);
    }

    [Theory, MemberData(nameof(Old))]
    public async Task A_server_with_old_TLS_alone_is_left_with_its_reason_unless_it_may(SslProtocols version)
    {
        await using var rig = new Rig();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var target = rig.Target with { Endpoints = [(IPEndPoint)server.LocalEndpoint] };
        var tls = Rig.ClientTls(Rig.Lab.Issue("client.example"));

        var strict = new Dialer(rig.Hub).DialAsync(target, new DialOptions { Tls = tls }, new RecordingHandler(), CancellationToken.None);
        await Assert.ThrowsAnyAsync<Exception>(() => ServeAsync(server, version));
        Assert.Equal(TransportReason.TlsTooOld, (await RecordingHandler.Within(strict, "the strict dial to end")).Reason);

        var lenient = new Dialer(rig.Hub).DialAsync(target, new DialOptions { Tls = tls with { MayBeOld = true } }, new RecordingHandler(), CancellationToken.None);
        using var served = await ServeAsync(server, version);
        var outcome = await RecordingHandler.Within(lenient, "the lenient dial to stand");
        Assert.Equal(version.ToString(), outcome.Connection!.Evidence.TlsVersion);
    }

    private static Func<Rig, TlsServerOptions?> Lenient => rig => new TlsServerOptions { Certificates = rig.Server, MayBeOld = () => true };

    private static SslClientAuthenticationOptions Client(SslProtocols versions) => new()
    {
        TargetHost = "gw.jabber.example",
        EnabledSslProtocols = versions,
        EncryptionPolicy = EncryptionPolicy.AllowNoEncryption,
        CipherSuitesPolicy = new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]),
        ClientCertificateContext = SslStreamCertificateContext.Create(Rig.Lab.Issue("client.example").Certificate, [], offline: true),
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    private static async Task<SslStream> ConnectAsync(Rig rig, SslClientAuthenticationOptions options)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
        var stream = new SslStream(client.GetStream());
        await RecordingHandler.Within(stream.AuthenticateAsClientAsync(options), "the handshake of an old client to end");
        return stream;
    }

    private static async Task<SslStream> ServeAsync(TcpListener server, SslProtocols version)
    {
        var client = await RecordingHandler.Within(server.AcceptTcpClientAsync(), "the dial to arrive");
        var stream = new SslStream(client.GetStream());
        await RecordingHandler.Within(
            stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(Rig.Lab.Issue("gw.jabber.example").Certificate, [], offline: true),
                EnabledSslProtocols = version,
                EncryptionPolicy = EncryptionPolicy.AllowNoEncryption,
                CipherSuitesPolicy = new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]),
            }),
            "the handshake of an old server to end");
        return stream;
    }
#pragma warning restore SYSLIB0039, SYSLIB0040, CA5397, CA5398, CA1416
}
