using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Our subscriptions to SIP users: RFC 6665 §4.1, RFC 3856 §6, RFC 8048 §5.2, field facts A6, B1, B3 and B8.</summary>
public sealed class SubscriberTests
{
    private const string Active = "Event: presence\r\nSubscription-State: active;expires=3000\r\nContact: <sip:fe01.contoso.example:5061;transport=tls>\r\n";

    [Fact]
    public async Task Subscribe_asks_for_pidf_alone_and_names_us_by_host()
    {
        await using var rig = await Rig.StartAsync();
        await rig.AskAsync(UpstreamRequest.Subscribe);
        var edge = await rig.AcceptAsync();
        var ask = await edge.RequestAsync("SUBSCRIBE");

        Assert.Equal(Lines.Bo, ask.Uri);
        Assert.Equal(["application/pidf+xml"], ask.All("Accept"));
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", ask["Contact"]);
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls;lr>", ask["Record-Route"]);
        Assert.StartsWith("<sip:juliet@jabber.example>;tag=", ask["From"], StringComparison.Ordinal);
        Assert.Equal("<sip:bo@contoso.example>", ask["To"]);
        Assert.Equal(("presence", "3600"), (ask["Event"], ask["Expires"]));
        Assert.Empty(ask.All("Supported"));
        Assert.Empty(ask.All("Proxy-Require"));
    }

    [Fact]
    public async Task The_answer_then_its_notify_tell_the_core_in_order()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Accepted(ask));
        var accepted = await rig.Crossing.CommandAsync<UpstreamAccepted>();
        Assert.Equal(rig.Time.GetUtcNow().AddSeconds(3000), accepted.ExpiresAt);

        var answer = await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active + "Content-Type: application/pidf+xml\r\n", Lines.Pidf("open", "busy")));
        Assert.Equal(200, answer.Status);
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        var showed = await rig.Crossing.CommandAsync<UpstreamShowed>();
        Assert.Equal(Availability.Busy, Assert.Single(showed.Fragments).Availability);
        Assert.Equal(0, rig.View.PendingRequests);
    }

    [Fact]
    public async Task A_notify_that_overtakes_the_answer_makes_the_dialog()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Lines.EdgeRoutes + Active))).Status);
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        await rig.Crossing.CommandAsync<UpstreamShowed>();
        await edge.SendAsync(Accepted(ask));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();

        rig.Crossing.NextBlock = 5_000;
        rig.Time.Advance(TimeSpan.FromSeconds(2_400));
        var refresh = await edge.RequestAsync("SUBSCRIBE");
        Assert.Equal((ask["Call-ID"], 5_000, "edge1"), (refresh["Call-ID"], refresh.CSeqNumber, refresh.ToTag));
        Assert.Equal(2, refresh.All("Route").Count);
        Assert.Equal("sip:fe01.contoso.example:5061;transport=tls", refresh.Uri);
    }

    [Fact]
    public async Task A_pending_notify_is_told_as_pending()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Accepted(ask));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active.Replace("active", "pending", StringComparison.Ordinal)));
        await rig.Crossing.CommandAsync<UpstreamPending>();
    }

    [Fact]
    public async Task An_interval_too_brief_is_raised_to_what_the_peer_asks()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Lines.Response(ask, 423, "Min-Expires: 7200\r\n"));
        Assert.Equal("7200", (await edge.RequestAsync("SUBSCRIBE"))["Expires"]);
    }

    [Fact]
    public async Task A_refresh_answered_481_opens_a_new_dialog_at_once()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        rig.Crossing.NextBlock = 5_000;
        rig.Time.Advance(TimeSpan.FromSeconds(2_400));
        var refresh = await edge.RequestAsync("SUBSCRIBE");
        Assert.Equal(ask["Call-ID"], refresh["Call-ID"]);
        await edge.SendAsync(Lines.Response(refresh, 481));

        var anew = await edge.RequestAsync("SUBSCRIBE");
        Assert.NotEqual(ask["Call-ID"], anew["Call-ID"]);
        Assert.Equal((1, ""), (anew.CSeqNumber, anew.ToTag));
        await edge.SendAsync(Accepted(anew));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        Assert.Equal(1, rig.View.Subscribers);
    }

    [Theory]
    [InlineData(403, PresenceReason.Rejected)]
    [InlineData(489, PresenceReason.Rejected)]
    [InlineData(603, PresenceReason.Rejected)]
    [InlineData(404, PresenceReason.NoSuchPresentity)]
    [InlineData(604, PresenceReason.NoSuchPresentity)]
    public async Task A_refusal_for_good_denies_and_leaves_nothing(int status, PresenceReason reason)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Lines.Response(ask, status));
        Assert.Equal(reason, (await rig.Crossing.CommandAsync<UpstreamDenied>()).Reason);
        await rig.ForgottenAsync();
    }

    [Fact]
    public async Task A_user_who_was_there_is_asked_for_again_after_a_404()
    {
        await using var rig = await Rig.StartAsync();
        await rig.AskAsync(UpstreamRequest.Subscribe, authorization: AuthorizationPhase.Granted);
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("SUBSCRIBE"), 404));
        var failed = await rig.Crossing.CommandAsync<UpstreamFailed>();
        Assert.Equal((Condition.ItemNotFound, 14_400), (failed.Condition, failed.RetryAfterSeconds));
    }

    [Theory]
    [InlineData(480, Condition.RecipientUnavailable)]
    [InlineData(504, Condition.RemoteServerTimeout)]
    public async Task A_refusal_for_now_is_told_and_tried_again(int status, Condition condition)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Lines.Response(ask, status, "Retry-After: 40\r\n"));
        var failed = await rig.Crossing.CommandAsync<UpstreamFailed>();
        Assert.Equal((condition, 40), (failed.Condition, failed.RetryAfterSeconds));

        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        rig.Time.Advance(TimeSpan.FromSeconds(41));
        Assert.NotEqual(ask["Call-ID"], (await edge.RequestAsync("SUBSCRIBE"))["Call-ID"]);
    }

    [Theory]
    [InlineData("rejected", typeof(UpstreamDenied), false)]
    [InlineData("noresource", typeof(UpstreamDenied), false)]
    [InlineData("invariant", typeof(UpstreamAccepted), false)]
    [InlineData("deactivated", typeof(UpstreamEnded), true)]
    [InlineData("timeout", typeof(UpstreamEnded), true)]
    [InlineData("probation", typeof(UpstreamEnded), null)]
    [InlineData("giveup", typeof(UpstreamEnded), null)]
    public async Task A_terminated_notify_is_followed_as_its_reason_says(string reason, Type told, bool? asksAtOnce)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        var retry = asksAtOnce is null ? ";retry-after=90" : "";
        var answer = await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, $"Event: presence\r\nSubscription-State: terminated;reason={reason}{retry}\r\nContact: <sip:fe01.contoso.example>\r\n"));
        Assert.Equal(200, answer.Status);
        Assert.IsType(told, await NextEndAsync(rig));

        await edge.SettleAsync();
        if (asksAtOnce is null)
        {
            Assert.Empty(edge.Unread);
            rig.Time.Advance(TimeSpan.FromSeconds(91));
        }

        if (asksAtOnce is false)
        {
            Assert.Equal(0, rig.View.Subscribers);
            Assert.Empty(edge.Unread);
        }
        else
        {
            Assert.NotEqual(ask["Call-ID"], (await edge.RequestAsync("SUBSCRIBE"))["Call-ID"]);
        }
    }

    [Fact]
    public async Task A_benotify_counts_and_is_never_answered()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        await edge.SendAsync(Lines.Back(ask, "BENOTIFY", 2, Active + "Content-Type: application/pidf+xml\r\n", Lines.Pidf("open")));
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        await rig.Crossing.CommandAsync<UpstreamShowed>();
        await edge.SendAsync(Lines.Back(ask, "BENOTIFY", 1, Active));
        await edge.SendAsync(Lines.Back(ask, "BENOTIFY", 9, Active, tag: "stranger"));
        await edge.SendAsync(Lines.InDialog("BENOTIFY", Lines.NewCallId(), 1, "nobody", Active));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task The_same_ids_from_another_peer_or_fork_are_481()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        var other = await rig.DialOtherAsync();
        var stolen = Lines.Back(ask, "NOTIFY", 5, Active).Replace("sip:bo@contoso.example>;tag", "sip:bo@fabrikam.example>;tag", StringComparison.Ordinal);
        Assert.Equal(481, (await other.AskAsync(stolen)).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 5, Active, tag: "fork"))).Status);
        Assert.Equal(500, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active))).Status);
        Assert.False(rig.Crossing.HasCommands);
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 5, Active))).Status);
    }

    [Fact]
    public async Task A_subscription_is_taken_up_from_its_stored_leg()
    {
        Leg leg;
        Heard ask;
        await using (var before = await Rig.StartAsync())
        {
            (var first, ask) = await AskAsync(before);
            await first.SendAsync(Accepted(ask));
            leg = (await before.Crossing.CommandAsync<UpstreamAccepted>()).Leg;
        }

        await using var rig = await Rig.StartAsync();
        rig.Crossing.NextBlock = 9_000;
        await rig.AskAsync(UpstreamRequest.Refresh, leg, AuthorizationPhase.Granted);
        var edge = await rig.AcceptAsync();
        var refresh = await edge.RequestAsync("SUBSCRIBE");
        Assert.Equal((ask["Call-ID"], 9_000, "edge1"), (refresh["Call-ID"], refresh.CSeqNumber, refresh.ToTag));
        Assert.Equal(ask["From"], refresh["From"]);
    }

    [Fact]
    public async Task A_notify_heard_first_after_a_restart_finds_its_dialog_in_the_store()
    {
        Leg leg;
        Heard ask;
        await using (var before = await Rig.StartAsync())
        {
            (var first, ask) = await AskAsync(before);
            await first.SendAsync(Accepted(ask));
            leg = (await before.Crossing.CommandAsync<UpstreamAccepted>()).Leg;
        }

        await using var rig = await Rig.StartAsync();
        rig.Crossing.Knows(new WatcherView(Rig.Bo, Rig.Juliet, AuthorizationPhase.Granted, false, [], [], leg, 1));
        var edge = await rig.DialAsync();
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 3, Active))).Status);
        await rig.Crossing.CommandAsync<UpstreamGranted>();

        var other = await rig.DialOtherAsync();
        Assert.Equal(481, (await other.AskAsync(Lines.Back(ask, "NOTIFY", 4, Active).Replace("sip:bo@contoso.example>;tag", "sip:bo@fabrikam.example>;tag", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task Unsubscribe_leaves_by_expires_zero_and_wanted_again_meanwhile_opens_a_new_dialog()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        await rig.AskAsync(UpstreamRequest.Unsubscribe);
        var leave = await edge.RequestAsync("SUBSCRIBE");
        Assert.Equal((ask["Call-ID"], "0"), (leave["Call-ID"], leave["Expires"]));
        await edge.SendAsync(Lines.Response(leave, 200, "Expires: 0\r\nContact: <sip:fe01.contoso.example>\r\n"));
        await edge.SettleAsync();

        await rig.AskAsync(UpstreamRequest.Subscribe);
        var anew = await edge.RequestAsync("SUBSCRIBE");
        Assert.NotEqual(ask["Call-ID"], anew["Call-ID"]);
        Assert.Equal("3600", anew["Expires"]);
        await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, "Event: presence\r\nSubscription-State: terminated;reason=timeout\r\nContact: <sip:fe01.contoso.example>\r\n"));
        await edge.SendAsync(Accepted(anew));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(anew, "NOTIFY", 1, Active))).Status);
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        Assert.Equal(1, rig.View.Subscribers);
    }

    [Fact]
    public async Task Given_up_before_the_answer_and_wanted_again_keeps_the_one_dialog()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await rig.AskAsync(UpstreamRequest.Unsubscribe);
        await rig.AskAsync(UpstreamRequest.Subscribe);
        await edge.SendAsync(Accepted(ask));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    public async Task Unsubscribe_ends_with_nothing_kept()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        await rig.AskAsync(UpstreamRequest.Unsubscribe);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("SUBSCRIBE"), 200, "Expires: 0\r\n"));
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, "Event: presence\r\nSubscription-State: terminated;reason=timeout\r\nContact: <sip:fe01.contoso.example>\r\n"))).Status);
        Assert.Equal((0, 0), (rig.View.Subscribers, rig.View.PendingRequests));
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task A_notification_inside_the_answer_is_the_first_one()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Lines.Response(
            ask, 200, "Contact: <sip:fe01.contoso.example>\r\nExpires: 3000\r\nms-piggyback-cseq: 1\r\nsubscription-state: active;expires=3000\r\nContent-Type: application/pidf+xml\r\n", Lines.Pidf("open")));
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        Assert.Equal(Availability.Available, Assert.Single((await rig.Crossing.CommandAsync<UpstreamShowed>()).Fragments).Availability);
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
    }

    [Fact]
    public async Task An_unreadable_document_is_reported_and_answered_200()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, Active + "Content-Type: application/pidf+xml\r\n", "<presence"))).Status);
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        Assert.Contains(rig.Reports, r => r.StartsWith("ended edge presence document", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_is_told_as_failure_and_tried_again()
    {
        await using var rig = await Rig.StartAsync(isReachable: false);
        await rig.AskAsync(UpstreamRequest.Subscribe);
        var failed = await rig.Crossing.CommandAsync<UpstreamFailed>();
        Assert.Equal(Condition.RemoteServerTimeout, failed.Condition);
        Assert.NotNull(failed.RetryAfterSeconds);

        var edge = await rig.DialBoundAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(failed.RetryAfterSeconds.Value + 1));
        Assert.Equal(Lines.Bo, (await edge.RequestAsync("SUBSCRIBE")).Uri);
    }

    private static string Accepted(Heard ask) =>
        Lines.Response(ask, 200, "Contact: <sip:fe01.contoso.example:5061;transport=tls>\r\nEvent: presence\r\nExpires: 3000\r\n", routes: Lines.EdgeRoutes);

    private static async Task<(Edge Edge, Heard Ask)> AskAsync(Rig rig)
    {
        await rig.AskAsync(UpstreamRequest.Subscribe);
        var edge = await rig.AcceptAsync();
        return (edge, await edge.RequestAsync("SUBSCRIBE"));
    }

    // A subscription that stands: accepted, notified once, and nothing unread.
    private static async Task<(Edge Edge, Heard Ask)> StandAsync(Rig rig)
    {
        var (edge, ask) = await AskAsync(rig);
        await edge.SendAsync(Accepted(ask));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active));
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        await rig.Crossing.CommandAsync<UpstreamShowed>();
        return (edge, ask);
    }

    private static async Task<PresentityCommand> NextEndAsync(Rig rig)
    {
        while (true)
        {
            var command = await rig.Crossing.CommandAsync<PresentityCommand>();
            if (command is not (UpstreamShowed or UpstreamGranted)) return command;
        }
    }
}
