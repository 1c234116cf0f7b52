using System.Collections.Frozen;
using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Partners nobody configured, who come to us: believed by their domain's own name, by a host under it that DNS gives, or by any host that DNSSEC proves (RFC 5922 §7.3, design law 12).</summary>
public sealed class DiscoveredPartnerTests
{
    private const string Partner = "woodgrove.example";

    [Theory]
    [InlineData("woodgrove.example", 200)]
    [InlineData("edge.woodgrove.example", 200)]
    [InlineData("other.woodgrove.example", 403)]
    [InlineData("edge.hosting.example", 403)]
    [Item("OCS-032"), Clause("RFC 5922", "7.3")]
    public async Task A_partner_is_believed_by_a_name_under_its_domain_that_DNS_gives(string certificate, int status)
    {
        await using var rig = await OpenAsync();
        rig.Resolver.Service("_sipfederationtls._tcp.woodgrove.example", new SrvRecord(0, 0, 5061, "edge.woodgrove.example"), new SrvRecord(1, 0, 5061, "edge.hosting.example"))
            .Host("edge.woodgrove.example", "192.0.2.1").Host("edge.hosting.example", "192.0.2.2");
        var edge = await rig.DialAsync(Rig.Lab.Issue(certificate));
        Assert.Equal(status, (await edge.AskAsync(From(Lines.Invite("disc-1")))).Status);
    }

    [Fact, Clause("RFC 5922", "7.3")]
    public async Task Any_host_that_DNSSEC_proves_is_the_domains_own_word()
    {
        await using var rig = await OpenAsync(new TableResolver { IsSecure = true });
        rig.Resolver.Service("_sipfederationtls._tcp.woodgrove.example", new SrvRecord(0, 0, 5061, "edge.hosting.example")).Host("edge.hosting.example", "192.0.2.2");
        var edge = await rig.DialAsync(Rig.Lab.Issue("edge.hosting.example"));
        Assert.Equal(200, (await edge.AskAsync(From(Lines.Invite("disc-2")))).Status);
    }

    [Fact]
    public async Task What_follows_the_first_request_waits_for_it_and_keeps_its_order()
    {
        await using var rig = await OpenAsync();
        rig.Resolver.Service("_sipfederationtls._tcp.woodgrove.example", new SrvRecord(0, 0, 5061, "edge.woodgrove.example")).Host("edge.woodgrove.example", "192.0.2.1");
        var edge = await rig.DialAsync(Rig.Lab.Issue("edge.woodgrove.example"));
        await edge.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(i => From(Lines.Options($"disc-3-{i}")))));
        var answers = new List<Heard>();
        for (var i = 0; i < 20; i++) answers.Add(await edge.ResponseAsync($"disc-3-{i}", "OPTIONS"));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(answers.Select(a => a.Order).Order(), answers.Select(a => a.Order));
    }

    [Fact]
    public async Task A_stranger_is_asked_about_once_and_then_shown_out()
    {
        await using var rig = await OpenAsync();
        var edge = await rig.DialAsync(Rig.Lab.Issue("edge.woodgrove.example"));
        Assert.Equal(403, (await edge.AskAsync(From(Lines.Invite("disc-4")))).Status);
        await edge.EndAsync();
        Assert.Contains(rig.Reports, r => r.StartsWith("not admitted woodgrove.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_discovery_is_off_nobody_is_asked_about()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync(Rig.Lab.Issue("edge.woodgrove.example"));
        Assert.Equal(403, (await edge.AskAsync(From(Lines.Invite("disc-5")))).Status);
        Assert.Equal(0, rig.Resolver.Asked);
    }

    [Fact]
    public async Task A_peer_that_must_speak_TLS_1_3_and_does_is_admitted()
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge with { TlsVersionMin = TlsVersion.Tls13 }, rig.Other);
        var edge = await rig.DialAsync();
        Assert.Equal(200, (await edge.AskAsync(Lines.Invite("tls-1"))).Status);
    }

    private static async Task<Rig> OpenAsync(TableResolver? resolver = null)
    {
        var rig = await Rig.StartAsync(resolver: resolver);
        rig.Registry.Publish(new FederationTables(new FederationModel
        {
            Peers = [new PeerModel("xmpp", Protocol.Xmpp) { FromDomains = new[] { "jabber.example" }.ToFrozenSet() }],
            DiscoveredSip = new PeerModel("", Protocol.Sip),
        }));
        return rig;
    }

    private static string From(string request) => request.Replace("bo@contoso.example", "bo@" + Partner, StringComparison.Ordinal);
}
