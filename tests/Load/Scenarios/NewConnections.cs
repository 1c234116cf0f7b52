using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// New mutual-TLS connections: an item is TCP, a full handshake without resumption, OPTIONS, and the first bytes of its answer. Meanwhile idle ones stand, whose memory is told.
/// </summary>
internal sealed class NewConnections(Ends ends, IPEndPoint target, string targetHost, X509Certificate2 own, int idle) : Scenario(Words, ends), IDisposable
{
    public const string Words = "new TLS connections";
    private readonly List<SslStream> held = [];

    public override int Standing => idle;

    public override Task WarmAsync() => HoldAsync(idle);

    public override Task PrepareAsync() => HoldAsync(2 * idle);

    public override void Send(long sequence) => _ = PlayAsync(sequence);

    public override void Flush()
    {
    }

    public void Dispose()
    {
        foreach (var stream in held) stream.Dispose();
    }

    private async Task HoldAsync(int count)
    {
        while (held.Count < count) held.Add(await OpenAsync(held.Count + 1_000_000_000L));
    }

    private async Task PlayAsync(long sequence)
    {
        try
        {
            await using var stream = await OpenAsync(sequence);
            Pump?.Delivered(sequence);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
        {
            OnError(sequence, e.Message);
        }

        Pump?.Turn();
    }

    private async Task<SslStream> OpenAsync(long number)
    {
        var tls = await Tls.AsClientAsync(await Tls.ConnectAsync(target, Subjects.Site.EndSip.Address), targetHost, own);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            $"OPTIONS sip:{targetHost} SIP/2.0\r\nVia: SIP/2.0/TLS {Subjects.Site.EndSip};branch=z9hG4bKo{number}\r\nMax-Forwards: 70\r\nFrom: <sip:{SipUser(0)}>;tag=o{number}\r\n"
            + $"To: <sip:{targetHost}>\r\nCall-ID: o{number}@{Ends.SipDomain}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"));
        var answer = new byte[2_048];
        if (await tls.ReadAsync(answer) == 0) throw new IOException("closed without an answer to OPTIONS");
        return tls;
    }
}
