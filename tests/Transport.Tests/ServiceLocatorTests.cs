using System.Net;

namespace Transport.Tests;

public sealed class ServiceLocatorTests
{
    [Fact]
    public async Task Targets_come_by_priority_with_their_addresses_and_are_marked_discovered()
    {
        var table = new TableResolver()
            .Service("_xmpp-server._tcp.capulet.example", new SrvRecord(20, 0, 5270, "b.capulet.example"), new SrvRecord(10, 0, 5269, "a.capulet.example"))
            .Host("a.capulet.example", "2001:db8::a", "192.0.2.10").Host("b.capulet.example", "192.0.2.11");

        var found = await Locate(table, fallbackPort: 5269);

        Assert.Equal(["a.capulet.example", "b.capulet.example"], found.Targets.Select(t => t.Host));
        Assert.Equal([IPEndPoint.Parse("[2001:db8::a]:5269"), IPEndPoint.Parse("192.0.2.10:5269")], found.Targets[0].Endpoints);
        Assert.All(found.Targets, t => Assert.True(t is { IsDiscovered: true, IsSecure: false }));
    }

    [Fact]
    public async Task A_dot_as_only_target_denies_the_service_and_nothing_falls_back()
    {
        var table = new TableResolver().Service("_xmpp-server._tcp.capulet.example", new SrvRecord(0, 0, 0, ".")).Host("capulet.example", "192.0.2.1");

        Assert.Equal(TransportReason.DnsServiceDenied, (await Locate(table, fallbackPort: 5269)).Reason);
    }

    [Fact]
    public async Task Without_SRV_the_domain_itself_is_the_target_only_where_the_protocol_says_so()
    {
        var table = new TableResolver().Host("capulet.example", "192.0.2.1");

        Assert.Equal("capulet.example", Assert.Single((await Locate(table, fallbackPort: 5269)).Targets).Host);
        Assert.Equal(TransportReason.DnsNotFound, (await Locate(table, fallbackPort: null)).Reason);
    }

    [Fact, Clause("RFC 7673", "3.2")]
    public async Task A_target_whose_address_fails_its_proof_is_left_for_the_next()
    {
        var resolver = new TableResolver()
            .Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, 5269, "forged.capulet.example"), new SrvRecord(2, 1, 5269, "good.capulet.example"))
            .Fails("forged.capulet.example", TransportReason.DnsBogus).Host("good.capulet.example", "192.0.2.7");
        var found = await new ServiceLocator(resolver, static _ => 0).LocateAsync("_xmpp-server._tcp", "capulet.example", 5269, CancellationToken.None);
        Assert.Equal("good.capulet.example", Assert.Single(found.Targets).Host);

        resolver.Forget("good.capulet.example");
        found = await new ServiceLocator(resolver, static _ => 0).LocateAsync("_xmpp-server._tcp", "capulet.example", 5269, CancellationToken.None);
        Assert.False(found.IsFound);
    }

    [Fact]
    public async Task A_failing_server_is_not_mistaken_for_a_missing_record()
    {
        var table = new TableResolver().Fails("_xmpp-server._tcp.capulet.example", TransportReason.DnsServerFailed).Host("capulet.example", "192.0.2.1");

        Assert.Equal(TransportReason.DnsServerFailed, (await Locate(table, fallbackPort: 5269)).Reason);
    }

    [Fact]
    public async Task What_the_operator_wrote_goes_before_DNS_and_counts_as_proved()
    {
        var table = new TableResolver().Host("gw.example", "192.0.2.99");
        var hosts = new StaticHosts(
            new Dictionary<string, IReadOnlyList<IPAddress>> { ["GW.example"] = [IPAddress.Parse("192.0.2.1")] }, new Dictionary<string, IReadOnlyList<SrvRecord>>(), table);

        var answer = await hosts.FindAddressesAsync("gw.example.", CancellationToken.None);

        Assert.Equal("192.0.2.1", Assert.Single(answer.Records).ToString());
        Assert.True(answer.IsSecure);
    }

    [Fact]
    public void Equal_priorities_are_drawn_by_weight_as_RFC_2782_says()
    {
        SrvRecord[] records = [new(1, 0, 1, "zero"), new(1, 1, 1, "one"), new(1, 3, 1, "three"), new(0, 0, 1, "first")];
        var random = new Random(7);
        var leads = new Dictionary<string, int>();
        for (var i = 0; i < 10_000; i++)
        {
            var order = SrvOrder.Order(records, random.Next);
            Assert.Equal("first", order[0].Target);
            Assert.Equal(4, order.Distinct().Count());
            leads[order[1].Target] = leads.GetValueOrDefault(order[1].Target) + 1;
        }

        // A draw from 0 to 4: zero takes 0, one takes 1, three takes 2, 3 and 4.
        Assert.InRange(leads["zero"], 1_800, 2_200);
        Assert.InRange(leads["one"], 1_800, 2_200);
        Assert.InRange(leads["three"], 5_700, 6_300);
    }

    [Fact]
    public async Task The_records_of_several_services_are_mixed_as_if_they_were_one_set()
    {
        var table = new TableResolver { Ttl = TimeSpan.FromSeconds(60) }
            .Service("_xmpps-server._tcp.capulet.example", new SrvRecord(5, 0, 5270, "a.capulet.example"), new SrvRecord(20, 0, 5270, "b.capulet.example"))
            .Service("_xmpp-server._tcp.capulet.example", new SrvRecord(10, 0, 5269, "a.capulet.example"))
            .Host("a.capulet.example", "192.0.2.10").Host("b.capulet.example", "192.0.2.11");

        var found = await LocateBoth(table);

        Assert.Equal(
            [("_xmpps-server._tcp", "a.capulet.example", 5270, 5), ("_xmpp-server._tcp", "a.capulet.example", 5269, 10), ("_xmpps-server._tcp", "b.capulet.example", 5270, 20)],
            found.Targets.Select(t => (t.Service, t.Host, t.Endpoints[0].Port, t.Priority)));
        Assert.Equal(TimeSpan.FromSeconds(60), found.Ttl);
    }

    [Fact]
    public async Task Equal_priorities_of_two_services_are_drawn_as_one_set()
    {
        var table = new TableResolver()
            .Service("_xmpps-server._tcp.capulet.example", new SrvRecord(5, 10, 5270, "a.capulet.example"))
            .Service("_xmpp-server._tcp.capulet.example", new SrvRecord(5, 90, 5269, "a.capulet.example"))
            .Host("a.capulet.example", "192.0.2.10");

        var last = await new ServiceLocator(table, below => below - 1).LocateAsync(["_xmpps-server._tcp", "_xmpp-server._tcp"], "capulet.example", 5269, CancellationToken.None);

        Assert.Equal(["_xmpp-server._tcp", "_xmpps-server._tcp"], last.Targets.Select(t => t.Service));
    }

    [Fact]
    public async Task A_denied_service_leaves_the_other_and_forbids_the_domain_itself()
    {
        var denied = new TableResolver().Service("_xmpps-server._tcp.capulet.example", new SrvRecord(0, 0, 0, ".")).Host("capulet.example", "192.0.2.1");

        Assert.Equal(TransportReason.DnsServiceDenied, (await LocateBoth(denied)).Reason);

        denied.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(0, 0, 5269, "a.capulet.example")).Host("a.capulet.example", "192.0.2.2");
        Assert.Equal("_xmpp-server._tcp", Assert.Single((await LocateBoth(denied)).Targets).Service);
    }

    [Fact]
    public async Task One_service_whose_server_fails_forbids_the_domain_itself_but_not_the_other_service()
    {
        var table = new TableResolver().Fails("_xmpps-server._tcp.capulet.example", TransportReason.DnsServerFailed).Host("capulet.example", "192.0.2.1");

        Assert.Equal(TransportReason.DnsServerFailed, (await LocateBoth(table)).Reason);

        table.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(0, 0, 5269, "a.capulet.example")).Host("a.capulet.example", "192.0.2.2");
        Assert.True((await LocateBoth(table)).IsFound);
    }

    [Fact]
    public async Task A_name_that_DNSSEC_proved_is_told_from_an_address_that_it_proved()
    {
        var proved = new TableResolver { IsSecure = true }
            .Service("_xmpp-server._tcp.capulet.example", new SrvRecord(0, 0, 5269, "xmpp.hosting.example")).Host("xmpp.hosting.example", "192.0.2.10");

        var target = Assert.Single((await Locate(proved, null)).Targets);

        Assert.True(target is { IsNameSecure: true, IsSecure: true });
    }

    [Fact]
    public async Task Denials_among_other_records_are_passed_over()
    {
        var table = new TableResolver().Service("_xmpp-server._tcp.capulet.example", new SrvRecord(0, 0, 0, "."), new SrvRecord(1, 0, 5269, "a.capulet.example"))
            .Host("a.capulet.example", "192.0.2.10");

        Assert.Equal("a.capulet.example", Assert.Single((await Locate(table, null)).Targets).Host);
    }

    [Fact]
    public async Task Of_hundreds_of_targets_only_so_many_are_looked_up()
    {
        var table = new TableResolver();
        table.Service("_xmpp-server._tcp.capulet.example", [.. Enumerable.Range(0, 300).Select(n => new SrvRecord(1, ushort.MaxValue, 5269, $"h{n}.capulet.example"))]);
        for (var n = 0; n < 300; n++) table.Host($"h{n}.capulet.example", "192.0.2.10");

        Assert.Equal(16, (await Locate(table, null)).Targets.Count);
    }

    private static ValueTask<LocateOutcome> LocateBoth(IDnsResolver resolver) =>
        new ServiceLocator(resolver, _ => 0).LocateAsync(["_xmpps-server._tcp", "_xmpp-server._tcp"], "capulet.example", 5269, CancellationToken.None);

    private static ValueTask<LocateOutcome> Locate(IDnsResolver resolver, int? fallbackPort) =>
        new ServiceLocator(resolver, _ => 0).LocateAsync("_xmpp-server._tcp", "capulet.example", fallbackPort, CancellationToken.None);
}
