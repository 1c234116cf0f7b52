using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Xmpp.Tests;

/// <summary>Two sides that federate with each other over real sockets and TLS.</summary>
public sealed class TwoSidesTests
{
    [Fact]
    public async Task A_message_crosses_with_EXTERNAL_and_is_delivered_when_written()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);

        Assert.True((await contoso.SendAsync("juliet@capulet.example", "one <&> two\nthree", "t1")).IsDelivered);

        var (principal, arrival) = await capulet.Crossing.MessageAsync();
        Assert.Equal(("contoso.example", Proof.SaslExternal, "peer-contoso.example"), (principal.Domain, principal.ProvedBy, principal.Peer.Name));
        Assert.Equal((new Address("alice", "contoso.example"), new Address("juliet", "capulet.example")), (arrival.Passage.From, arrival.Passage.To));
        Assert.Equal(("one <&> two\nthree", "t1"), (arrival.Content.Body, arrival.Content.Thread!));
        var stream = Assert.Single(contoso.Side.Streams);
        Assert.Equal(("external", "capulet.example", "Open", false), (stream.ProvedBy, stream.RemoteDomain, stream.Phase, stream.IsInbound));
        Assert.StartsWith("Tls", stream.TlsVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_messages_keep_their_order_and_share_one_stream()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);

        var outcomes = Enumerable.Range(0, 500).Select(n => contoso.SendAsync("juliet@capulet.example", $"{n}")).ToList();

        Assert.All(await Task.WhenAll(outcomes), outcome => Assert.True(outcome.IsDelivered));
        for (int n = 0; n < 500; n++) Assert.Equal($"{n}", (await capulet.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.Single(contoso.Side.Streams);
    }

    [Fact]
    public async Task A_message_to_an_address_that_has_no_JID_fails_without_a_stream()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);

        var outcome = await contoso.SendAsync(" juliet@capulet.example");

        Assert.Equal("xmpp.JidMalformed", outcome.Failure!.Reason);
        Assert.Empty(contoso.Side.Pairs);
    }

    [Fact]
    public async Task A_domain_that_a_reload_took_away_is_served_no_more_on_streams_that_stand()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        Assert.True((await contoso.SendAsync("juliet@capulet.example", "one")).IsDelivered);
        Assert.Equal("one", (await capulet.Crossing.MessageAsync()).Arrival.Content.Body);

        capulet.Registry.Publish(new FederationTables(new FederationModel { Peers = [capulet.PeerOf("contoso.example", $"127.0.0.1:{contoso.Port}")] }));
        Assert.Equal("xmpp.PeerNotServing", (await contoso.SendAsync("juliet@capulet.example", "two")).Failure?.Reason);

        Assert.Equal(XmppReason.HostUnknown, await capulet.EndedAsync());
        Assert.False(capulet.Crossing.HasMessages);
    }

    [Fact]
    public async Task Dialback_over_TLS_proves_the_sender_where_certificates_do_not()
    {
        await using var contoso = new Node("contoso.example", Node.Stranger.Issue("contoso.example"));
        await using var capulet = new Node("capulet.example", Node.Stranger.Issue("wrong.example"));
        Node.Join(contoso, capulet, peer => peer with { AllowsDialback = true });

        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);

        Assert.Equal(Proof.DialbackOverTls, (await capulet.Crossing.MessageAsync()).Principal.ProvedBy);
        Assert.Equal("dialback", Assert.Single(contoso.Side.Streams, stream => !stream.IsInbound).ProvedBy);
    }

    [Fact]
    public async Task Without_dialback_an_untrusted_target_gets_nothing_and_the_sender_an_error()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example", Node.Stranger.Issue("capulet.example"));
        Node.Join(contoso, capulet);

        var outcome = await contoso.SendAsync("juliet@capulet.example");

        Assert.Equal(("xmpp.CertificateRefused", Condition.RemoteServerTimeout), (outcome.Failure!.Reason, outcome.Failure.Condition));
        Assert.False(capulet.Crossing.HasMessages);
        Assert.Contains(contoso.Refusals.Snapshot(), refusal => refusal.Reason == "xmpp.CertificateRefused");
    }

    [Fact]
    public async Task An_untrusted_originator_is_told_why_and_so_is_its_sender()
    {
        await using var contoso = new Node("contoso.example", Node.Stranger.Issue("contoso.example"));
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);

        var outcome = await contoso.SendAsync("juliet@capulet.example");

        Assert.Equal("xmpp.PeerStreamError", outcome.Failure!.Reason);
        Assert.Equal(XmppReason.CertificateRefused, await capulet.EndedAsync());
    }

    [Fact]
    public async Task A_server_found_by_SRV_is_reached()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [], AllowsPrivateTargets = true });
        contoso.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)capulet.Port, "xmpp.capulet.example")).Host("xmpp.capulet.example", "127.0.0.1");

        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact]
    public async Task A_domain_without_server_is_remote_server_not_found_and_the_next_sender_hears_it_at_once()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [] });

        Assert.Equal(Condition.RemoteServerNotFound, (await contoso.SendAsync("juliet@capulet.example")).Failure!.Condition);
        Assert.Equal(Condition.RemoteServerNotFound, (await contoso.SendAsync("juliet@capulet.example")).Failure!.Condition);
        Assert.Equal("xmpp.RemoteServerNotFound", Assert.Single(contoso.Side.Pairs).LastFailure);
    }

    [Fact]
    public async Task After_a_failure_and_a_pause_the_next_message_tries_again()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        Assert.Equal("xmpp.ConnectFailed", (await contoso.SendAsync("juliet@capulet.example")).Failure!.Reason);

        Node.Join(contoso, capulet);
        contoso.Time.Push(TimeSpan.FromSeconds(6));

        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        await using var contoso = new Node("contoso.example");
        await using var mute = await MutePeer.StartAsync();
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{mute.Port}") with { Limits = new PeerLimits { QueuedItemsMax = 2 } });
        var first = contoso.SendAsync("juliet@capulet.example");
        var second = contoso.SendAsync("juliet@capulet.example");

        Assert.Equal(("xmpp.QueueFull", Condition.ResourceConstraint), Public((await contoso.SendAsync("juliet@capulet.example")).Failure!));

        contoso.Time.Push(TimeSpan.FromSeconds(26));
        string[] late = ["xmpp.QueueTimeout", "xmpp.NegotiationTimeout"];
        Assert.Contains((await first).Failure!.Reason, late);
        Assert.Contains((await second).Failure!.Reason, late);
    }

    [Fact]
    public async Task A_failure_comes_back_as_a_stanza_error_and_is_recorded_as_late()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        capulet.Crossing.Outcome = Outcome.Failed(Condition.ItemNotFound, "sip.X", "No such user.");
        capulet.Crossing.View = (user, asker) => new WatcherView(user, asker, AuthorizationPhase.Granted, true, [], [], null, 1);

        Assert.True((await contoso.SendAsync("nobody@capulet.example")).IsDelivered);

        Assert.Equal("item-not-found", await contoso.LateErrorAsync());
        var late = await contoso.Crossing.LateAsync();
        Assert.Equal((new Address("nobody", "capulet.example"), new Address("alice", "contoso.example")), (late.Passage.From, late.Passage.To));
        Assert.Equal((Condition.ItemNotFound, "No such user."), (late.Failure.Condition, late.Failure.Text));
        Assert.Equal((await capulet.Crossing.MessageAsync()).Arrival.Content.Id, late.MessageId.ToString("x32", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Presence_effects_arrive_as_the_commands_they_mean()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var (alice, juliet) = (new Address("alice", "contoso.example"), new Address("juliet", "capulet.example"));
        var peer = contoso.PeerFor("juliet@capulet.example");
        var leg = new Leg("xmpp", default);
        Fragment[] busy = [new("sip", Availability.Busy, "in a call", "en", 0, DateTimeOffset.UnixEpoch)];
        var view = new WatcherView(alice, juliet, AuthorizationPhase.Granted, true, busy, [], null, 1);

        async Task<(Address Presentity, PresentityCommand Command)> Perform(PresenceEffect effect)
        {
            Assert.Equal(EffectVerdict.Done, await contoso.Side.PerformAsync(effect, view, peer, CancellationToken.None).AsTask().Within("an effect"));
            var (_, presentity, command) = await capulet.Crossing.CommandAsync();
            return (presentity, command);
        }

        Assert.Equal((juliet, typeof(RequestAuthorization)), Kind(await Perform(new AskUpstream(juliet, alice, UpstreamRequest.Subscribe, null))));
        Assert.Equal((juliet, typeof(Probe)), Kind(await Perform(new AskUpstream(juliet, alice, UpstreamRequest.Refresh, null))));
        Assert.Equal((juliet, typeof(WithdrawAuthorization)), Kind(await Perform(new AskUpstream(juliet, alice, UpstreamRequest.Unsubscribe, null))));
        Assert.Equal((alice, typeof(UpstreamGranted)), Kind(await Perform(new Tell(alice, juliet, true, PresenceReason.None))));
        Assert.Equal((alice, typeof(UpstreamDenied)), Kind(await Perform(new Tell(alice, juliet, false, PresenceReason.Rejected))));
        var (presentity, shown) = await Perform(new Show(alice, juliet, "xmpp"));
        Assert.Equal(alice, presentity);
        var fragment = Assert.Single(Assert.IsType<UpstreamShowed>(shown).Fragments);
        Assert.Equal(("in a call", Availability.DoNotDisturb), (fragment.Note, fragment.Availability));
        Assert.Equal(Availability.Offline, Assert.Single(Assert.IsType<UpstreamShowed>((await Perform(new End(alice, juliet, leg, PresenceReason.Expired))).Command).Fragments).Availability);
    }

    [Fact]
    public async Task An_asking_that_reaches_nobody_becomes_a_failure_of_the_upstream()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        var (alice, juliet) = (new Address("alice", "contoso.example"), new Address("juliet", "capulet.example"));
        var peer = contoso.PeerFor("juliet@capulet.example");

        Assert.Equal(EffectVerdict.Done, await contoso.Side.PerformAsync(new AskUpstream(juliet, alice, UpstreamRequest.Subscribe, null), null, peer, CancellationToken.None));

        var (_, presentity, command) = await contoso.Crossing.CommandAsync();
        Assert.Equal((juliet, new UpstreamFailed(alice, Condition.RemoteServerTimeout, null)), (presentity, command));
        Assert.Equal(EffectVerdict.Retry, await contoso.Side.PerformAsync(new Tell(alice, juliet, true, PresenceReason.None), null, peer, CancellationToken.None));
    }

    [Fact]
    public async Task A_chat_state_opens_the_stream_that_the_message_behind_it_will_need_and_is_worth_little_time()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var passage = new Passage(1, "edge", Gateway.Federation.Protocol.Sip, PassageKind.ChatState, new Address("alice", "contoso.example"), new Address("juliet", "capulet.example"));
        var typing = new ChatStateDeparture(passage, ChatState.Composing, null, contoso.PeerFor("juliet@capulet.example"));

        contoso.Side.Depart(typing);
        Assert.Equal(ChatState.Composing, (await capulet.Crossing.StateAsync()).State);
        Assert.Single(contoso.Side.Pairs);

        await using var mute = await MutePeer.StartAsync();
        contoso.Knows(contoso.PeerOf("montague.example", $"127.0.0.1:{mute.Port}"));
        var late = passage with { To = new Address("romeo", "montague.example") };
        contoso.Side.Depart(new ChatStateDeparture(late, ChatState.Composing, null, contoso.PeerFor("romeo@montague.example")));
        Assert.Equal(1, contoso.Side.Pairs.Single(pair => pair.RemoteDomain == "montague.example").QueuedItems);
        contoso.Time.Push(TimeSpan.FromSeconds(11));
        Assert.Equal(0, contoso.Side.Pairs.Single(pair => pair.RemoteDomain == "montague.example").QueuedItems);
    }

    [Fact]
    public async Task Withdrawn_trust_ends_the_streams_that_lived_by_it()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);

        capulet.Certificates.Current = new Certificates.CertificateSet(2, capulet.Certificates.Current.Own, [Node.Stranger.ToTrust("default")]);
        capulet.Time.Push(TimeSpan.FromSeconds(1));

        Assert.Equal(XmppReason.TrustWithdrawn, await capulet.EndedAsync());
    }

    [Fact]
    public async Task Stopping_says_system_shutdown_and_later_messages_fail()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);

        await contoso.Side.StopAsync().Within("the side to stop");

        Assert.Equal("xmpp.SystemShutdown", (await contoso.SendAsync("juliet@capulet.example")).Failure!.Reason);
        Assert.Equal(XmppReason.PeerStreamError, await capulet.EndedAsync());
    }

    [Fact]
    public async Task When_the_peer_comes_back_messages_cross_again()
    {
        await using var contoso = new Node("contoso.example");
        var first = new Node("capulet.example");
        Node.Join(contoso, first);
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
        await first.DisposeAsync();
        Assert.Equal(XmppReason.PeerStreamError, await contoso.EndedAsync());

        await using var second = new Node("capulet.example");
        Node.Join(contoso, second);

        Assert.True((await contoso.SendAsync("juliet@capulet.example", "again")).IsDelivered);
        Assert.Equal("again", (await second.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    private static (string, Condition) Public(Failure failure) => (failure.Reason, failure.Condition);

    private static (Address, Type) Kind((Address Presentity, PresentityCommand Command) entered) => (entered.Presentity, entered.Command.GetType());
}
