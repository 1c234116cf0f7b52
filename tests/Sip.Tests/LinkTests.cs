using Gateway.Federation;
using Gateway.Sip;
using Gateway.Transport;
using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>The ways to a peer: dialled on demand, proved, shared, bounded, and lost; RFC 3261 §18, RFC 5922, field facts A1 to A4 and A6.</summary>
public sealed class LinkTests
{
    [Fact]
    public async Task A_connection_is_dialled_on_demand_and_what_waited_for_it_leaves()
    {
        await using var rig = await Rig.StartAsync();
        var outcomes = Enumerable.Range(0, 3).Select(i => rig.Depart("hi", to: new Address($"user{i}", "contoso.example"))).ToList();
        var edge = await rig.AcceptAsync();
        for (var i = 0; i < 3; i++)
        {
            await edge.SendAsync(Lines.Accepted(await edge.RequestAsync("INVITE")));
            await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        }

        foreach (var outcome in outcomes) Assert.True((await outcome).IsDelivered);
        var link = Assert.Single(rig.View.Links);
        Assert.Equal(("edge", 0, "", "out"), (link.Peer, link.Waiting, link.LastFailure, Assert.Single(link.Connections).Direction));
        Assert.Equal("dns:sip.contoso.example", link.Connections[0].ProvedAs);
    }

    [Fact]
    public async Task Whoever_still_holds_the_old_record_of_a_peer_reaches_it_by_the_record_in_force()
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge with { TlsSubjects = ["new.contoso.example"] }, rig.Other);
        var outcome = rig.Depart("hello", by: rig.Edge);
        await rig.AcceptAsync();
        Assert.Equal("federation.PeerNotProved", (await outcome).Failure!.Reason);
    }

    [Fact]
    public async Task A_peer_that_was_removed_is_not_dialled_again()
    {
        await using var rig = await Rig.StartAsync(isReachable: false);
        rig.Publish(rig.Other);
        Assert.Equal("federation.UnknownPeer", (await rig.Depart("hello", by: rig.Edge)).Failure!.Reason);
    }

    [Fact]
    public async Task A_connection_the_peer_opened_is_used_before_one_is_dialled()
    {
        await using var rig = await Rig.StartAsync();
        await ConversationOutTests.TalkAsync(rig);
        Assert.Equal("in", Assert.Single(Assert.Single(rig.View.Links).Connections).Direction);
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_fails_at_once_in_words_and_is_not_dialled_for_each_message()
    {
        await using var rig = await Rig.StartAsync(isReachable: false);
        var first = (await rig.Depart("one")).Failure!;
        Assert.Equal((Condition.RemoteServerTimeout, "transport.ConnectRefused"), (first.Condition, first.Reason));
        Assert.Equal("transport.ConnectRefused", (await rig.Depart("two")).Failure!.Reason);
        Assert.Equal("link edge transport.ConnectRefused", Assert.Single(rig.Reports));

        rig.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("transport.ConnectRefused", (await rig.Depart("three")).Failure!.Reason);
        Assert.Equal(2, rig.Reports.Count);
        await rig.ForgottenAsync();
        Assert.Equal("transport.ConnectRefused", Assert.Single(rig.View.Links).LastFailure);
    }

    [Fact]
    public async Task A_peer_without_an_address_is_a_server_not_found()
    {
        await using var rig = await Rig.StartAsync();
        rig.Resolver.Fails("sip.contoso.example", TransportReason.DnsNotFound);
        Assert.Equal(Condition.RemoteServerNotFound, (await rig.Depart("one")).Failure!.Condition);
        await rig.ForgottenAsync();
    }

    [Fact]
    public async Task A_target_that_proves_another_name_gets_nothing_and_the_sender_hears_so()
    {
        await using var rig = await Rig.StartAsync();
        var outcome = rig.Depart("secret");
        var impostor = await rig.AcceptAsync(Rig.Lab.Issue("sip.montague.example"));
        await impostor.EndAsync();
        Assert.Empty(impostor.Unread);
        var failure = (await outcome).Failure!;
        Assert.Equal((Condition.RemoteServerNotFound, true), (failure.Condition, failure.Reason.Contains("WrongName", StringComparison.Ordinal) || failure.Reason == "federation.PeerNotProved"));
    }

    [Fact]
    public async Task What_waits_too_long_for_a_connection_is_given_up()
    {
        await using var rig = await Rig.StartAsync();
        var outcome = rig.Depart("one");
        Assert.Equal(1, Assert.Single(rig.View.Links).Waiting);
        rig.Time.Advance(TimeSpan.FromSeconds(26));
        Assert.Equal(Condition.RemoteServerTimeout, (await outcome).Failure!.Condition);
        Assert.Equal(0, Assert.Single(rig.View.Links).Waiting);
        Assert.Equal((0, 0, 0), rig.Held);

        // The connection that stands too late carries nothing of it.
        var edge = await rig.AcceptAsync();
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    public async Task Too_much_waiting_for_a_connection_is_refused_at_once()
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge);
        var narrow = rig.Edge with { Limits = rig.Edge.Limits with { QueuedItemsMax = 2 } };
        var outcomes = Enumerable.Range(0, 3).Select(i => rig.Depart("hi", to: new Address($"user{i}", "contoso.example"), by: narrow)).ToList();
        var refused = (await outcomes[2]).Failure!;
        Assert.Equal((Condition.ResourceConstraint, "sip.QueueFull", 10), (refused.Condition, refused.Reason, refused.RetryAfterSeconds));
        Assert.False(outcomes[0].IsCompleted || outcomes[1].IsCompleted);
    }

    [Fact]
    public async Task Four_connections_of_one_peer_share_the_load_and_each_dialog_keeps_its_own()
    {
        await using var rig = await Rig.StartAsync();
        var edges = new List<Edge>();
        for (var i = 0; i < 4; i++) edges.Add(await rig.DialBoundAsync());
        Assert.Equal(4, Assert.Single(rig.View.Links).Connections.Count);
        for (var i = 0; i < 64; i++) _ = rig.Depart("hi", to: new Address($"user{i}", "contoso.example"));
        var used = 0;
        foreach (var edge in edges)
        {
            await edge.SettleAsync();
            var invites = edge.Unread.Count(m => m.Method == "INVITE");
            used += invites;
            Assert.InRange(invites, 1, 63);
        }

        Assert.Equal(64, used);
    }

    [Fact]
    public async Task An_answer_may_come_by_another_connection_of_the_peer_but_not_from_another_peer()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await ConversationOutTests.TalkAsync(rig);
        var second = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello again");
        var message = await await Task.WhenAny(edge.RequestAsync("MESSAGE"), second.RequestAsync("MESSAGE"));
        var other = await rig.DialOtherAsync();
        await other.SettleAsync();
        await other.SendAsync(Lines.Response(message, 403));
        await other.SettleAsync();
        Assert.False(outcome.IsCompleted);
        await second.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact]
    public async Task A_guessed_answer_to_what_was_not_sent_yet_is_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var other = await rig.DialOtherAsync();
        await other.SettleAsync();
        var (_, invite, _) = await ConversationOutTests.TalkAsync(rig, await rig.DialBoundAsync());
        foreach (var edge in rig.Edges.Where(e => e != other)) await edge.DisposeAsync();
        await Rig.UntilAsync(() => rig.View.Links.Sum(l => l.Connections.Count) == 1, "the edge's connection to be gone");

        var outcome = rig.Depart("next", to: new Address("al", "contoso.example"));
        var branch = invite["Via"][..(invite["Via"].LastIndexOf('.') + 1)];
        for (var i = 1; i < 16; i++)
            await other.SendAsync(Lines.Response(invite with { Headers = [.. invite.Headers.Select(h => h.Name == "Via" ? (h.Name, branch + i.ToString("x", null)) : h)] }, 603));
        await other.SettleAsync();
        Assert.False(outcome.IsCompleted);
    }

    [Fact]
    public async Task A_message_on_a_connection_that_breaks_fails_visibly_and_the_next_one_goes_out_on_a_new_connection()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await ConversationOutTests.TalkAsync(rig);
        var lost = rig.Depart("lost?");
        await edge.RequestAsync("MESSAGE");
        await edge.DisposeAsync();
        Assert.Equal("sip.MessageTimeout", (await lost).Failure!.Reason);

        var next = await rig.AcceptAsync();
        var outcome = rig.Depart("after");
        await next.SendAsync(Lines.Response(await next.RequestAsync("BYE"), 200));
        await next.SendAsync(Lines.Accepted(await next.RequestAsync("INVITE")));
        var message = await next.RequestAsync("MESSAGE");
        Assert.Equal("after", message.Body);
        await next.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact]
    public async Task A_dialog_goes_on_over_a_new_connection_when_its_own_was_idle_and_broke()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await ConversationOutTests.TalkAsync(rig);
        await edge.DisposeAsync();
        await Rig.UntilAsync(() => rig.View.Links[0].Connections.Count == 0, "the edge's connection to be gone");
        var outcome = rig.Depart("still there?");
        var next = await rig.AcceptAsync();
        var message = await next.RequestAsync("MESSAGE");
        Assert.Equal(invite["Call-ID"], message["Call-ID"]);
        await next.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact]
    public async Task A_notify_whose_connection_broke_is_sent_again_when_the_peer_is_back()
    {
        await using var rig = await Rig.StartAsync(isReachable: false);
        var (edge, _, leg) = await NotifierTests.WatchAsync(rig, "l-notify");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
        await edge.RequestAsync("NOTIFY");
        await edge.DisposeAsync();
        await rig.QuietAsync();

        var back = await rig.DialBoundAsync();
        var notify = await back.RequestAsync("NOTIFY");
        Assert.Contains("<basic>open</basic>", notify.Body, StringComparison.Ordinal);
        await back.SendAsync(Lines.Response(notify, 200));
        await back.SettleAsync();
        Assert.Equal(1, rig.View.Notifiers);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task Draining_says_bye_keeps_watchers_and_tells_whoever_still_waits()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await ConversationOutTests.TalkAsync(rig);
        await edge.AskAsync(Lines.Subscribe("l-drain"));
        var ringing = rig.Depart("anybody?", to: new Address("al", "contoso.example"));
        await edge.RequestAsync("INVITE");

        var timers = rig.Time.TimerCount;
        var drained = rig.Side.DrainAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(invite["Call-ID"], (await edge.RequestAsync("BYE"))["Call-ID"]);
        Assert.False(ringing.IsCompleted);
        await Rig.UntilAsync(() => rig.Time.TimerCount == timers + 2, "the drain to wait for time");
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        await drained;
        Assert.Equal(480, (await edge.AskAsync(Lines.Invite("l-late"))).Status);
        Assert.False((await ringing).IsDelivered);
        Assert.Equal(1, rig.View.Notifiers);
        Assert.DoesNotContain(edge.Unread, m => m["Subscription-State"].StartsWith("terminated", StringComparison.Ordinal));
        Assert.Empty(rig.View.Listeners);
    }
}
