using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Transport.Tests;

/// <summary>How TLS ends, as the other side sees it on the wire: RFC 6120 §4.4, RFC 7590 §3.3.</summary>
public sealed class TlsEndTests
{
    private const byte Alert = 21;

    [Fact, Clause("RFC 6120", "4.4")]
    public async Task Our_close_is_told_in_TLS_and_the_connection_stays_until_theirs_has_come()
    {
        await using var rig = new Rig(new TransportLimits { LingerSecondsMax = 600 }, tls: Rig.Mutual);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
        var wire = new Wire(tcp.GetStream());
        await using var tls = new SslStream(wire);
        await RecordingHandler.Within(tls.AuthenticateAsClientAsync(Options(SslProtocols.Tls12)), "the handshake");
        var server = await rig.AcceptedAsync();
        var connection = await server.OpenedAsync();

        connection.TrySend("the last word"u8);
        connection.Close();
        var heard = new byte[64];
        var count = 0;
        while (await RecordingHandler.Within(tls.ReadAsync(heard.AsMemory(count)).AsTask(), "the end") is > 0 and var more) count += more;
        Assert.Equal("the last word", System.Text.Encoding.ASCII.GetString(heard, 0, count));
        Assert.Equal(Alert, wire.LastRecord);
        Assert.Equal(1, rig.Hub.Count);

        await RecordingHandler.Within(tls.ShutdownAsync(), "our close_notify");
        tcp.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(TransportReason.ClosedByUs, (await server.ClosedAsync()).Reason);
        Assert.Equal(0, rig.Hub.Count);
    }

    [Fact, Clause("RFC 7590", "3.3")]
    public async Task No_session_is_taken_up_again_so_that_each_connection_shows_its_certificate()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var options = Options(SslProtocols.Tls12);
        var first = 0L;
        for (var i = 0; i < 3; i++)
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
            var wire = new Wire(tcp.GetStream());
            await using var tls = new SslStream(wire);
            await RecordingHandler.Within(tls.AuthenticateAsClientAsync(options), "the handshake");
            var connection = await (await rig.AcceptedAsync()).OpenedAsync();
            Assert.NotNull(connection.Evidence.Leaf);

            // A handshake that takes up a session carries no certificate and is a third as long.
            first = Math.Max(first, wire.BytesIn);
            Assert.True(wire.BytesIn * 2 > first, $"{wire.BytesIn} of {first} bytes");
        }
    }

    private static SslClientAuthenticationOptions Options(SslProtocols version) => new()
    {
        TargetHost = "gw.jabber.example",
        EnabledSslProtocols = version,
        AllowTlsResume = true,
        ClientCertificateContext = SslStreamCertificateContext.Create(Rig.Lab.Issue("client.example").Certificate, [], offline: true),
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    /// <summary>The bytes under TLS: remembers the type of the last record that came whole.</summary>
    private sealed class Wire(Stream inner) : Stream
    {
        private readonly List<byte> _unread = [];

        public byte LastRecord { get; private set; }

        public long BytesIn { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            BytesIn += count;
            _unread.AddRange(buffer.Span[..count]);
            while (_unread.Count >= 5 && _unread.Count >= 5 + (_unread[3] << 8) + _unread[4])
            {
                LastRecord = _unread[0];
                _unread.RemoveRange(0, 5 + (_unread[3] << 8) + _unread[4]);
            }

            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
