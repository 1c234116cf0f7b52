using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Certificates;

namespace Sip.Tests.World;

/// <summary>One scripted connection of a SIP peer: sends exactly the bytes a test says, and waits for messages by what they are.</summary>
internal sealed class Edge : IAsyncDisposable
{
    private readonly TcpClient client;
    private readonly SslStream stream;
    private readonly SemaphoreSlim writing = new(1);
    private readonly Lock gate = new();
    private readonly List<Heard> inbox = [];
    private readonly List<(Func<Heard, bool> Is, TaskCompletionSource<Heard> Found)> waiting = [];
    private readonly TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int heard;
    private int breaks;

    private Edge(TcpClient client, SslStream stream) => (this.client, this.stream) = (client, stream);

    /// <summary>Connects to the gateway as a TLS client with this certificate.</summary>
    public static async Task<Edge> DialAsync(int port, LabLeaf leaf, SslProtocols version = SslProtocols.None)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        var tls = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "gw.jabber.example",
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificateContext = SslStreamCertificateContext.Create(leaf.Certificate, [.. leaf.Intermediates], offline: true),
        };
#pragma warning disable SYSLIB0040, CA1416 // OpenSSL speaks old versions at its lowest level of security alone, which this policy means.
        if (version != SslProtocols.None)
            (options.EncryptionPolicy, options.CipherSuitesPolicy) = (EncryptionPolicy.AllowNoEncryption, new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]));
#pragma warning restore SYSLIB0040, CA1416
        await tls.AuthenticateAsClientAsync(options).WaitAsync(TimeSpan.FromSeconds(60));
        return Started(client, tls);
    }

    /// <summary>Serves a connection that the gateway opened.</summary>
    public static async Task<Edge> ServeAsync(TcpClient client, LabLeaf leaf) => Started(client, await ShakeHandsAsync(client, leaf));

    /// <summary>The handshake alone.</summary>
    public static async Task<SslStream> ShakeHandsAsync(TcpClient client, LabLeaf leaf)
    {
        client.NoDelay = true;
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf.Certificate, [.. leaf.Intermediates], offline: true),
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }).WaitAsync(TimeSpan.FromSeconds(60));
        return tls;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await writing.WaitAsync();
        try
        {
            await stream.WriteAsync(bytes);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Plays a part until the connection ends: each request is answered with what the part says, or not at all.</summary>
    public async Task PlayAsync(Func<Heard, string?> part)
    {
        try
        {
            while (true)
            {
                var request = await NextRequestAsync();
                if (request is null) return;
                if (part(request) is { } answer) await SendAsync(answer);
            }
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or InvalidOperationException)
        {
            ended.TrySetResult(false);
        }
    }

    /// <summary>The next message of this kind, also one that came already; each is handed out once.</summary>
    public Task<Heard> ExpectAsync(Func<Heard, bool> predicate, string what)
    {
        lock (gate)
        {
            if (inbox.FirstOrDefault(predicate) is { } here)
            {
                inbox.Remove(here);
                return Task.FromResult(here);
            }

            var found = new TaskCompletionSource<Heard>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((predicate, found));
            return found.Task.Within(() => $"{what}; unread: {string.Join("\n", Unread)}");
        }
    }

    public Task<Heard> RequestAsync(string method) => ExpectAsync(m => m.Method == method, method);

    public Task<Heard> ResponseAsync(string callId, string method) =>
        ExpectAsync(m => m.IsResponse && m["Call-ID"] == callId && m.CSeqMethod == method, $"the answer to {method} of {callId}");

    /// <summary>Sends a request and waits for its final response.</summary>
    public async Task<Heard> AskAsync(string request)
    {
        var sent = Heard.Read(0, request[..request.IndexOf("\r\n\r\n", StringComparison.Ordinal)], "");
        await SendAsync(request);
        return await ExpectAsync(
            m => m.IsResponse && m.Status >= 200 && m["Call-ID"] == sent["Call-ID"] && m["CSeq"] == sent["CSeq"], $"the answer to {sent.Start}");
    }

    /// <summary>All that was sent before on this connection has been handled when this returns.</summary>
    public async Task SettleAsync() => Assert.Equal(200, (await AskAsync(Lines.Options(Lines.NewCallId()))).Status);

    private async Task<Heard?> NextRequestAsync()
    {
        Task<Heard> next;
        lock (gate)
        {
            if (inbox.FirstOrDefault(m => !m.IsResponse) is { } here)
            {
                inbox.Remove(here);
                return here;
            }

            var found = new TaskCompletionSource<Heard>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((m => !m.IsResponse, found));
            next = found.Task;
        }

        return await Task.WhenAny(next, ended.Task) == next ? await next : null;
    }

    /// <summary>The name the gateway asked for in its hello (SNI).</summary>
    public string ServerName => stream.TargetHostName;

    /// <summary>Serial number of the certificate that the gateway presented.</summary>
    public string Shown => ((X509Certificate2)stream.RemoteCertificate!).SerialNumber;

    /// <summary>CRLFs that came between messages.</summary>
    public int Breaks => Volatile.Read(ref breaks) / 2;

    /// <summary>What came and nobody asked for.</summary>
    public IReadOnlyList<Heard> Unread
    {
        get
        {
            lock (gate) return [.. inbox];
        }
    }

    /// <summary>Waits until the gateway has closed the connection.</summary>
    public Task EndAsync() => ended.Task.Within("the gateway to close the connection");

    /// <summary>The test has closed it.</summary>
    public bool IsDropped { get; private set; }

    public async ValueTask DisposeAsync()
    {
        IsDropped = true;
        client.Dispose();
        await stream.DisposeAsync();
    }

    private static Edge Started(TcpClient client, SslStream tls)
    {
        var edge = new Edge(client, tls);
        _ = edge.ReadAsync();
        return edge;
    }

    private async Task ReadAsync()
    {
        var unread = new List<byte>();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer) is var count and > 0)
            {
                unread.AddRange(buffer[..count]);
                while (TryCut(unread) is { } message) Deliver(message);
            }
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or OperationCanceledException)
        {
            ended.TrySetResult(false);
        }

        ended.TrySetResult(true);
    }

    private Heard? TryCut(List<byte> unread)
    {
        while (unread.Count > 0 && unread[0] is (byte)'\r' or (byte)'\n')
        {
            unread.RemoveAt(0);
            Interlocked.Increment(ref breaks);
        }

        var bytes = unread.ToArray().AsSpan();
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return null;
        var head = Encoding.UTF8.GetString(bytes[..headEnd]);
        var message = Heard.Read(++heard, head, "");
        var length = int.Parse(message["Content-Length"], System.Globalization.CultureInfo.InvariantCulture);
        if (bytes.Length < headEnd + 4 + length)
        {
            heard--;
            return null;
        }

        var body = Encoding.UTF8.GetString(bytes.Slice(headEnd + 4, length));
        unread.RemoveRange(0, headEnd + 4 + length);
        return message with { Body = body };
    }

    private void Deliver(Heard message)
    {
        lock (gate)
        {
            var index = waiting.FindIndex(w => !w.Found.Task.IsCompleted && w.Is(message));
            if (index < 0)
            {
                inbox.Add(message);
                return;
            }

            waiting[index].Found.SetResult(message);
            waiting.RemoveAt(index);
        }
    }
}
