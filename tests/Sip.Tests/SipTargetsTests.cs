using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Sip.Connections;
using Gateway.Transport;

namespace Sip.Tests;

/// <summary>From a domain or a record to what is dialled: which records are asked for, in which order, and what each failure is called (RFC 3263 §4, field fact A1).</summary>
public sealed class SipTargetsTests
{
    private const string Domain = "contoso.example";

    [Fact, Item("OCS-032"), Item("PSB-064")]
    public async Task The_federation_record_goes_before_everything_else()
    {
        var found = await FindAsync(new TableResolver()
            .Service("_sipfederationtls._tcp.contoso.example", new SrvRecord(0, 0, 5061, "edge.contoso.example"))
            .Pointer(Domain, new NaptrRecord(10, 10, "s", "SIPS+D2T", "_sips._tcp.contoso.example"))
            .Service("_sips._tcp.contoso.example", new SrvRecord(0, 0, 5061, "sips.contoso.example"))
            .Host("edge.contoso.example", "192.0.2.1").Host("sips.contoso.example", "192.0.2.2").Host(Domain, "192.0.2.3"));
        Assert.Equal(["edge.contoso.example 192.0.2.1:5061"], found);
    }

    [Fact, Clause("RFC 3263", "4.1"), Item("OCS-032")]
    public async Task Pointers_are_followed_next_those_to_TLS_first_and_others_not_at_all()
    {
        var found = await FindAsync(new TableResolver()
            .Pointer(
                Domain, new NaptrRecord(10, 10, "s", "SIP+D2T", "_sip._tcp.contoso.example"), new NaptrRecord(20, 20, "s", "SIPS+D2T", "b._sips._tcp.contoso.example"),
                new NaptrRecord(20, 10, "S", "sips+d2t", "a._sips._tcp.contoso.example"), new NaptrRecord(1, 1, "s", "SIP+D2U", "_sip._udp.contoso.example"),
                new NaptrRecord(1, 1, "u", "E2U+sip", "."))
            .Service("_sip._tcp.contoso.example", new SrvRecord(0, 0, 5060, "tcp.contoso.example"))
            .Service("_sip._udp.contoso.example", new SrvRecord(0, 0, 5060, "udp.contoso.example"))
            .Service("a._sips._tcp.contoso.example", new SrvRecord(0, 0, 5061, "a.contoso.example"))
            .Service("b._sips._tcp.contoso.example", new SrvRecord(0, 0, 5061, "b.contoso.example"))
            .Service("_sips._tcp.contoso.example", new SrvRecord(0, 0, 5061, "never.contoso.example"))
            .Host("a.contoso.example", "192.0.2.1").Host("b.contoso.example", "192.0.2.2").Host("tcp.contoso.example", "192.0.2.3").Host("udp.contoso.example", "192.0.2.4"));
        Assert.Equal(["a.contoso.example 192.0.2.1:5061", "b.contoso.example 192.0.2.2:5061", "tcp.contoso.example 192.0.2.3:5060"], found);
    }

    [Fact, Clause("RFC 3263", "4.1")]
    public async Task Without_a_usable_pointer_the_service_itself_is_asked_for()
    {
        var found = await FindAsync(new TableResolver()
            .Pointer(Domain, new NaptrRecord(1, 1, "s", "SIP+D2U", "_sip._udp.contoso.example"))
            .Service("_sips._tcp.contoso.example", new SrvRecord(0, 0, 5062, "sips.contoso.example")).Host("sips.contoso.example", "192.0.2.2").Host(Domain, "192.0.2.3"));
        Assert.Equal(["sips.contoso.example 192.0.2.2:5062"], found);
    }

    [Fact, Clause("RFC 3263", "4.2"), Item("OCS-032")]
    public async Task The_domains_own_addresses_come_last_both_families_in_one_list() =>
        Assert.Equal(
            ["contoso.example [2001:db8::3]:5061", "contoso.example 192.0.2.3:5061"],
            await FindAsync(new TableResolver().Host(Domain, "2001:db8::3", "192.0.2.3")));

    [Fact, Clause("RFC 2782", "SRV")]
    public async Task Several_targets_come_by_priority_and_their_weights_are_drawn()
    {
        var table = new TableResolver()
            .Service(
                "_sipfederationtls._tcp.contoso.example", new SrvRecord(20, 0, 5061, "late.contoso.example"), new SrvRecord(10, 10, 5061, "light.contoso.example"),
                new SrvRecord(10, 90, 5061, "heavy.contoso.example"))
            .Host("late.contoso.example", "192.0.2.3").Host("light.contoso.example", "192.0.2.1").Host("heavy.contoso.example", "192.0.2.2");
        Assert.Equal(["heavy", "light", "late"], (await FindAsync(table, below => below - 1)).Select(t => t.Split('.')[0]));
        Assert.Equal(["light", "heavy", "late"], (await FindAsync(table, _ => 0)).Select(t => t.Split('.')[0]));
    }

    [Theory]
    [InlineData(TransportReason.DnsServerFailed), InlineData(TransportReason.DnsTimeout), InlineData(TransportReason.DnsBogus)]
    public async Task A_name_server_that_fails_ends_the_search_with_its_own_reason(TransportReason reason)
    {
        var table = new TableResolver().Fails("_sipfederationtls._tcp.contoso.example", reason).Host(Domain, "192.0.2.3");
        var found = await SearchAsync(table);
        Assert.Equal(("transport." + reason, LinkFailureKind.Unreachable, 0), (found.Failure.Reason, found.Failure.Kind, found.Attempts.Count));
    }

    [Fact]
    public async Task A_domain_that_denies_the_service_is_not_reached_another_way()
    {
        var found = await SearchAsync(new TableResolver().Service("_sipfederationtls._tcp.contoso.example", new SrvRecord(0, 0, 0, ".")).Host(Domain, "192.0.2.3"));
        Assert.Equal(("transport.DnsServiceDenied", LinkFailureKind.NotFound), (found.Failure.Reason, found.Failure.Kind));
    }

    [Fact]
    public async Task A_domain_without_anything_is_not_found_and_the_words_say_what_was_looked_for()
    {
        var found = await SearchAsync(new TableResolver());
        Assert.Equal(("transport.DnsNotFound", LinkFailureKind.NotFound), (found.Failure.Reason, found.Failure.Kind));
        Assert.Contains("_sipfederationtls._tcp", found.Failure.Detail, StringComparison.Ordinal);
        Assert.Contains("_sips._tcp", found.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_whose_target_has_no_address_has_its_own_reason()
    {
        var found = await SearchAsync(new TableResolver().Service("_sipfederationtls._tcp.contoso.example", new SrvRecord(0, 0, 5061, "gone.contoso.example")).Host(Domain, "192.0.2.3"));
        Assert.Empty(found.Attempts);
        Assert.Equal(("transport.TargetEmpty", LinkFailureKind.NotFound), (found.Failure.Reason, found.Failure.Kind));
        Assert.Contains("gone.contoso.example", found.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact, Item("OCS-033"), Item("PSB-072")]
    public async Task Written_addresses_are_taken_in_their_order_and_DNS_is_not_asked_for_services()
    {
        var peer = Peer with { Addresses = ["b.contoso.example:5065", "[2001:db8::9]:5061", "a.contoso.example"] };
        var table = new TableResolver().Service("_sipfederationtls._tcp.contoso.example", new SrvRecord(0, 0, 5061, "edge.contoso.example"))
            .Host("a.contoso.example", "192.0.2.1").Host("b.contoso.example", "2001:db8::2", "192.0.2.2");
        var found = await new SipTargets(new ServiceLocator(table, _ => 0), table).FindAsync(peer, Domain, CancellationToken.None);
        Assert.Equal(
            ["b.contoso.example [2001:db8::2]:5065", "b.contoso.example 192.0.2.2:5065", "2001:db8::9 [2001:db8::9]:5061", "a.contoso.example 192.0.2.1:5061"],
            found.Attempts.Select(TargetBook.KeyOf));
        Assert.Equal([0, 0, 1, 2], found.Attempts.Select(t => t.Priority));
        Assert.All(found.Attempts, t => Assert.False(t.IsDiscovered));
    }

    [Fact]
    public async Task What_is_found_holds_as_long_as_its_shortest_lived_record()
    {
        var table = new TableResolver { Ttl = TimeSpan.FromSeconds(77) }.Host(Domain, "192.0.2.3");
        Assert.Equal(TimeSpan.FromSeconds(77), (await SearchAsync(table)).Ttl);
    }

    [Fact, Clause("RFC 5922", "7.3")]
    public async Task A_name_is_proved_only_when_every_record_on_the_way_to_it_was()
    {
        var proved = new TableResolver { IsSecure = true }
            .Pointer(Domain, new NaptrRecord(1, 1, "s", "SIPS+D2T", "_sips._tcp.hosting.example"))
            .Service("_sips._tcp.hosting.example", new SrvRecord(0, 0, 5061, "edge.hosting.example")).Host("edge.hosting.example", "192.0.2.1");
        Assert.True(Assert.Single((await SearchAsync(proved)).Attempts).IsNameSecure);

        var pointed = new TableResolver()
            .Pointer(Domain, new NaptrRecord(1, 1, "s", "SIPS+D2T", "_sips._tcp.hosting.example"))
            .Service("_sips._tcp.hosting.example", new SrvRecord(0, 0, 5061, "edge.hosting.example")).Host("edge.hosting.example", "192.0.2.1");
        Assert.False(Assert.Single((await SearchAsync(pointed)).Attempts).IsNameSecure);
    }

    [Fact]
    public async Task A_domain_cannot_make_us_try_for_ever()
    {
        var table = new TableResolver().Host("many.contoso.example", [.. Enumerable.Range(1, 100).Select(i => $"192.0.2.{i}")]);
        table.Service("_sipfederationtls._tcp.contoso.example", [.. Enumerable.Range(0, 100).Select(i => new SrvRecord(0, 0, (ushort)(5061 + i), "many.contoso.example"))]);
        Assert.Equal(32, (await SearchAsync(table)).Attempts.Count);
    }

    private static PeerModel Peer { get; } = new("contoso", Protocol.Sip);

    private static ValueTask<SipFound> SearchAsync(TableResolver table, Func<int, int>? draw = null) =>
        new SipTargets(new ServiceLocator(table, draw ?? (_ => 0)), table).FindAsync(Peer, Domain, CancellationToken.None);

    private static async Task<IEnumerable<string>> FindAsync(TableResolver table, Func<int, int>? draw = null) => (await SearchAsync(table, draw)).Attempts.Select(TargetBook.KeyOf);
}
