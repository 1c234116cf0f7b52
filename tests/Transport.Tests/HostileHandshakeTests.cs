using System.Net;
using System.Net.Sockets;

namespace Transport.Tests;

/// <summary>Peers that begin a TLS handshake and mean something else by it: each ends within its bound, with a reason, and gives its place back.</summary>
public sealed class HostileHandshakeTests
{
    public static TheoryData<string, string> Openings => new()
    {
        { "another protocol", "OPTIONS sip:gw.jabber.example SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1\r\n\r\n" },
        { "a browser", "GET / HTTP/1.1\r\nHost: gw\r\n\r\n" },
        { "zeroes", new string('\0', 4_096) },
        { "a record that says it is huge", "\u0016\u0003\u0001\u00ff\u00ff\u0001" + new string('x', 70_000) },
        { "an alert", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028" },
        { "application data before any handshake", "\u0017\u0003\u0003\u0000\u0005hello" },
        { "a hello of nothing", "\u0016\u0003\u0001\u0000\u0004\u0001\u0000\u0000\u0000" },
    };

    [Theory, MemberData(nameof(Openings))]
    public async Task What_is_no_handshake_is_refused_with_a_reason_and_its_place_comes_back(string kind, string opening)
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
        await SendAsync(client, System.Text.Encoding.Latin1.GetBytes(opening));
        var (reason, detail) = await rig.RefusedAsync();
        Assert.Equal(TransportReason.HandshakeFailed, reason);
        Assert.True(detail.Length > 0, kind);
        Assert.Equal(0, rig.Hub.Count);
        Assert.True((await rig.DialAsync(new RecordingHandler(), Rig.Lab.Issue("client.example"))).IsConnected, "the listener lives on");
    }

    [Fact]
    public async Task A_handshake_that_is_abandoned_half_way_is_refused_at_once()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
        await SendAsync(client, [0x16, 3, 1, 0, 200, 1, 0, 0]);
        client.Close();
        Assert.Equal(TransportReason.HandshakeFailed, (await rig.RefusedAsync()).Reason);
        Assert.Equal(0, rig.Hub.Count);
    }

    [Fact]
    public async Task A_handshake_that_trickles_in_ends_at_the_limit_however_busy_it_looks()
    {
        var time = new HandTime();
        await using var rig = new Rig(new TransportLimits { HandshakeSecondsMax = 10 }, time, tls: Rig.Mutual);
        using var client = new TcpClient();
        var timers = time.Created;
        await client.ConnectAsync(IPAddress.Loopback, rig.Listener.Endpoint.Port);
        await time.TimersAsync(timers + 1);
        byte[] hello = [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3];
        foreach (var one in hello)
        {
            await SendAsync(client, [one]);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(TransportReason.HandshakeTimeout, (await rig.RefusedAsync()).Reason);
        Assert.Equal(0, rig.Hub.Count);
    }

    [Fact]
    public async Task A_server_that_never_answers_our_hello_ends_the_dial_at_the_limit()
    {
        var time = new HandTime();
        await using var rig = new Rig(new TransportLimits { HandshakeSecondsMax = 10 }, time);
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var timers = time.Created;
        var target = rig.Target with { Endpoints = [(IPEndPoint)mute.LocalEndpoint] };
        var dialling = new Dialer(rig.Hub).DialAsync(target, new DialOptions { Tls = Rig.ClientTls(null) }, new RecordingHandler(), CancellationToken.None);
        await time.TimersAsync(timers + 2);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(TransportReason.HandshakeTimeout, (await RecordingHandler.Within(dialling, "the dial to end")).Reason);
        Assert.Equal(0, rig.Hub.Count);
    }

    [Fact]
    public async Task One_source_that_connects_too_fast_is_refused_and_the_next_second_is_new()
    {
        var time = new HandTime();
        await using var rig = new Rig(new TransportLimits { AcceptsPerSecondPerAddressMax = 2 }, time);
        for (var i = 0; i < 3; i++) await rig.DialAsync(new RecordingHandler(), tls: false);
        Assert.Equal(TransportReason.AddressRateExceeded, (await rig.RefusedAsync()).Reason);
        time.Advance(TimeSpan.FromSeconds(1));
        await rig.DialAsync(new RecordingHandler(), tls: false);
        for (var i = 0; i < 3; i++) await (await rig.AcceptedAsync()).OpenedAsync();
    }

    [Fact]
    public void Sources_are_told_apart_and_those_of_one_network_of_IPv6_are_not()
    {
        var rates = new SourceRates(1, new HandTime());
        Assert.True(rates.TryTake(IPAddress.Parse("192.0.2.1")));
        Assert.False(rates.TryTake(IPAddress.Parse("192.0.2.1")));
        Assert.True(rates.TryTake(IPAddress.Parse("192.0.2.2")));
        Assert.True(rates.TryTake(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.False(rates.TryTake(IPAddress.Parse("2001:db8:0:1:ffff::2")));
        Assert.True(rates.TryTake(IPAddress.Parse("2001:db8:0:2::1")));
    }

    [Fact]
    public async Task A_dial_that_wants_TLS_1_3_speaks_nothing_older()
    {
        await using var rig = new Rig(tls: Rig.Mutual);
        var options = new DialOptions { Tls = Rig.ClientTls(Rig.Lab.Issue("client.example")) with { IsTls13Only = true } };
        var outcome = await new Dialer(rig.Hub).DialAsync(rig.Target, options, new RecordingHandler(), CancellationToken.None);
        Assert.Equal("Tls13", outcome.Connection!.Evidence.TlsVersion);
    }

    private static async Task SendAsync(TcpClient client, byte[] bytes)
    {
        try
        {
            await client.GetStream().WriteAsync(bytes);
        }
        catch (IOException refused)
        {
            // Refused while it was still talking: that is what is wanted, and the listener says why.
            Assert.NotNull(refused.InnerException);
        }
    }
}
