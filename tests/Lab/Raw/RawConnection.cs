using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Lab.Processes;
using Lab.Trust;

namespace Lab.Raw;

/// <summary>A connection that says exactly what a test wants, byte by byte, and remembers what came back: for peers that lie, stall or babble.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly StringBuilder _seen = new();
    private Stream _stream;
    private int _taken;
    private bool _isEnded;

    private RawConnection(TcpClient tcp) => (_tcp, _stream) = (tcp, tcp.GetStream());

    /// <summary>All that came so far.</summary>
    public string Seen => _seen.ToString();

    /// <summary>Fingerprint of the certificate the other side presented.</summary>
    public string? PeerFingerprint { get; private set; }

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        return new RawConnection(tcp);
    }

    /// <summary>Makes the connection a TLS one, presenting the certificate if there is one and believing whatever the other side presents.</summary>
    public async Task StartTlsAsync(string host, LabCertificate? certificate, SslProtocols version = SslProtocols.None)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
#pragma warning disable SYSLIB0040, CA1416 // OpenSSL speaks old versions at its lowest level of security alone, which this policy means.
        if (version != SslProtocols.None)
            (options.EncryptionPolicy, options.CipherSuitesPolicy) = (EncryptionPolicy.AllowNoEncryption, new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]));
#pragma warning restore SYSLIB0040, CA1416
        if (certificate is not null)
        {
            using var ephemeral = X509Certificate2.CreateFromPemFile(certificate.CertificateFile, certificate.KeyFile);
            options.ClientCertificates = [X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null)];
            options.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates[0];
        }

        await tls.AuthenticateAsClientAsync(options).WaitAsync(Stage.Soon);
        PeerFingerprint = tls.RemoteCertificate?.GetCertHashString();
        _stream = tls;
    }

    public async Task SendAsync(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await _stream.FlushAsync();
    }

    /// <summary>Sends, and takes it as an answer when the other side does not want to hear the rest.</summary>
    public async Task SendOrEndAsync(string text)
    {
        try
        {
            await SendAsync(text);
        }
        catch (IOException)
        {
            _isEnded = true;
        }
    }

    /// <summary>One byte in each write.</summary>
    public async Task DripAsync(string text)
    {
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            await _stream.WriteAsync(new[] { one });
            await _stream.FlushAsync();
        }
    }

    /// <summary>Waits until the text comes, behind what was waited for before, and gives what lies up to its end.</summary>
    public async Task<string> ReadUntilAsync(string text, TimeSpan? deadline = null) =>
        await FindAsync(text, deadline) ?? throw new LabTimeoutException($"the other side ended before it said '{text}'; it said:\n{Seen}");

    /// <summary>The same, but the end of the connection will do as well: gives what came since the last wait.</summary>
    public async Task<string> ReadUntilOrEndAsync(string text) => await FindAsync(text, null) ?? Seen[_taken..];

    /// <summary>Waits for the end of the connection and gives everything it said.</summary>
    public async Task<string> ReadToEndAsync(TimeSpan? deadline = null)
    {
        using var ending = new CancellationTokenSource(deadline ?? Stage.Soon);
        while (await ReadAsync(ending.Token))
        {
        }

        return Seen;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }

    private async Task<string?> FindAsync(string text, TimeSpan? deadline)
    {
        using var ending = new CancellationTokenSource(deadline ?? Stage.Soon);
        while (true)
        {
            var at = Seen.IndexOf(text, _taken, StringComparison.Ordinal);
            if (at >= 0)
            {
                var part = Seen[_taken..(at + text.Length)];
                _taken = at + text.Length;
                return part;
            }

            if (!await ReadAsync(ending.Token)) return null;
        }
    }

    private async Task<bool> ReadAsync(CancellationToken deadline)
    {
        if (_isEnded) return false;
        var buffer = new byte[16 * 1024];
        try
        {
            var count = await _stream.ReadAsync(buffer, deadline);
            _seen.Append(Encoding.UTF8.GetString(buffer, 0, count));
            _isEnded = count == 0;
            return !_isEnded;
        }
        catch (OperationCanceledException)
        {
            throw new LabTimeoutException($"the other side neither answered nor ended in time; it said:\n{Seen}");
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            _isEnded = true;
            return false;
        }
    }
}
