using System.Collections.Frozen;
using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Federation.Routes;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Federation.Tests;

/// <summary>Back-up routes: a message that nobody was given goes by the next way, never twice; a peer that cannot be reached is gone round for a while.</summary>
public sealed class FailoverTests
{
    private static readonly PeerModel Second = new("second", Protocol.Xmpp) { FromDomains = new[] { "second.example" }.ToFrozenSet() };
    private static readonly PeerModel Third = new("third", Protocol.Xmpp) { FromDomains = new[] { "third.example" }.ToFrozenSet() };
    private static readonly Failure Unreached = new(Condition.RemoteServerTimeout, "xmpp.ConnectFailed", "The destination server could not be reached in time.") { IsUnsent = true };

    private static FederationModel Model => Rig.Usual with
    {
        Peers = [Rig.Edge, Rig.Server, Second, Third],
        Routes =
        [
            new RouteModel("capulet.example", "capulet"), new RouteModel("capulet.example", "second") { Priority = 2 }, new RouteModel("capulet.example", "third") { Priority = 3 },
        ],
    };

    [Theory, Item("PS-130"), Item("PS-125")]
    [InlineData("loop", "second")]
    [InlineData("partners", "third")]
    [InlineData("filter", "third")]
    public void A_back_up_that_may_not_carry_it_is_no_way(string why, string next)
    {
        // The first way is known to fail; the second one is edge's own, or no partner, or of a protocol whose filter denies it.
        var model = Model;
        if (why == "loop") model = model with { Routes = [model.Routes[0], new RouteModel("capulet.example", "contoso") { Priority = 2 }, model.Routes[1] with { Priority = 3 }] };
        if (why == "partners") model = model with { Peers = [Rig.Edge, Rig.Server, Second with { PartnerDomains = new[] { "fabrikam.example" }.ToFrozenSet() }, Third] };
        if (why == "filter")
        {
            var other = new PeerModel("other", Protocol.Sip) { FromDomains = new[] { "other.example" }.ToFrozenSet() };
            model = model with
            {
                Peers = [.. model.Peers, other],
                Routes = [model.Routes[0], new RouteModel("capulet.example", "other") { Priority = 2 }, model.Routes[2]],
                Policy = new PolicyModel { SipFilters = new FiltersModel { OutgoingTo = new FilterModel { Hosts = ["capulet.example"] } } },
            };
        }
        var rig = new Rig(model);
        rig.Registry.Health.Failed("capulet", "xmpp.ConnectFailed", rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));

        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);

        Assert.Empty(rig.Sip.Messages);
        Assert.Equal(next, Assert.Single(rig.Xmpp.Messages).Peer.Name);
    }

    [Fact, Item("PIF-070")]
    public void What_could_not_be_handed_over_goes_by_the_back_up_and_is_answered_once()
    {
        var rig = new Rig(Model);
        var arrival = rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        rig.Xmpp.Messages[0].Complete(Outcome.Failed(Unreached));
        Assert.Empty(arrival.Answers);
        Assert.Equal(["capulet", "second"], rig.Xmpp.Messages.Select(m => m.Peer.Name));
        rig.Xmpp.Messages[1].Complete(Outcome.Delivered);
        Assert.True(Assert.Single(arrival.Answers).IsDelivered);

        // Late words of the first way change nothing any more.
        Assert.False(rig.Xmpp.Messages[0].Complete(Outcome.Failed(Unreached)));
        Assert.Equal(2, rig.Xmpp.Messages.Count);
        Assert.Contains(rig.Refusals.Snapshot(), r => r is { Subject: "capulet", Reason: "xmpp.ConnectFailed" } && r.Text.Contains("'second'", StringComparison.Ordinal));
    }

    [Fact]
    public void What_may_have_been_handed_over_is_not_sent_again()
    {
        var rig = new Rig(Model);
        var arrival = rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        rig.Xmpp.Messages[0].Complete(Outcome.Failed(Unreached with { IsUnsent = false }));
        Assert.Equal("xmpp.ConnectFailed", arrival.Reason);
        Assert.Single(rig.Xmpp.Messages);
    }

    [Fact]
    public void When_every_way_fails_each_was_tried_once_and_the_last_reason_is_told()
    {
        var rig = new Rig(Model);
        var arrival = rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        rig.Xmpp.Messages[0].Complete(Outcome.Failed(Unreached));
        rig.Xmpp.Messages[1].Complete(Outcome.Failed(Unreached));
        rig.Xmpp.Messages[2].Complete(Outcome.Failed(Unreached with { Reason = "xmpp.TlsFailed" }));
        Assert.Equal(["capulet", "second", "third"], rig.Xmpp.Messages.Select(m => m.Peer.Name));
        Assert.Equal("xmpp.TlsFailed", arrival.Reason);
    }

    [Fact]
    public void The_next_message_goes_round_what_failed_and_comes_back_to_it_later()
    {
        var rig = new Rig(Model);
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        rig.Xmpp.Messages[0].Complete(Outcome.Failed(Unreached));
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        Assert.Equal("second", rig.Xmpp.Messages[2].Peer.Name);
        rig.Clock.Advance(TimeSpan.FromSeconds(31));
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        Assert.Equal("capulet", rig.Xmpp.Messages[3].Peer.Name);
    }

    [Fact]
    public void A_side_says_for_how_long_and_when_the_peer_is_back()
    {
        var rig = new Rig(Model);
        rig.Registry.Health.Failed("capulet", "transport.ConnectRefused", rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(2));
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        Assert.Equal("second", rig.Xmpp.Messages[0].Peer.Name);
        rig.Registry.Health.Restored("capulet");
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        Assert.Equal("capulet", rig.Xmpp.Messages[1].Peer.Name);
    }

    [Fact]
    public void Where_every_way_is_bad_the_first_is_tried_all_the_same()
    {
        var rig = new Rig(Model);
        foreach (var name in new[] { "capulet", "second", "third" }) rig.Registry.Health.Failed(name, "transport.ConnectRefused", rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(2));
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        Assert.Equal("capulet", rig.Xmpp.Messages[0].Peer.Name);
    }

    [Fact]
    public void A_passed_over_first_way_is_tried_when_the_back_up_fails()
    {
        var rig = new Rig(Model);
        rig.Registry.Health.Failed("capulet", "transport.ConnectRefused", rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(2));
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        foreach (var _ in Enumerable.Range(0, 2)) rig.Xmpp.Messages[^1].Complete(Outcome.Failed(Unreached));
        Assert.Equal(["second", "third", "capulet"], rig.Xmpp.Messages.Select(m => m.Peer.Name));
    }

    [Fact]
    public void A_message_that_is_too_old_goes_no_other_way()
    {
        var rig = new Rig(Model);
        var arrival = rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        rig.Clock.Advance(TimeSpan.FromSeconds(26));
        rig.Xmpp.Messages[0].Complete(Outcome.Failed(Unreached));
        Assert.Equal("xmpp.ConnectFailed", arrival.Reason);
    }

    [Fact]
    public void A_back_up_is_never_the_peer_it_came_from()
    {
        var model = Model with { Routes = [new RouteModel("capulet.example", "capulet"), new RouteModel("capulet.example", "contoso") { Priority = 2 }] };
        var rig = new Rig(model);
        var arrival = rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        rig.Xmpp.Messages[0].Complete(Outcome.Failed(Unreached));
        Assert.Equal("xmpp.ConnectFailed", arrival.Reason);
        Assert.Empty(rig.Sip.Messages);
    }

    [Fact]
    public async Task Presence_goes_round_a_peer_that_cannot_be_reached()
    {
        var rig = new Rig(Model);
        rig.Registry.Health.Failed("capulet", "transport.ConnectRefused", rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(2));
        await rig.Crossing.PerformAsync(new AskUpstream(Rig.Juliet, Rig.Alice, UpstreamRequest.Refresh, null), null, CancellationToken.None);
        Assert.Equal("second", Assert.Single(rig.Xmpp.Effects).Peer.Name);
    }

    [Fact, Item("PSB-079")]
    public void The_explanation_shows_the_order_and_what_is_gone_round()
    {
        var rig = new Rig(Model);
        rig.Registry.Health.Failed("capulet", "transport.ConnectRefused", rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(2));
        var said = RouteExplanation.Of(rig.Registry.Current, Rig.Alice, Rig.Juliet, rig.Registry.Health.Find);
        var ways = said.Steps.Where(s => s.StartsWith("leaves through", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, ways.Count);
        Assert.Contains("'capulet'", ways[0], StringComparison.Ordinal);
        Assert.EndsWith("transport.ConnectRefused", ways[0], StringComparison.Ordinal);
        Assert.EndsWith("(back-up)", ways[1], StringComparison.Ordinal);
        Assert.Equal("second", said.Peer!.Name);
        Assert.Contains("at this moment: through 'second'", said.Steps);
    }

    [Fact]
    public void The_memory_of_failures_is_bounded()
    {
        var rig = new Rig(Model);
        for (var i = 0; i < 10_000; i++) rig.Registry.Health.Failed($"discovered:sip:d{i}.example", "transport.DnsNotFound", rig.Clock.GetUtcNow() + TimeSpan.FromMinutes(2));
        Assert.InRange(Enumerable.Range(0, 10_000).Count(i => rig.Registry.Health.Find($"discovered:sip:d{i}.example") is not null), 1, 4_096);
    }
}
