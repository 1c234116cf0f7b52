using System.Collections.Frozen;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Routes;
using Presence.Core.Model;

namespace Federation.Tests;

public sealed class RouteTests
{
    private static readonly PeerModel One = new("one", Protocol.Sip);
    private static readonly PeerModel Two = new("two", Protocol.Sip);

    [Theory]
    [InlineData("a.contoso.example", "exact")]
    [InlineData("b.contoso.example", "suffix")]
    [InlineData("x.y.contoso.example", "suffix")]
    [InlineData("x.deep.contoso.example", "longer suffix")]
    [InlineData("contoso.example", "any")]
    [InlineData("notcontoso.example", "any")]
    public void The_most_exact_pattern_wins(string domain, string expected)
    {
        var map = new DomainMap<string>(new Dictionary<string, string>
        {
            ["a.contoso.example"] = "exact",
            ["*.contoso.example"] = "suffix",
            ["*.deep.contoso.example"] = "longer suffix",
            ["*"] = "any",
        });

        Assert.True(map.TryFind(domain, out var found));
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Users_then_domains_then_speakers_then_discovery_decide()
    {
        var speaker = new PeerModel("speaker", Protocol.Sip) { FromDomains = new[] { "spoken.example", "static.example" }.ToFrozenSet() };
        var table = new FederationTables(new FederationModel
        {
            Peers = [One, Two, speaker],
            Routes = [new("bob@static.example", "two") { Type = RouteType.User }, new("static.example", "one")],
            DiscoveredSip = new PeerModel("template", Protocol.Sip),
        }).Routes;

        Assert.Equal("two", table.Find(new Address("bob", "static.example"), DomainKind.Sip).First.Name);
        Assert.Equal("one", table.Find(new Address("eve", "static.example"), DomainKind.Sip).First.Name);
        Assert.Equal("speaker", table.Find(new Address("eve", "spoken.example"), DomainKind.Sip).First.Name);
        Assert.Equal("discovered:sip:found.example", table.Find(new Address("eve", "found.example"), DomainKind.Sip).First.Name);
        Assert.Equal(FederationReason.NoRoute, table.Find(new Address("eve", "other.example"), DomainKind.Xmpp).Reason);
        Assert.Equal(FederationReason.NoRoute, table.Find(new Address("eve", "own.example"), DomainKind.Local).Reason);
    }

    [Fact]
    public void Back_ups_follow_in_their_priority()
    {
        var table = new FederationTables(new FederationModel
        {
            Peers = [One, Two],
            Routes = [new("x.example", "two") { Priority = 2 }, new("x.example", "one") { Priority = 1 }],
        }).Routes;

        Assert.Equal(["one", "two"], table.Find(new Address("a", "x.example"), DomainKind.Sip).Peers.Select(p => p.Name));
    }

    [Fact]
    public void Weights_share_the_users_and_one_user_keeps_one_way()
    {
        var table = new FederationTables(new FederationModel
        {
            Peers = [One, Two],
            Routes = [new("x.example", "one") { Weight = 3 }, new("x.example", "two") { Weight = 1 }],
        }).Routes;

        var firsts = Enumerable.Range(0, 4_000).Select(i => table.Find(new Address($"user{i}", "x.example"), DomainKind.Sip).First.Name).ToList();

        Assert.InRange(firsts.Count(n => n == "one"), 2_700, 3_300);
        Assert.Equal(firsts[7], table.Find(new Address("user7", "x.example"), DomainKind.Sip).First.Name);
        Assert.Equal(2, table.Find(new Address("user7", "x.example"), DomainKind.Sip).Peers.Length);
    }

    [Fact]
    public void Faults_are_all_found_at_once()
    {
        var faults = FederationFaults.Find(new FederationModel
        {
            Peers = [One, One with { FromDomains = new[] { "capulet.example", "*.example" }.ToFrozenSet() }, Two],
            Domains = [new("capulet.example", DomainKind.Xmpp), new("capulet.example", DomainKind.Xmpp)],
            Routes =
            [
                new("x.example", "one"), new("x.example", "two"), new("y.example", "three"), new("nobody", "one") { Type = RouteType.User },
            ],
        });

        Assert.Contains(faults, f => f.Text.Contains("two peers are named 'one'", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Text.Contains("is a pattern", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Text.Contains("has two entries", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Text.Contains("may speak for it", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Text.Contains("same priority and weight and different peers", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Text.Contains("no peer is named 'three'", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Text.Contains("is no user address", StringComparison.Ordinal));
        Assert.Empty(FederationFaults.Find(Rig.Usual));
        var template = new PeerModel("template", Protocol.Sip);
        Assert.Single(FederationFaults.Find(Rig.Usual with { DiscoveredSip = template, DiscoveredXmpp = template }));
    }

    [Fact]
    public void An_explanation_says_each_step_in_words()
    {
        var tables = new FederationTables(Rig.Usual);

        var good = RouteExplanation.Of(tables, Rig.Alice, Rig.Juliet);
        var bad = RouteExplanation.Of(tables, Rig.Alice, new Address("bob", "nowhere.example"));

        Assert.Equal("capulet", good.Peer!.Name);
        Assert.Contains(good.Steps, s => s.StartsWith("leaves through Xmpp peer 'capulet'", StringComparison.Ordinal));
        Assert.Equal(FederationReason.UnknownDomain, bad.Reason);
        Assert.Contains("federation.UnknownDomain", bad.Steps[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_is_served_to_the_protocol_that_does_not_reach_it()
    {
        var tables = new FederationTables(Rig.Usual with { Domains = [.. Rig.Usual.Domains, new("bad.example", DomainKind.Xmpp) { IsBlocked = true }] });

        Assert.True(tables.IsServed("capulet.example", Protocol.Sip));
        Assert.False(tables.IsServed("capulet.example", Protocol.Xmpp));
        Assert.True(tables.IsServed("contoso.example", Protocol.Xmpp));
        Assert.False(tables.IsServed("bad.example", Protocol.Sip));
        Assert.False(tables.IsServed("nowhere.example", Protocol.Sip));
    }

    [Fact]
    public void Who_must_name_himself_first_takes_a_domain_that_is_served()
    {
        var tables = new FederationTables(Rig.Usual);
        Assert.True(tables.IsServed(tables.AnyServed(Protocol.Xmpp)!, Protocol.Xmpp));
        Assert.True(tables.IsServed(tables.AnyServed(Protocol.Sip)!, Protocol.Sip));
        Assert.Null(FederationTables.Empty.AnyServed(Protocol.Xmpp));

        var blocked = new FederationTables(new FederationModel { Domains = [new("*", DomainKind.Sip), new("bad.example", DomainKind.Sip) { IsBlocked = true }, new("good.example", DomainKind.Sip)] });
        Assert.Equal("good.example", blocked.AnyServed(Protocol.Xmpp));
    }
}
