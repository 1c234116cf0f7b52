using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LyncEdge.Wire;

namespace LyncEdge.Tests;

/// <summary>A gateway played by hand: exact text in, exact text out. It accepts the edge's first connection and answers what the script says.</summary>
public sealed class RawGateway : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SipFramer _framer = new();
    private SslStream? _stream;

    public RawGateway() => _listener.Start();

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>The certificate the edge showed.</summary>
    public string PeerSubject => _stream?.RemoteCertificate?.Subject ?? "";

    public async Task AcceptAsync(string? certificateFile = null)
    {
        using var limit = new CancellationTokenSource(Deadline);
        var socket = await _listener.AcceptTcpClientAsync(limit.Token);
        await SecureAsync(socket, s => s.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = Load(certificateFile), ClientCertificateRequired = true, EnabledSslProtocols = SslProtocols.Tls12,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        }));
    }

    /// <summary>Dials the edge, as the gateway does to notify.</summary>
    public async Task DialAsync(IPEndPoint edge, string? certificateFile = null, bool showsCertificate = true)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(edge);
        await SecureAsync(socket, s => s.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "sip.contoso.example", EnabledSslProtocols = SslProtocols.Tls12,
            ClientCertificateContext = showsCertificate ? SslStreamCertificateContext.Create(Load(certificateFile), null, offline: true) : null,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }));
    }

    public async Task<SipMessage> ReceiveAsync(string? method = null)
    {
        using var limit = new CancellationTokenSource(Deadline);
        var buffer = new byte[32 * 1024];
        while (true)
        {
            while (_framer.Next() is { } message)
                if (method is null || message.Method == method || (!message.IsRequest && message.CSeqMethod == method)) return message;
            Assert.Null(_framer.Fault);
            var count = await _stream!.ReadAsync(buffer, limit.Token);
            if (count == 0) throw new IOException("the edge closed");
            _framer.Add(buffer.AsSpan(0, count));
        }
    }

    public Task SendAsync(string text) => _stream!.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    /// <summary>A right answer: everything copied, a tag, an FQDN Contact. <paramref name="change"/> then spoils it.</summary>
    public Task AnswerAsync(SipMessage request, int status, string more = "", string body = "", Func<string, string>? change = null)
    {
        var text = new StringBuilder("SIP/2.0 " + status + " Answer\r\n");
        foreach (var via in request.All("Via")) text.Append("Via: ").Append(via).Append("\r\n");
        foreach (var route in request.All("Record-Route")) text.Append("Record-Route: ").Append(route).Append("\r\n");
        text.Append("From: ").Append(request.Get("From")).Append("\r\nTo: ").Append(request.Get("To")).Append(request.To.Tag is null ? ";tag=gw1" : "");
        text.Append("\r\nCall-ID: ").Append(request.CallId).Append("\r\nCSeq: ").Append(request.Get("CSeq"));
        text.Append("\r\nContact: <sip:gw.jabber.example:5061;transport=tls>\r\n").Append(more);
        text.Append("Content-Length: ").Append(Encoding.UTF8.GetByteCount(body)).Append("\r\n\r\n").Append(body);
        return SendAsync(change is null ? text.ToString() : change(text.ToString()));
    }

    /// <summary>A right request inside the dialog the edge's request opened.</summary>
    public Task RequestAsync(SipMessage opening, string method, int cseq, string more = "", string body = "", Func<string, string>? change = null)
    {
        var text = new StringBuilder(method + " " + SipAddress.Read(opening.Get("Contact")).Uri + " SIP/2.0\r\n");
        text.Append("Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bK").Append(Guid.NewGuid().ToString("N")).Append("\r\nMax-Forwards: 70\r\n");
        foreach (var route in opening.All("Record-Route")) text.Append("Route: ").Append(SipText.Bracketed(route)).Append("\r\n");
        text.Append("From: ").Append(opening.Get("To")).Append(";tag=gw1\r\nTo: ").Append(opening.Get("From")).Append("\r\nCall-ID: ").Append(opening.CallId);
        text.Append("\r\nCSeq: ").Append(cseq).Append(' ').Append(method).Append("\r\nContact: <sip:gw.jabber.example:5061;transport=tls>\r\n").Append(more);
        text.Append("Content-Length: ").Append(Encoding.UTF8.GetByteCount(body)).Append("\r\n\r\n").Append(body);
        return SendAsync(change is null ? text.ToString() : change(text.ToString()));
    }

    /// <summary>A right request of our own that opens a dialog (or stands alone).</summary>
    public Task OpenAsync(string method, string to, string more = "", string body = "", Func<string, string>? change = null)
    {
        var text = new StringBuilder(method + " sip:" + to + " SIP/2.0\r\n");
        text.Append("Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bK").Append(Guid.NewGuid().ToString("N")).Append("\r\nMax-Forwards: 70\r\n");
        text.Append("Record-Route: <sip:gw.jabber.example:5061;transport=tls;lr>\r\nFrom: <sip:juliet@jabber.example>;tag=gwf\r\nTo: <sip:").Append(to);
        text.Append(">\r\nCall-ID: ").Append(Guid.NewGuid().ToString("N")).Append("\r\nCSeq: 1 ").Append(method);
        text.Append("\r\nContact: <sip:gw.jabber.example:5061;transport=tls>\r\n").Append(more);
        text.Append("Content-Length: ").Append(Encoding.UTF8.GetByteCount(body)).Append("\r\n\r\n").Append(body);
        return SendAsync(change is null ? text.ToString() : change(text.ToString()));
    }

    /// <summary>The 2xx of our INVITE, and the ACK it wants.</summary>
    public async Task<SipMessage> ReceiveOkAsync()
    {
        while (true)
        {
            var answer = await ReceiveAsync("INVITE");
            if (answer.Status < 200) continue;
            await FollowAsync(answer, "ACK", 1);
            return answer;
        }
    }

    /// <summary>A right request inside the dialog that our own request opened; <paramref name="ok"/> is its 2xx.</summary>
    public Task FollowAsync(SipMessage ok, string method, int cseq, string more = "", string body = "")
    {
        var text = new StringBuilder(method + " " + SipAddress.Read(ok.Get("Contact")).Uri + " SIP/2.0\r\n");
        text.Append("Via: SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bK").Append(Guid.NewGuid().ToString("N")).Append("\r\nMax-Forwards: 70\r\n");
        foreach (var route in ok.All("Record-Route").Reverse().Where(r => !r.Contains("gw.jabber.example", StringComparison.Ordinal)))
            text.Append("Route: ").Append(SipText.Bracketed(route)).Append("\r\n");
        text.Append("From: ").Append(ok.Get("From")).Append("\r\nTo: ").Append(ok.Get("To")).Append("\r\nCall-ID: ").Append(ok.CallId);
        text.Append("\r\nCSeq: ").Append(cseq).Append(' ').Append(method).Append("\r\nContact: <sip:gw.jabber.example:5061;transport=tls>\r\n").Append(more);
        text.Append("Content-Length: ").Append(Encoding.UTF8.GetByteCount(body)).Append("\r\n\r\n").Append(body);
        return SendAsync(text.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        if (_stream is not null) await _stream.DisposeAsync();
    }

    private static X509Certificate2 Load(string? file)
    {
        var pem = file ?? LabCertificates.Shared.Of("gw.jabber.example");
        return X509Certificate2.CreateFromPemFile(pem, pem);
    }

    private async Task SecureAsync(TcpClient socket, Func<SslStream, Task> authenticate)
    {
        _stream = new SslStream(socket.GetStream());
        await authenticate(_stream);
    }
}
