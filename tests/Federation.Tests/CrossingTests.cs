using System.Collections.Frozen;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Federation.Tests;

public sealed class CrossingTests
{
    private static readonly Leg Leg = new("leg", new byte[] { 1 });

    [Fact]
    public void A_message_leaves_by_the_other_side_and_its_receipt_answers_the_sender_once()
    {
        var rig = new Rig();

        var arrival = rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);

        var departure = Assert.Single(rig.Xmpp.Messages);
        Assert.Empty(arrival.Answers);
        Assert.Equal("capulet", departure.Peer.Name);
        Assert.True(departure.Complete(Outcome.Delivered));
        Assert.False(departure.Complete(Outcome.Failed(Condition.Gone, "x", "y")));
        Assert.True(Assert.Single(arrival.Answers).IsDelivered);
        Assert.Equal(1, rig.Metrics.Total(PassageKind.Message, "ok"));
    }

    [Fact]
    public void A_principal_cannot_send_for_another_domain_than_its_own()
    {
        var rig = new Rig();
        var arrival = new RecordingArrival(rig.PassageOf(new Address("eve", "fabrikam.example"), Rig.Juliet, Rig.Edge, PassageKind.Message));

        rig.Crossing.Enter(Rig.PrincipalOf(Rig.Edge, "contoso.example"), arrival);

        Assert.Equal("federation.FromDomainNotAllowed", arrival.Reason);
        Assert.Empty(rig.Xmpp.Messages);
    }

    [Fact]
    public void With_no_peer_configured_everything_is_refused()
    {
        var rig = new Rig(new FederationModel());

        Assert.Equal("federation.UnknownDomain", rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge).Reason);
        Assert.False(rig.Crossing.IsServed("capulet.example", Protocol.Sip));
    }

    [Theory]
    [InlineData("nowhere.example", "federation.UnknownDomain")]
    [InlineData("evil.example", "federation.DomainBlocked")]
    [InlineData("lonely.example", "federation.NoRoute")]
    [InlineData("fabrikam.example", "federation.DomainPairNotAllowed")]
    public void What_no_table_allows_is_refused_with_its_reason(string domain, string reason)
    {
        var rig = new Rig(Rig.Usual with
        {
            Domains = [.. Rig.Usual.Domains, new("evil.example", DomainKind.Xmpp), new("lonely.example", DomainKind.Xmpp), new("fabrikam.example", DomainKind.Sip)],
            Policy = new PolicyModel { BlockedDomains = ["evil.example"] },
        });

        Assert.Equal(reason, rig.Send(Rig.Alice, new Address("bob", domain), Rig.Edge).Reason);
        Assert.Equal(reason, Assert.Single(rig.Refusals.Snapshot()).Reason);
        Assert.Equal(1, rig.Metrics.Total(PassageKind.Message, reason));
    }

    [Fact]
    public void A_message_never_goes_back_to_the_peer_it_came_from()
    {
        var rig = new Rig(Rig.Usual with { Routes = [new("capulet.example", "contoso")] });

        Assert.Equal("federation.Loop", rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge).Reason);
    }

    [Fact]
    public void A_shared_domain_may_lead_back_to_the_peer_it_came_from()
    {
        var shared = Rig.Edge with { FromDomains = new[] { "contoso.example" }.ToFrozenSet() };
        var rig = new Rig(new FederationModel { Peers = [shared], Domains = [new("contoso.example", DomainKind.Shared)] });

        rig.Send(Rig.Alice, new Address("bob", "contoso.example"), shared);

        Assert.Single(rig.Sip.Messages);
    }

    [Fact]
    public void Two_domains_of_one_kind_talk_where_a_transit_pair_allows_it()
    {
        var fabrikam = new PeerModel("fabrikam", Protocol.Sip) { FromDomains = new[] { "fabrikam.example" }.ToFrozenSet() };
        var rig = new Rig(Rig.Usual with
        {
            Peers = [Rig.Edge, fabrikam],
            Domains = [],
            Policy = new PolicyModel { TransitPairs = [new("fabrikam.example", "*.example")] },
        });

        rig.Send(Rig.Alice, new Address("bob", "fabrikam.example"), Rig.Edge);

        Assert.Equal("fabrikam", Assert.Single(rig.Sip.Messages).Peer.Name);
        Assert.True(rig.Crossing.IsServed("fabrikam.example", Protocol.Sip));
    }

    [Fact]
    public void While_draining_new_messages_and_commands_are_refused_and_effects_still_leave()
    {
        var rig = new Rig();
        rig.Crossing.BeginDrain();

        Assert.Equal("federation.Draining", rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge).Reason);
        Assert.True(rig.Crossing.PerformAsync(new Tell(Rig.Alice, Rig.Juliet, true, PresenceReason.None), null, default).IsCompletedSuccessfully);
        Assert.Single(rig.Xmpp.Effects);
    }

    [Fact]
    public void With_open_federation_a_discovered_partner_is_answered_and_reached()
    {
        var rig = new Rig(Rig.Usual with { DiscoveredSip = new PeerModel("template", Protocol.Sip) });
        var stranger = rig.Registry.Current.Peers.Discover("fabrikam.example", Protocol.Sip)!.First;

        rig.Send(new Address("eve", "fabrikam.example"), Rig.Juliet, stranger);
        rig.Send(Rig.Juliet, new Address("eve", "fabrikam.example"), Rig.Server);

        Assert.Single(rig.Xmpp.Messages);
        Assert.Equal("discovered:sip:fabrikam.example", Assert.Single(rig.Sip.Messages).Peer.Name);
    }

    [Fact]
    public void A_link_that_fails_is_shown_to_the_operator_and_a_users_refusal_is_not()
    {
        var rig = new Rig();
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);

        rig.Xmpp.Messages[0].Complete(Outcome.Failed(FederationReasons.FailureOf(FederationReason.LinkUnavailable)));
        rig.Xmpp.Messages[1].Complete(Outcome.Failed(Condition.Forbidden, "mapping.RefusedByXmpp", "go away"));

        Assert.Equal(("capulet", "federation.LinkUnavailable"), (Assert.Single(rig.Refusals.Snapshot()).Subject, rig.Refusals.Snapshot()[0].Reason));
    }

    [Fact]
    public void A_defect_of_a_side_is_answered_as_internal_error_and_reported()
    {
        var rig = new Rig();
        rig.Xmpp.Defect = new InvalidOperationException("bug");

        Assert.Equal("federation.InternalError", rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge).Reason);
        Assert.Single(rig.Defects);
    }

    [Fact]
    public async Task A_watch_is_decided_by_the_engine_and_answered_with_its_reply()
    {
        var rig = new Rig();
        var passage = rig.PassageOf(Rig.Alice, Rig.Juliet, Rig.Edge, PassageKind.Watch);

        var answer = await rig.Crossing.EnterAsync(Rig.PrincipalOf(Rig.Edge, "contoso.example"), passage, Rig.Juliet, new Watch(Rig.Alice, Leg, 3600), default);

        Assert.True(answer.IsAccepted);
        Assert.Equal(3600, answer.Reply.ExpiresSeconds);
        Assert.Equal(Rig.Juliet, Assert.Single(rig.Engine.Commands).Presentity);
    }

    [Fact]
    public async Task A_refusal_of_the_engine_carries_its_public_name()
    {
        var rig = new Rig();
        rig.Engine.Reply = PresenceReply.Refused(PresenceReason.LimitReached);
        var passage = rig.PassageOf(Rig.Alice, Rig.Juliet, Rig.Edge, PassageKind.Watch);

        var answer = await rig.Crossing.EnterAsync(Rig.PrincipalOf(Rig.Edge, "contoso.example"), passage, Rig.Juliet, new Watch(Rig.Alice, Leg, 3600), default);

        Assert.False(answer.IsAccepted);
        Assert.Equal("presence.LimitReached", answer.Failure!.Reason);
        Assert.Equal(("contoso", "presence.LimitReached"), (Assert.Single(rig.Refusals.Snapshot()).Subject, rig.Refusals.Snapshot()[0].Reason));
    }

    [Fact]
    public async Task Effects_go_to_the_side_of_the_user_they_concern()
    {
        var rig = new Rig();

        await rig.Crossing.PerformAsync(new Show(Rig.Juliet, Rig.Alice, ""), null, default);
        await rig.Crossing.PerformAsync(new AskUpstream(Rig.Juliet, Rig.Alice, UpstreamRequest.Subscribe, null), null, default);

        Assert.IsType<Show>(Assert.Single(rig.Sip.Effects).Effect);
        Assert.IsType<AskUpstream>(Assert.Single(rig.Xmpp.Effects).Effect);
    }

    [Fact]
    public async Task An_upstream_that_no_table_leads_to_is_reported_to_the_core_as_failed()
    {
        var rig = new Rig();
        var lost = new Address("bob", "nowhere.example");

        var verdict = await rig.Crossing.PerformAsync(new AskUpstream(lost, Rig.Alice, UpstreamRequest.Subscribe, null), null, default);

        Assert.Equal(EffectVerdict.Done, verdict);
        var (presentity, command) = await rig.Engine.FirstCommand;
        Assert.Equal(lost, presentity);
        Assert.Equal(Condition.RemoteServerNotFound, Assert.IsType<UpstreamFailed>(command).Condition);
    }

    [Fact]
    public void A_chat_state_passes_or_is_dropped()
    {
        var rig = new Rig();
        var principal = Rig.PrincipalOf(Rig.Server, "capulet.example");

        rig.Crossing.Enter(principal, new ChatStateArrival(rig.PassageOf(Rig.Juliet, Rig.Alice, Rig.Server, PassageKind.ChatState), ChatState.Composing, null));
        rig.Crossing.Enter(principal, new ChatStateArrival(rig.PassageOf(Rig.Juliet, new Address("x", "nowhere.example"), Rig.Server, PassageKind.ChatState), ChatState.Composing, null));

        Assert.Equal(ChatState.Composing, Assert.Single(rig.Sip.States).State);
    }

    [Fact]
    public void A_late_failure_goes_to_the_side_of_the_messages_sender_or_is_dropped()
    {
        var rig = new Rig();
        var principal = Rig.PrincipalOf(Rig.Server, "capulet.example");
        var failure = new Failure(Condition.ItemNotFound, "mapping.RefusedByXmpp", "No such user.");

        rig.Crossing.Enter(principal, new LateFailureArrival(rig.PassageOf(Rig.Juliet, Rig.Alice, Rig.Server, PassageKind.LateFailure), 7, failure));
        rig.Crossing.Enter(principal, new LateFailureArrival(rig.PassageOf(new Address("eve", "evil.example"), Rig.Alice, Rig.Server, PassageKind.LateFailure), 8, failure));

        var told = Assert.Single(rig.Sip.LateFailures);
        Assert.Equal((Rig.Alice, (UInt128)7, failure, "contoso"), (told.Passage.To, told.MessageId, told.Failure, told.Peer.Name));
        Assert.Equal(1, rig.Metrics.Total(PassageKind.LateFailure, "mapping.RefusedByXmpp"));
    }

    [Fact]
    public void A_reload_is_seen_by_the_next_message_as_one_change()
    {
        var rig = new Rig();
        var before = rig.Registry.Version;

        rig.Registry.Publish(new FederationTables(Rig.Usual with { Policy = new PolicyModel { BlockedDomains = ["capulet.example"] } }));

        Assert.NotEqual(before, rig.Registry.Version);
        Assert.Equal("federation.DomainBlocked", rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge).Reason);
    }
}
