using Gateway.Federation;
using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>SIP watchers: RFC 6665 §4.2, RFC 3856 §6, RFC 8048 §5. Every accepted SUBSCRIBE is answered first and followed by its NOTIFY.</summary>
public sealed class NotifierTests
{
    [Fact]
    public async Task Subscribe_is_answered_200_with_an_exact_echo_and_then_notified_pending_and_active()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var request = Lines.Subscribe("c-echo", expires: null);
        var answer = await edge.AskAsync(request);
        var watch = await rig.Crossing.CommandAsync<Watch>();
        Assert.Equal(Rig.Bo, watch.Watcher);
        Assert.Equal(3600, watch.ExpiresSeconds);

        var sent = Heard.Read(0, request[..request.IndexOf("\r\n\r\n", StringComparison.Ordinal)], "");
        Assert.Equal(200, answer.Status);
        Assert.Equal(sent.All("Via"), answer.All("Via"));
        Assert.Equal(sent.All("Record-Route"), answer.All("Record-Route"));
        Assert.Equal(sent["From"], answer["From"]);
        Assert.StartsWith(sent["To"] + ";tag=", answer["To"], StringComparison.Ordinal);
        Assert.Equal(sent["CSeq"], answer["CSeq"]);
        Assert.Equal("3600", answer["Expires"]);
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", answer["Contact"]);
        Assert.DoesNotContain("ms-benotify", string.Join(',', answer.All("Supported")), StringComparison.Ordinal);

        await rig.ShowAsync(watch.Leg, AuthorizationPhase.Asked);
        var pending = await edge.RequestAsync("NOTIFY");
        Assert.True(answer.Order < pending.Order);
        Assert.Equal("pending;expires=3600", pending["Subscription-State"]);
        Assert.Equal("", pending.Body);
        AssertInDialog(sent, answer, pending);

        await edge.SendAsync(Lines.Response(pending, 200));
        await edge.SettleAsync();
        await rig.ShowAsync(watch.Leg, AuthorizationPhase.Granted, Availability.Available);
        var active = await edge.RequestAsync("NOTIFY");
        Assert.Equal("active;expires=3600", active["Subscription-State"]);
        Assert.Equal("application/pidf+xml", active["Content-Type"]);
        Assert.Contains("<basic>open</basic>", active.Body, StringComparison.Ordinal);
        Assert.True(active.CSeqNumber > pending.CSeqNumber);
    }

    [Fact]
    public async Task What_becomes_true_while_a_subscribe_is_being_answered_is_notified_after_the_answer()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        rig.Crossing.Answer = async (_, command) =>
        {
            await rig.ShowAsync(((Watch)command).Leg, AuthorizationPhase.Granted, Availability.Busy);
            return new PresenceAnswer(PresenceReply.Accepted(3600), null);
        };
        var answer = await edge.AskAsync(Lines.Subscribe("c-order"));
        var notify = await edge.RequestAsync("NOTIFY");

        Assert.True(answer.Order < notify.Order);
        Assert.Equal("active;expires=3600", notify["Subscription-State"]);
    }

    [Fact]
    public async Task The_notify_goes_the_way_the_subscribe_came_however_many_connections_there_are()
    {
        await using var rig = await Rig.StartAsync();
        var edges = new List<Edge>();
        for (var i = 0; i < 4; i++) edges.Add(await rig.DialBoundAsync());
        rig.Crossing.Answer = async (_, command) =>
        {
            await rig.ShowAsync(((Watch)command).Leg, AuthorizationPhase.Granted, Availability.Busy);
            return new PresenceAnswer(PresenceReply.Accepted(3600), null);
        };
        foreach (var edge in edges)
        {
            var answer = await edge.AskAsync(Lines.Subscribe(Lines.NewCallId()));
            var notify = await edge.RequestAsync("NOTIFY");
            Assert.Equal(answer["Call-ID"], notify["Call-ID"]);
            Assert.True(answer.Order < notify.Order);
        }
    }

    [Fact]
    public async Task Each_accepted_subscribe_is_followed_by_exactly_one_notify_even_when_the_core_has_nothing_to_show()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Subscribe("c-silent"));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);

        rig.Time.Advance(TimeSpan.FromSeconds(6));
        var notify = await edge.RequestAsync("NOTIFY");
        Assert.StartsWith("pending", notify["Subscription-State"], StringComparison.Ordinal);
        await edge.SendAsync(Lines.Response(notify, 200));
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    public async Task While_a_notify_is_unanswered_the_newest_state_waits_and_the_others_are_left_out()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, leg) = await WatchAsync(rig, "c-coalesce");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available, 1);
        var first = await edge.RequestAsync("NOTIFY");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Away, 2);
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Busy, 3);
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Offline, 4);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);

        await edge.SendAsync(Lines.Response(first, 200));
        var last = await edge.RequestAsync("NOTIFY");
        Assert.Contains("<basic>closed</basic>", last.Body, StringComparison.Ordinal);
        Assert.Equal(first.CSeqNumber + 1, last.CSeqNumber);
        await edge.SendAsync(Lines.Response(last, 200));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal(0, rig.View.PendingRequests);
    }

    [Theory]
    [InlineData(481)]
    [InlineData(404)]
    [InlineData(489)]
    public async Task A_notify_refused_for_good_loses_the_leg(int status)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, leg) = await WatchAsync(rig, "c-lost");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("NOTIFY"), status));

        var lost = await rig.Crossing.CommandAsync<LegLost>();
        Assert.Equal((Rig.Bo, leg.Id), (lost.Watcher, lost.LegId));
        await rig.ForgottenAsync();
    }

    [Fact]
    public async Task A_notify_refused_for_now_is_tried_again_with_the_newest_state()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, leg) = await WatchAsync(rig, "c-again");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("NOTIFY"), 503, "Retry-After: 7\r\n"));
        await edge.SettleAsync();
        await Rig.UntilAsync(() => rig.View.PendingRequests == 0, "no other machine to be found");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Offline);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);

        rig.Time.Advance(TimeSpan.FromSeconds(8));
        Assert.Contains("<basic>closed</basic>", (await edge.RequestAsync("NOTIFY")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notify_nobody_answers_loses_the_leg_when_its_time_is_over()
    {
        await using var rig = await Rig.StartAsync(isReachable: false);
        var (edge, _, leg) = await WatchAsync(rig, "c-mute");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
        await edge.RequestAsync("NOTIFY");
        rig.Time.Advance(TimeSpan.FromSeconds(33));
        await rig.Crossing.CommandAsync<LegLost>();
        await rig.ForgottenAsync();
    }

    [Fact]
    public async Task A_refresh_keeps_the_dialog_moves_the_target_and_is_notified_again()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, answer, leg) = await WatchAsync(rig, "c-refresh");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
        var first = await edge.RequestAsync("NOTIFY");
        await edge.SendAsync(Lines.Response(first, 200));

        var moved = Lines.Subscribe("c-refresh", 2, answer.ToTag, expires: 600).Replace("AbCd_illus", "Moved", StringComparison.Ordinal);
        var refreshed = await edge.AskAsync(moved);
        Assert.Equal((200, "600", answer.ToTag), (refreshed.Status, refreshed["Expires"], refreshed.ToTag));
        var watch = await rig.Crossing.CommandAsync<Watch>();
        Assert.Equal((leg.Id, 600), (watch.Leg.Id, watch.ExpiresSeconds));

        await rig.ShowAsync(watch.Leg, AuthorizationPhase.Granted, Availability.Away);
        var second = await edge.RequestAsync("NOTIFY");
        Assert.Equal("sip:bo@contoso.example;opaque=user:epid:Moved;gruu", second.Uri);
        Assert.Equal("active;expires=600", second["Subscription-State"]);
        Assert.Equal(1, rig.View.Notifiers);
    }

    [Fact]
    public async Task A_number_that_goes_back_is_500_and_changes_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, answer, _) = await WatchAsync(rig, "c-stale");
        Assert.Equal(500, (await edge.AskAsync(Lines.Subscribe("c-stale", 1, answer.ToTag))).Status);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task Unsubscribe_is_answered_and_ends_with_a_last_notify_and_nothing_is_kept()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, answer, leg) = await WatchAsync(rig, "c-leave");
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("NOTIFY"), 200));

        var left = await edge.AskAsync(Lines.Subscribe("c-leave", 2, answer.ToTag, expires: 0));
        Assert.Equal((200, "0"), (left.Status, left["Expires"]));
        Assert.Equal(leg.Id, (await rig.Crossing.CommandAsync<Unwatch>()).Leg.Id);
        await rig.EndAsync(leg, PresenceReason.Expired);
        var last = await edge.RequestAsync("NOTIFY");
        Assert.Equal("terminated;reason=timeout", last["Subscription-State"]);
        Assert.True(left.Order < last.Order);

        await edge.SendAsync(Lines.Response(last, 200));
        await edge.SettleAsync();
        Assert.Equal((0, 0), (rig.View.Notifiers, rig.View.PendingRequests));
        Assert.False(rig.Crossing.HasCommands);
        Assert.Equal(481, (await edge.AskAsync(Lines.Subscribe("c-leave", 3, answer.ToTag))).Status);
    }

    [Fact]
    public async Task A_poll_is_answered_and_given_the_state_in_one_terminated_notify()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        Assert.Equal("0", (await edge.AskAsync(Lines.Subscribe("c-poll", expires: 0)))["Expires"]);
        var poll = await rig.Crossing.CommandAsync<Poll>();
        await rig.ShowAsync(poll.Leg, AuthorizationPhase.Granted, Availability.Available);

        var only = await edge.RequestAsync("NOTIFY");
        Assert.Equal("terminated;reason=timeout", only["Subscription-State"]);
        Assert.Contains("<basic>open</basic>", only.Body, StringComparison.Ordinal);
        await edge.SendAsync(Lines.Response(only, 200));
        await edge.SettleAsync();
        Assert.Equal((0, 0), (rig.View.Notifiers, rig.View.PendingRequests));
    }

    [Theory]
    [InlineData(PresenceReason.Expired, "terminated;reason=timeout")]
    [InlineData(PresenceReason.Rejected, "terminated;reason=rejected")]
    [InlineData(PresenceReason.NoSuchPresentity, "terminated;reason=noresource")]
    [InlineData(PresenceReason.Deactivated, "terminated;reason=deactivated")]
    [InlineData(PresenceReason.LimitReached, "terminated;reason=giveup;retry-after=3600")]
    public async Task The_core_ends_a_watcher_with_its_reason(PresenceReason reason, string state)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, leg) = await WatchAsync(rig, "c-end" + reason);
        await rig.EndAsync(leg, reason);
        var last = await edge.RequestAsync("NOTIFY");
        Assert.Equal(state, last["Subscription-State"]);
        Assert.DoesNotContain("open", last.Body, StringComparison.Ordinal);
        await edge.SendAsync(Lines.Response(last, 481));
        await edge.SettleAsync();
        Assert.Equal(0, rig.View.Notifiers);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task What_the_core_refuses_is_answered_by_the_one_table_and_leaves_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        rig.Crossing.Answer = (_, _) => new(new PresenceAnswer(PresenceReply.Refused(PresenceReason.Blocked), PresenceFailures.FailureOf(PresenceReason.Blocked)));
        var answer = await edge.AskAsync(Lines.Subscribe("c-refused"));
        Assert.Equal(403, answer.Status);
        Assert.Contains("presence.Blocked", answer["ms-diagnostics-public"], StringComparison.Ordinal);
        Assert.Equal(0, rig.View.Notifiers);
    }

    [Fact]
    public async Task A_dialog_is_taken_up_from_its_stored_leg_above_every_number_it_used()
    {
        Leg leg;
        Heard answer;
        await using (var before = await Rig.StartAsync())
        {
            (_, answer, leg) = await WatchAsync(before, "c-revive");
        }

        await using var rig = await Rig.StartAsync();
        rig.Crossing.NextBlock = 7_000;
        var edge = await rig.DialBoundAsync();
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available, expiresAt: rig.Time.GetUtcNow().AddSeconds(120));
        var notify = await edge.RequestAsync("NOTIFY");
        Assert.Equal((7_000, "c-revive", answer.ToTag), (notify.CSeqNumber, notify["Call-ID"], notify.FromTag));
        Assert.Equal("active;expires=120", notify["Subscription-State"]);
        Assert.Equal("<sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus;ms-route-sig=aaZ9illus>", notify.All("Route")[0]);
    }

    [Fact]
    public async Task A_refresh_finds_its_dialog_in_the_store_and_the_same_ids_of_another_peer_do_not()
    {
        Leg leg;
        Heard answer;
        await using (var before = await Rig.StartAsync())
        {
            (_, answer, leg) = await WatchAsync(before, "c-store");
        }

        await using var rig = await Rig.StartAsync();
        rig.Crossing.Knows(Rig.ViewOf(leg, AuthorizationPhase.Granted));
        var other = await rig.DialOtherAsync();
        var stolen = Lines.Subscribe("c-store", 2, answer.ToTag).Replace("contoso.example>;tag=77b1", "fabrikam.example>;tag=77b1", StringComparison.Ordinal);
        Assert.Equal(481, (await other.AskAsync(stolen)).Status);

        var edge = await rig.DialAsync();
        Assert.Equal(200, (await edge.AskAsync(Lines.Subscribe("c-store", 2, answer.ToTag))).Status);
        Assert.Equal(leg.Id, (await rig.Crossing.CommandAsync<Watch>()).Leg.Id);

        // Now that it is in memory the other peer is still nobody in it, nor is another user of the right peer.
        Assert.Equal(481, (await other.AskAsync(stolen.Replace("CSeq: 2", "CSeq: 3", StringComparison.Ordinal))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Subscribe("c-store", 4, answer.ToTag).Replace("sip:bo@contoso.example>;tag", "sip:al@contoso.example>;tag", StringComparison.Ordinal))).Status);
        Assert.False(rig.Crossing.HasCommands);
    }

    internal static async Task<(Edge Edge, Heard Answer, Leg Leg)> WatchAsync(Rig rig, string callId)
    {
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe(callId));
        Assert.Equal(200, answer.Status);
        return (edge, answer, (await rig.Crossing.CommandAsync<Watch>()).Leg);
    }

    // RFC 3261 §12.2.1.1, field fact A6: the route set byte for byte in the order it was recorded, the Contact as target, tags swapped.
    private static void AssertInDialog(Heard sent, Heard answer, Heard notify)
    {
        Assert.Equal(Lines.EdgeContact.Trim('<', '>'), notify.Uri);
        Assert.Equal(["<sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus;ms-route-sig=aaZ9illus>", "<sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr>"], notify.All("Route"));
        Assert.Equal(sent["Call-ID"], notify["Call-ID"]);
        Assert.Equal(answer["To"], notify["From"]);
        Assert.Equal(sent["From"], notify["To"]);
        Assert.Equal("presence", notify["Event"]);
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", notify["Contact"]);
        Assert.StartsWith("SIP/2.0/TLS gw.jabber.example:5061;branch=z9hG4bK", notify["Via"], StringComparison.Ordinal);
    }
}
