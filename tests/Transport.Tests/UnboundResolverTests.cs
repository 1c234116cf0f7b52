using System.Net;
using Conformance;

namespace Transport.Tests;

public sealed class UnboundResolverTests
{
    private static readonly UnboundOptions Alone = new()
    {
        ResolvConf = "",
        HostsFile = "",
        Zones = ["capulet.example."],
        Records =
        [
            "gw.capulet.example. 60 IN A 192.0.2.1", "gw.capulet.example. 60 IN AAAA 2001:db8::1",
            "_xmpp-server._tcp.capulet.example. 30 IN SRV 10 5 5269 gw.capulet.example.",
            "none.capulet.example. 30 IN TXT only",
            "_5269._tcp.gw.capulet.example. 30 IN TLSA 3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "capulet.example. 30 IN NAPTR 10 50 \"s\" \"SIPS+D2T\" \"\" _sips._tcp.capulet.example.",
        ],
    };

    [Fact]
    public async Task Static_records_are_answered_without_asking_anybody()
    {
        using var resolver = new UnboundResolver(Alone, TimeProvider.System);

        var addresses = await resolver.FindAddressesAsync("gw.capulet.example", CancellationToken.None);
        var services = await resolver.FindServicesAsync("_xmpp-server._tcp.capulet.example", CancellationToken.None);

        Assert.Equal([IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1")], addresses.Records);
        Assert.Equal([new SrvRecord(10, 5, 5269, "gw.capulet.example")], services.Records);
        Assert.False(services.IsSecure);
    }

    [Fact]
    public async Task TLSA_and_NAPTR_records_are_read()
    {
        using var resolver = new UnboundResolver(Alone, TimeProvider.System);

        var tlsa = await resolver.FindTlsaAsync("gw.capulet.example", 5269, CancellationToken.None);
        var pointers = await resolver.FindPointersAsync("capulet.example", CancellationToken.None);

        var record = Assert.Single(tlsa.Records);
        Assert.Equal((3, 1, 1, 32), (record.Usage, record.Selector, record.Matching, record.Data.Length));
        Assert.Equal(DnsSecurity.Insecure, tlsa.Security);
        Assert.Equal([new NaptrRecord(10, 50, "s", "SIPS+D2T", "_sips._tcp.capulet.example")], pointers.Records);
        Assert.Equal(TransportReason.DnsNotFound, (await resolver.FindTlsaAsync("gw.capulet.example", 5222, CancellationToken.None)).Reason);
    }

    [Theory, InlineData(52, "030101"), InlineData(35, "000a0032017308534950532b44"), InlineData(35, "000a003201730153"), InlineData(35, "")]
    public async Task Records_that_lie_about_their_length_are_malformed(int type, string hex)
    {
        await using var server = new TinyDnsServer().Raw(type == 52 ? "_1._tcp.x.example" : "x.example", type, Convert.FromHexString(hex));
        using var resolver = Asking(server);

        var reason = type == 52
            ? (await resolver.FindTlsaAsync("x.example", 1, CancellationToken.None)).Reason
            : (await resolver.FindPointersAsync("x.example", CancellationToken.None)).Reason;

        Assert.Equal(TransportReason.DnsServerFailed, reason);
    }

    [Theory, InlineData("missing.capulet.example"), InlineData("none.capulet.example")]
    public async Task A_name_or_a_type_that_does_not_exist_is_NotFound(string name)
    {
        using var resolver = new UnboundResolver(Alone, TimeProvider.System);

        Assert.Equal(TransportReason.DnsNotFound, (await resolver.FindAddressesAsync(name, CancellationToken.None)).Reason);
        Assert.Equal(TransportReason.DnsNotFound, (await resolver.FindServicesAsync(name, CancellationToken.None)).Reason);
    }

    [Theory, InlineData(""), InlineData("a..b"), InlineData("a b"), InlineData("a\0b.example"), InlineData("a/b"), InlineData("[::1]")]
    public async Task What_is_no_host_name_is_not_asked_for(string name)
    {
        using var resolver = new UnboundResolver(Alone, TimeProvider.System);

        Assert.Equal(TransportReason.DnsNameInvalid, (await resolver.FindAddressesAsync(name, CancellationToken.None)).Reason);
    }

    [Fact]
    public async Task A_forwarder_on_loopback_is_asked_and_its_answer_cached()
    {
        await using var server = new TinyDnsServer()
            .Service("_sipfederationtls._tcp.contoso.example", 0, 0, 5061, "sip.contoso.example")
            .Address("sip.contoso.example", "203.0.113.10").Address("sip.contoso.example", "2001:db8::10");
        using var resolver = Asking(server);

        var services = await resolver.FindServicesAsync("_sipfederationtls._tcp.contoso.example", CancellationToken.None);
        var addresses = await resolver.FindAddressesAsync("sip.contoso.example", CancellationToken.None);
        var asked = server.Asked;
        var again = await resolver.FindAddressesAsync("SIP.contoso.example.", CancellationToken.None);

        Assert.Equal("sip.contoso.example", Assert.Single(services.Records).Target);
        Assert.Equal(2, addresses.Records.Count);
        Assert.InRange(addresses.Ttl.TotalSeconds, 0, 60);
        Assert.Equal(addresses.Records, again.Records);
        Assert.Equal(asked, server.Asked);
    }

    [Fact]
    public async Task A_server_that_fails_is_ServerFailed()
    {
        await using var server = new TinyDnsServer { ResponseCode = 2 };
        using var resolver = Asking(server);

        Assert.Equal(TransportReason.DnsServerFailed, (await resolver.FindAddressesAsync("x.example", CancellationToken.None)).Reason);
    }

    [Theory, InlineData(false, DnsSecurity.Secure), InlineData(true, DnsSecurity.Bogus)]
    [Clause("RFC 6698", "4"), Clause("RFC 4035", "4.3")]
    public async Task What_DNSSEC_proves_is_secure_and_what_it_disproves_is_bogus(bool isForged, DnsSecurity expected)
    {
        using var key = new ZoneKey("signed.example") { IsForged = isForged };
        var anchors = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(anchors, key.Anchor + "\n");
        try
        {
            await using var server = new TinyDnsServer { Key = key }
                .Raw("_5269._tcp.xmpp.signed.example", 52, [3, 1, 1, .. new byte[32]]).Service("_sipfederationtls._tcp.signed.example", 0, 0, 5061, "edge.signed.example");
            using var resolver = new UnboundResolver(new UnboundOptions { Forwarders = [server.Forwarder], HostsFile = "", TrustAnchorFile = anchors }, TimeProvider.System);

            var tlsa = await resolver.FindTlsaAsync("xmpp.signed.example", 5269, CancellationToken.None);
            var services = await resolver.FindServicesAsync("_sipfederationtls._tcp.signed.example", CancellationToken.None);

            Assert.Equal((expected, expected), (tlsa.Security, services.Security));
            Assert.Equal(expected == DnsSecurity.Secure, tlsa.IsFound && services.IsFound);
        }
        finally
        {
            File.Delete(anchors);
        }
    }

    [Theory, Clause("RFC 7673", "3.1"), Clause("RFC 4035", "4.3")]
    [InlineData("im.signed.example", "host.signed.example", null, DnsSecurity.Secure)]
    [InlineData("im.signed.example", "host.signed.example", "_xmpp-server._tcp.im.signed.example", DnsSecurity.Bogus)]
    [InlineData("im.signed.example", "host.signed.example", "_xmpp-server._tcp.host.signed.example", DnsSecurity.Bogus)]
    [InlineData("im.signed.example", "host.plain.example", null, DnsSecurity.Insecure)]
    [InlineData("im.plain.example", "host.signed.example", null, DnsSecurity.Insecure)]
    public async Task An_answer_behind_an_alias_is_proved_only_where_the_alias_is_too(string domain, string host, string? forged, DnsSecurity expected)
    {
        using var key = new ZoneKey("signed.example") { Forges = forged };
        var anchors = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(anchors, key.Anchor + "\n");
        try
        {
            await using var server = new TinyDnsServer { Key = key }
                .Alias("_xmpp-server._tcp." + domain, "_xmpp-server._tcp." + host).Service("_xmpp-server._tcp." + host, 0, 0, 5269, "xmpp.signed.example");
            using var resolver = new UnboundResolver(new UnboundOptions { Forwarders = [server.Forwarder], HostsFile = "", TrustAnchorFile = anchors }, TimeProvider.System);

            var services = await resolver.FindServicesAsync("_xmpp-server._tcp." + domain, CancellationToken.None);

            Assert.Equal((expected, expected != DnsSecurity.Bogus), (services.Security, services.IsFound));
        }
        finally
        {
            File.Delete(anchors);
        }
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_timeout_at_the_limit()
    {
        var time = new HandTime();
        await using var server = new TinyDnsServer { IsMute = true };
        using var resolver = new UnboundResolver(new UnboundOptions { Forwarders = [server.Forwarder], HostsFile = "" }, time);
        var asking = resolver.FindServicesAsync("_xmpp-server._tcp.x.example", CancellationToken.None).AsTask();
        await time.TimersAsync(1);

        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(TransportReason.DnsTimeout, (await RecordingHandler.Within(asking, "the timeout")).Reason);
    }

    [Fact]
    public async Task Many_look_ups_at_once_are_all_answered()
    {
        await using var server = new TinyDnsServer();
        for (var i = 0; i < 200; i++) server.Address($"h{i}.example", $"203.0.113.{i}");
        using var resolver = Asking(server);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => resolver.FindAddressesAsync($"h{i}.example", CancellationToken.None).AsTask()));

        Assert.All(answers, (answer, i) => Assert.Equal($"203.0.113.{i}", Assert.Single(answer.Records).ToString()));
    }

    [Fact]
    public async Task Stopping_answers_what_is_outstanding()
    {
        await using var server = new TinyDnsServer { IsMute = true };
        var resolver = Asking(server);
        var asking = resolver.FindServicesAsync("_xmpp-server._tcp.x.example", CancellationToken.None).AsTask();

        resolver.Dispose();

        Assert.Equal(TransportReason.Stopping, (await RecordingHandler.Within(asking, "the look-up to be given up")).Reason);
        Assert.Equal(TransportReason.Stopping, (await resolver.FindServicesAsync("_x._tcp.x.example", CancellationToken.None)).Reason);
    }

    [Fact]
    public void A_setting_the_library_does_not_understand_fails_the_start()
    {
        var bad = Alone with { Records = ["this is no record"] };

        var refused = Assert.Throws<InvalidOperationException>(() => new UnboundResolver(bad, TimeProvider.System));

        Assert.Contains("this is no record", refused.Message, StringComparison.Ordinal);
    }

    private static UnboundResolver Asking(TinyDnsServer server) =>
        new(new UnboundOptions { Forwarders = [server.Forwarder], HostsFile = "", QuerySecondsMax = 60 }, TimeProvider.System);
}
