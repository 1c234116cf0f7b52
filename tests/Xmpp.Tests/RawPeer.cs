using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Certificates;

namespace Xmpp.Tests;

/// <summary>A scripted server that writes bytes as the test says and keeps what comes back.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly StringBuilder _heard = new();
    private Stream _stream = Stream.Null;

    public string Heard => _heard.ToString();

    /// <summary>Serial number of the certificate that the other side showed.</summary>
    public string Shown => ((X509Certificate2)((SslStream)_stream).RemoteCertificate!).SerialNumber;

    public static string Header(string from, string to, string more = "") =>
        $"<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' from='{from}' to='{to}' version='1.0'{more}>";

    /// <summary>Takes the next connection and says nothing.</summary>
    public static async Task<RawPeer> AcceptAsync(TcpListener listener)
    {
        var socket = await listener.AcceptSocketAsync().Within("a connection");
        return new RawPeer { _stream = new NetworkStream(socket, ownsSocket: true) };
    }

    /// <summary>Connects in clear and says nothing.</summary>
    public static async Task<RawPeer> ConnectAsync(Node node, int? port = null)
    {
        var peer = new RawPeer();
        await peer._client.ConnectAsync("127.0.0.1", port ?? node.Port);
        peer._client.NoDelay = true;
        peer._stream = peer._client.GetStream();
        return peer;
    }

    /// <summary>Connects, does STARTTLS with this certificate, and says the second header.</summary>
    public static async Task<RawPeer> SecureAsync(Node node, string from, LabLeaf? leaf)
    {
        var peer = await ConnectAsync(node);
        await peer.SendAsync(Header(from, node.Domain));
        await peer.HearAsync("</stream:features>");
        await peer.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await peer.HearAsync("<proceed");
        await peer.TlsAsync(node.Domain, leaf);
        await peer.SendAsync(Header(from, node.Domain));
        return peer;
    }

    /// <summary>A stream that takes stanzas, to a server that is no node.</summary>
    public static async Task<RawPeer> AuthenticateAsync(int port, string to, string from, LabLeaf leaf, string more = "")
    {
        var peer = new RawPeer();
        await peer._client.ConnectAsync("127.0.0.1", port);
        peer._client.NoDelay = true;
        peer._stream = peer._client.GetStream();
        await peer.SendAsync(Header(from, to));
        await peer.HearAsync("</stream:features>");
        await peer.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await peer.HearAsync("<proceed");
        await peer.TlsAsync(to, leaf);
        await peer.SendAsync(Header(from, to));
        await peer.HearAsync("EXTERNAL");
        await peer.SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{Convert.ToBase64String(Encoding.UTF8.GetBytes(from))}</auth>");
        await peer.HearAsync("<success");
        peer.Forget();
        await peer.SendAsync(Header(from, to, more));
        await peer.HearAsync("</stream:features>");
        peer.Forget();
        return peer;
    }

    /// <summary>The same up to a stream that takes stanzas.</summary>
    public static async Task<RawPeer> AuthenticateAsync(Node node, string from, LabLeaf leaf, string more = "")
    {
        var peer = await SecureAsync(node, from, leaf);
        await peer.HearAsync("EXTERNAL");
        await peer.SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{Convert.ToBase64String(Encoding.UTF8.GetBytes(from))}</auth>");
        await peer.HearAsync("<success");
        peer.Forget();
        await peer.SendAsync(Header(from, node.Domain, more));
        await peer.HearAsync("</stream:features>");
        peer.Forget();
        return peer;
    }

    /// <summary>TLS as server, asking for a certificate and believing all.</summary>
    public async Task ServeTlsAsync(LabLeaf leaf)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf.Certificate, [.. leaf.Intermediates], offline: true),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }).WaitAsync(TimeSpan.FromSeconds(60));
        _stream = tls;
        Forget();
    }

    /// <summary>TLS as client; gives back what the server showed.</summary>
    public async Task<X509Certificate> TlsAsync(string target, LabLeaf? leaf, string? protocol = null)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = target,
            ApplicationProtocols = protocol is null ? null : [new SslApplicationProtocol(protocol)],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificateContext = leaf is null ? null : SslStreamCertificateContext.Create(leaf.Certificate, [.. leaf.Intermediates], offline: true),
        }).WaitAsync(TimeSpan.FromSeconds(60));
        _stream = tls;
        Forget();
        return tls.RemoteCertificate!;
    }

    public void Forget() => _heard.Clear();

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes).AsTask().Within("the other side to take what is sent");

    /// <summary>One byte a write.</summary>
    public async Task DripAsync(string text)
    {
        foreach (byte b in Encoding.UTF8.GetBytes(text)) await _stream.WriteAsync(new[] { b });
    }

    /// <summary>Reads until this was heard.</summary>
    public async Task HearAsync(string text)
    {
        while (!Heard.Contains(text, StringComparison.Ordinal))
        {
            if (!await ReadAsync().Within($"'{text}'; so far: {Heard}")) Assert.Fail($"The stream ended before '{text}': {Heard}");
        }
    }

    /// <summary>Reads to the end of the connection.</summary>
    public async Task HearEndAsync()
    {
        while (await ReadAsync().Within($"the end; so far: {Heard}"))
        {
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private async Task<bool> ReadAsync()
    {
        byte[] buffer = new byte[8192];
        try
        {
            int count = await _stream.ReadAsync(buffer);
            _heard.Append(Encoding.UTF8.GetString(buffer, 0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
