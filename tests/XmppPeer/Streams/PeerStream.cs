using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using XmppPeer.Control;
using XmppPeer.Wire;

namespace XmppPeer.Streams;

/// <summary>One connection with the XML stream on it: reads pieces, writes texts, becomes a TLS connection when told to.</summary>
public sealed class PeerStream : IAsyncDisposable
{
    private static int _count;
    private readonly EventLog _events;
    private readonly Socket _socket;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ElementCutter _cutter = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Decoder _decoder = Encoding.UTF8.GetDecoder();
    private Stream _stream;
    private bool _isStopped;

    public PeerStream(Socket socket, EventLog events)
    {
        socket.NoDelay = true;
        (_socket, _events, _stream) = (socket, events, new NetworkStream(socket, ownsSocket: true));
    }

    public int Number { get; } = Interlocked.Increment(ref _count);

    public bool IsEncrypted => _stream is SslStream;

    /// <summary>Certificate the other side presented, if any.</summary>
    public X509Certificate? Shown => (_stream as SslStream)?.RemoteCertificate;

    /// <summary>All text that came, for whoever judges an attack by its answer.</summary>
    public StringBuilder Seen { get; } = new();

    public static async Task<PeerStream> DialAsync(IPEndPoint end, EventLog events)
    {
        var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(end);
            return new PeerStream(socket, events);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SecureAsClientAsync(string host, SslStreamCertificateContext? certificate, bool isDirect = false)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions { TargetHost = host, ClientCertificateContext = certificate, RemoteCertificateValidationCallback = (_, _, _, _) => true };
        if (isDirect) options.ApplicationProtocols = [new SslApplicationProtocol("xmpp-server")];
        await SecureAsync(tls, tls.AuthenticateAsClientAsync(options));
    }

    /// <param name="choose">Gives the certificate for the name the other side asks for, or for none.</param>
    public async Task SecureAsServerAsync(Func<string, SslStreamCertificateContext?> choose)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        await SecureAsync(tls, tls.AuthenticateAsServerAsync(
            (_, hello, _, _) => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = choose(hello.ServerName) ?? throw new AuthenticationException("no certificate for " + hello.ServerName),
                ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, _, _, _) => true,
            }), null));
    }

    /// <summary>The first byte, left where it is.</summary>
    public async Task<int> PeekAsync(CancellationToken cancellation)
    {
        var one = new byte[1];
        return await _socket.ReceiveAsync(one, SocketFlags.Peek, cancellation) == 0 ? -1 : one[0];
    }

    public void Restart()
    {
        _cutter.Restart();
        _decoder = Encoding.UTF8.GetDecoder();
    }

    /// <summary>The next piece; null when the connection ended without the stream's end.</summary>
    public async Task<Piece?> ReadAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            if (_cutter.Next() is { } piece) return piece;
            if (!await FillAsync(cancellation)) return null;
        }
    }

    /// <summary>Reads whatever comes until the other side ends; the text is in <see cref="Seen"/>.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        while (await FillAsync(cancellation))
        {
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), text);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, string told = "")
    {
        _events.Trace("sent", Number, told);
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(bytes);
            await _stream.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The connection is cut without a word.</summary>
    public void Abort()
    {
        _isStopped = true;
        _socket.Close(0);
    }

    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        await _stream.DisposeAsync();
        _writing.Dispose();
    }

    private async Task SecureAsync(SslStream tls, Task handshake)
    {
        await handshake.WaitAsync(TimeSpan.FromSeconds(60));
        _stream = tls;
        Restart();
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        try
        {
            var count = await _stream.ReadAsync(_buffer, cancellation);
            if (count == 0) return false;
            var characters = new char[count + 1];
            var text = new string(characters, 0, _decoder.GetChars(_buffer.AsSpan(0, count), characters, flush: false));
            _events.Trace("received", Number, text);
            Seen.Append(text);
            _cutter.Add(text);
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or (ObjectDisposedException) && !cancellation.IsCancellationRequested)
        {
            if (!_isStopped) _events.Trace("lost", Number, e.Message);
            return false;
        }
    }
}
