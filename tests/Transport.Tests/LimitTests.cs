using System.Net;
using System.Net.Sockets;

namespace Transport.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task One_address_gets_no_more_than_its_share_and_a_place_comes_back()
    {
        await using var rig = new Rig(new TransportLimits { ConnectionsPerAddressMax = 2 });
        var first = new RecordingHandler();
        var dialled = await rig.DialAsync(first, tls: false);
        var server = await rig.AcceptedAsync();
        await rig.DialAsync(new RecordingHandler(), tls: false);
        var third = new RecordingHandler();
        await rig.DialAsync(third, tls: false);

        Assert.Equal(TransportReason.TooManyFromAddress, (await rig.RefusedAsync()).Reason);
        await third.ClosedAsync();

        dialled.Connection!.Close();
        await server.ClosedAsync();
        await rig.DialAsync(new RecordingHandler(), tls: false);
        await rig.AcceptedAsync();
        await (await rig.AcceptedAsync()).OpenedAsync();
    }

    [Fact]
    public void The_addresses_of_one_network_of_IPv6_share_one_share()
    {
        using var hub = new TransportHub(new TransportLimits { ConnectionsPerAddressMax = 2 }, TimeProvider.System);
        Assert.Equal(TransportReason.None, hub.TryEnter(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.Equal(TransportReason.None, hub.TryEnter(IPAddress.Parse("2001:db8:0:1::2")));
        Assert.Equal(TransportReason.TooManyFromAddress, hub.TryEnter(IPAddress.Parse("2001:db8:0:1:ffff::3")));
        Assert.Equal(TransportReason.None, hub.TryEnter(IPAddress.Parse("2001:db8:0:2::1")));

        hub.Leave(IPAddress.Parse("2001:db8:0:1::1"));
        Assert.Equal(TransportReason.None, hub.TryEnter(IPAddress.Parse("2001:db8:0:1:ffff::3")));
        Assert.Equal(3, hub.Count);
    }

    [Fact]
    public async Task The_total_bounds_dialling_too()
    {
        await using var rig = new Rig(new TransportLimits { ConnectionsMax = 2, ConnectionsPerAddressMax = 2 });
        await rig.DialAsync(new RecordingHandler(), tls: false);
        await (await rig.AcceptedAsync()).OpenedAsync();

        var refused = await rig.DialAsync(new RecordingHandler(), tls: false);

        Assert.Equal(TransportReason.TooManyConnections, refused.Reason);
    }

    [Fact]
    public async Task Connections_that_come_too_fast_are_refused_until_time_passes()
    {
        var time = new HandTime();
        await using var rig = new Rig(new TransportLimits { AcceptsPerSecondMax = 2 }, time);
        for (var i = 0; i < 3; i++) await rig.DialAsync(new RecordingHandler(), tls: false);

        Assert.Equal(TransportReason.AcceptRateExceeded, (await rig.RefusedAsync()).Reason);

        time.Advance(TimeSpan.FromSeconds(1));
        await rig.DialAsync(new RecordingHandler(), tls: false);
        for (var i = 0; i < 3; i++) await (await rig.AcceptedAsync()).OpenedAsync();
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("10.1.2.3"), InlineData("172.31.0.1"), InlineData("192.168.9.9"), InlineData("169.254.1.1"), InlineData("100.64.0.1")]
    [InlineData("0.0.0.0"), InlineData("224.0.0.1"), InlineData("255.255.255.255"), InlineData("::1"), InlineData("::"), InlineData("fe80::1"), InlineData("fd00::1")]
    [InlineData("::ffff:127.0.0.1"), InlineData("::ffff:10.0.0.1"), InlineData("64:ff9b::7f00:1"), InlineData("2002:7f00:1::"), InlineData("::127.0.0.1"), InlineData("ff02::1")]
    public void An_address_that_only_configuration_may_name_is_forbidden_in_every_spelling(string address) =>
        Assert.True(LocalAddresses.IsForbidden(IPAddress.Parse(address)));

    [Theory, InlineData("8.8.8.8"), InlineData("172.32.0.1"), InlineData("100.128.0.1"), InlineData("2001:db8::1"), InlineData("64:ff9b::808:808"), InlineData("::ffff:8.8.8.8")]
    public void A_public_address_is_allowed(string address) => Assert.False(LocalAddresses.IsForbidden(IPAddress.Parse(address)));

    [Fact, Item("PS-130")]
    public async Task A_discovered_target_on_loopback_is_refused_unless_the_peer_record_allows_it()
    {
        await using var rig = new Rig();
        var discovered = rig.Target with { IsDiscovered = true };
        var dialer = new Dialer(rig.Hub);

        var refused = await dialer.DialAsync(discovered, new DialOptions(), new RecordingHandler(), CancellationToken.None);
        var allowed = await dialer.DialAsync(discovered, new DialOptions { PrivateAllowed = true }, new RecordingHandler(), CancellationToken.None);

        Assert.Equal(TransportReason.TargetForbidden, refused.Reason);
        Assert.True(allowed.IsConnected);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_ConnectRefused_and_the_next_address_is_tried()
    {
        await using var rig = new Rig();
        // Bound, so that nobody else gets it, and without a listener.
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var dead = (IPEndPoint)bound.LocalEndPoint!;
        var dialer = new Dialer(rig.Hub);

        var refused = await dialer.DialAsync(rig.Target with { Endpoints = [dead] }, new DialOptions(), new RecordingHandler(), CancellationToken.None);
        var second = await dialer.DialAsync(rig.Target with { Endpoints = [dead, .. rig.Target.Endpoints] }, new DialOptions(), new RecordingHandler(), CancellationToken.None);

        Assert.Equal(TransportReason.ConnectRefused, refused.Reason);
        Assert.True(second.IsConnected);
    }

    [Fact]
    public async Task A_listener_on_every_address_answers_both_families()
    {
        using var hub = new TransportHub(new TransportLimits(), TimeProvider.System);
        await using var listener = Listener.Start(hub, new ListenerOptions { Name = "both" }, _ => new RecordingHandler());
        var dialer = new Dialer(hub);
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            var target = new DialTarget("localhost", [new IPEndPoint(address, listener.Endpoint.Port)], false, true);
            var dialled = await dialer.DialAsync(target, new DialOptions(), new RecordingHandler(), CancellationToken.None);
            Assert.True(dialled.IsConnected, dialled.Detail);
        }
        Assert.True(hub.IsOwnEndpoint(new IPEndPoint(IPAddress.Loopback, listener.Endpoint.Port)));
    }
}
