using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Presence.Core;
using Presence.Core.Authorization;
using Presence.Core.Model;

namespace Federation.Tests;

/// <summary>How many subscriptions a domain may begin: its users cost it nothing, and us a row of the store each.</summary>
public sealed class SubscriptionRateTests
{
    private static readonly Leg AnyLeg = new("xmpp", "1"u8.ToArray());

    private readonly Rig rig = new(Rig.Usual with
    {
        Peers = [Rig.Edge],
        Domains = [new("contoso.example", DomainKind.Sip), new("*", DomainKind.Xmpp)],
        DiscoveredXmpp = new PeerModel("", Protocol.Xmpp) { Limits = new PeerLimits { NewSubscriptionsPerHourMax = 3 } },
    });

    [Fact]
    public async Task Invented_users_of_a_discovered_domain_begin_no_more_subscriptions_than_it_is_allowed()
    {
        for (var i = 0; i < 3; i++) Assert.Null(await AskAsync($"u{i}", "evil.example"));

        Assert.Equal("federation.SubscriptionsExceeded", (await AskAsync("u3", "evil.example"))?.Reason);

        Assert.Equal(3, rig.Engine.Commands.Count);
        Assert.Equal(1, rig.Metrics.Total(PassageKind.Watch, "federation.SubscriptionsExceeded"));
        Assert.Contains(rig.Refusals.Snapshot(), r => r is { Subject: "discovered:xmpp:evil.example", Reason: "federation.SubscriptionsExceeded" });
        Assert.Null(await AskAsync("juliet", "capulet.example"));

        // A third of an hour brings one place back.
        rig.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Null(await AskAsync("u4", "evil.example"));
        Assert.NotNull(await AskAsync("u5", "evil.example"));
    }

    [Fact]
    public async Task What_stands_is_asked_for_again_and_ended_as_often_as_its_user_likes()
    {
        var user = new Address("u", "evil.example");
        for (var i = 0; i < 3; i++) Assert.Null(await AskAsync($"u{i}", "evil.example"));
        rig.Engine.Views[(Rig.Alice, user)] = new WatcherView(Rig.Alice, user, AuthorizationPhase.Granted, true, [], [], null, 1);

        for (var i = 0; i < 9; i++) Assert.Null(await AskAsync("u", "evil.example"));
        Assert.Null(await EnterAsync(new WithdrawAuthorization(new Address("u0", "evil.example"))));
        Assert.Null(await EnterAsync(new Probe(new Address("u1", "evil.example"), AnyLeg)));
    }

    [Fact]
    public async Task A_watch_that_a_sip_partner_begins_is_counted_and_a_poll_is_not()
    {
        var slow = Rig.Edge with { Limits = new PeerLimits { NewSubscriptionsPerHourMax = 1 } };
        var sip = new Rig(Rig.Usual with { Peers = [slow, Rig.Server] });
        async Task<string?> Enter(PresentityCommand command) =>
            (await sip.Crossing.EnterAsync(Rig.PrincipalOf(slow, "contoso.example"), sip.PassageOf(Rig.Alice, Rig.Juliet, slow, PassageKind.Watch), Rig.Juliet, command, default)).Failure?.Reason;

        Assert.Null(await Enter(new Watch(Rig.Alice, AnyLeg, 3_600)));
        Assert.Equal("federation.SubscriptionsExceeded", await Enter(new Watch(Rig.Alice, AnyLeg, -1)));
        Assert.Null(await Enter(new Watch(Rig.Alice, AnyLeg, 0)));
        Assert.Null(await Enter(new Poll(Rig.Alice, AnyLeg)));
    }

    [Fact]
    public void Invented_domains_have_a_bound_together_that_binds_no_configured_peer()
    {
        var rates = new SubscriptionRates(rig.Clock);
        var configured = Rig.Server with { Limits = new PeerLimits { NewSubscriptionsPerHourMax = 5 } };

        var taken = Enumerable.Range(0, SubscriptionRates.StrangersPerHourMax + 500).Count(i => rates.TryTake(Stranger($"d{i}.evil.example"), $"d{i}.evil.example"));

        Assert.Equal(SubscriptionRates.StrangersPerHourMax, taken);
        Assert.False(rates.TryTake(Stranger("honest.example"), "honest.example"));
        Assert.True(rates.TryTake(configured, "capulet.example"));
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(rates.TryTake(Stranger("honest.example"), "honest.example"));
    }

    [Fact]
    public void A_domain_above_its_own_bound_takes_nothing_from_the_others()
    {
        var rates = new SubscriptionRates(rig.Clock);
        var loud = Stranger("loud.example");

        var taken = Enumerable.Range(0, 2 * SubscriptionRates.StrangersPerHourMax).Count(_ => rates.TryTake(loud, "loud.example"));

        Assert.Equal(3, taken);
        Assert.True(rates.TryTake(Stranger("honest.example"), "honest.example"));
    }

    private PeerModel Stranger(string domain) => rig.Registry.Current.Peers.Discover(domain, Protocol.Xmpp)!.First;

    private Task<Failure?> AskAsync(string user, string domain) => EnterAsync(new RequestAuthorization(new Address(user, domain), AnyLeg));

    private async Task<Failure?> EnterAsync(PresentityCommand command)
    {
        var peer = Stranger(command.Watcher.Domain);
        var passage = rig.PassageOf(command.Watcher, Rig.Alice, peer, PassageKind.Watch);
        return (await rig.Crossing.EnterAsync(Rig.PrincipalOf(peer, command.Watcher.Domain), passage, Rig.Alice, command, default)).Failure;
    }
}
