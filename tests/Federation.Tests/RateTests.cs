using Conformance;
using System.Collections.Frozen;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Presence.Core;
using Presence.Core.Model;

namespace Federation.Tests;

/// <summary>How much one peer, and one domain of it, may send a second.</summary>
public sealed class RateTests
{
    [Fact]
    public void A_peer_above_its_rate_is_refused_until_a_second_later()
    {
        var slow = Rig.Edge with { Limits = new PeerLimits { RequestsPerSecondMax = 5 } };
        var rig = new Rig(Rig.Usual with { Peers = [slow, Rig.Server] });

        for (var i = 0; i < 5; i++) Assert.Empty(rig.Send(Rig.Alice, Rig.Juliet, slow).Answers);
        Assert.Equal("federation.RateExceeded", rig.Send(Rig.Alice, Rig.Juliet, slow).Reason);
        rig.Clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Empty(rig.Send(Rig.Alice, Rig.Juliet, slow).Answers);
        Assert.Equal("federation.RateExceeded", rig.Send(Rig.Alice, Rig.Juliet, slow).Reason);
    }

    [Fact]
    public void One_domain_of_a_peer_that_floods_takes_nothing_from_the_others()
    {
        var many = Rig.Server with
        {
            FromDomains = new[] { "capulet.example", "montague.example" }.ToFrozenSet(), Limits = new PeerLimits { RequestsPerSecondMax = 5, DomainRequestsPerSecondMax = 3 },
        };
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Edge, many] });
        var romeo = new Address("romeo", "montague.example");

        for (var i = 0; i < 3; i++) Assert.Empty(rig.Send(Rig.Juliet, Rig.Alice, many).Answers);
        for (var i = 0; i < 9; i++) Assert.Equal("federation.RateExceeded", rig.Send(Rig.Juliet, Rig.Alice, many).Reason);

        Assert.Empty(rig.Send(romeo, Rig.Alice, many).Answers);
        Assert.Empty(rig.Send(romeo, Rig.Alice, many).Answers);
        Assert.Equal("federation.RateExceeded", rig.Send(romeo, Rig.Alice, many).Reason);
    }

    [Fact]
    public void Questions_that_a_side_answers_itself_draw_on_the_same_rate()
    {
        var slow = Rig.Server with { Limits = new PeerLimits { RequestsPerSecondMax = 2 } };
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Edge, slow] });
        var principal = Rig.PrincipalOf(slow, "capulet.example");
        rig.Send(Rig.Juliet, Rig.Alice, slow);

        Assert.Equal(FederationReason.None, rig.Crossing.Judge(principal, Protocol.Xmpp, "contoso.example"));
        Assert.Equal(FederationReason.RateExceeded, rig.Crossing.Judge(principal, Protocol.Xmpp, "contoso.example"));
        Assert.Equal(1, rig.Metrics.Total(PassageKind.Query, "federation.RateExceeded"));
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        rig.Crossing.BeginDrain();
        Assert.Equal(FederationReason.Draining, rig.Crossing.Judge(principal, Protocol.Xmpp, "contoso.example"));
    }

    [Fact]
    public async Task What_we_report_in_a_peers_name_is_heard_however_fast_it_sends()
    {
        var slow = Rig.Server with { Limits = new PeerLimits { RequestsPerSecondMax = 1 } };
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Edge, slow] });
        rig.Send(Rig.Juliet, Rig.Alice, slow);
        Assert.Equal("federation.RateExceeded", rig.Send(Rig.Juliet, Rig.Alice, slow).Reason);

        var report = Rig.PrincipalOf(slow, "capulet.example") with { IsReport = true };
        var passage = rig.PassageOf(Rig.Juliet, Rig.Alice, slow, PassageKind.Presence);
        var answer = await rig.Crossing.EnterAsync(report, passage, Rig.Juliet, new UpstreamFailed(Rig.Alice, Condition.RemoteServerTimeout, null), default);

        Assert.True(answer.IsAccepted);
        Assert.IsType<UpstreamFailed>(Assert.Single(rig.Engine.Commands).Command);
    }

    [Fact]
    public void A_flood_of_names_makes_nobody_forget_who_is_above_his_rate()
    {
        var clock = new HandClock();
        var rates = new PeerRates(clock);
        var loud = Limited("loud");
        Assert.True(rates.TryTake(loud, ""));
        Assert.False(rates.TryTake(loud, ""));

        for (var i = 0; i < PeerRates.BucketsMax + 500; i++) rates.TryTake(Limited($"discovered:{i}"), "");

        Assert.False(rates.TryTake(loud, ""));
        Assert.Equal(PeerRates.BucketsMax, rates.Count);

        // A second later every debt is paid: the table is swept and newcomers find room.
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(rates.TryTake(Limited("newcomer"), ""));
        Assert.InRange(rates.Count, 1, 10);
    }

    private static PeerModel Limited(string name) => new(name, Protocol.Xmpp) { Limits = new PeerLimits { RequestsPerSecondMax = 1 } };
}
