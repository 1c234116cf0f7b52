using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>What the record of one peer says of presence: its relaxations, its bounds, and that a standing dialog follows the record in force.</summary>
public sealed class PresenceTermsTests
{
    private const string Active = "Event: presence\r\nSubscription-State: active;expires=3000\r\nContact: <sip:fe01.contoso.example:5061;transport=tls>\r\n";

    [Fact]
    [Clause("RFC 6665", "4.5.2")]
    [Clause("RFC 6665", "8.2.1")]
    public async Task The_id_of_a_subscription_stands_in_its_notifies_also_after_a_restart()
    {
        Leg leg;
        Heard answer;
        await using (var before = await Rig.StartAsync())
        {
            var first = await before.DialAsync();
            answer = await first.AskAsync(WithId(Lines.Subscribe("c-id"), "a7"));
            leg = (await before.Crossing.CommandAsync<Watch>()).Leg;
            await before.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
            Assert.Equal("presence;id=a7", (await first.RequestAsync("NOTIFY"))["Event"]);
        }

        await using var rig = await Rig.StartAsync();
        rig.Crossing.Knows(Rig.ViewOf(leg, AuthorizationPhase.Granted));
        var edge = await rig.DialAsync();
        Assert.Equal(200, (await edge.AskAsync(WithId(Lines.Subscribe("c-id", 2, answer.ToTag), "a7"))).Status);
        await rig.ShowAsync((await rig.Crossing.CommandAsync<Watch>()).Leg, AuthorizationPhase.Granted, Availability.Available);
        Assert.Equal("presence;id=a7", (await edge.RequestAsync("NOTIFY"))["Event"]);
    }

    [Fact]
    [Clause("RFC 6665", "4.5.2")]
    public async Task Another_id_in_the_same_dialog_would_share_it_and_is_forbidden()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(WithId(Lines.Subscribe("c-share"), "a7"));
        await rig.Crossing.CommandAsync<Watch>();
        var shared = await edge.AskAsync(WithId(Lines.Subscribe("c-share", 2, answer.ToTag), "b8"));
        Assert.Equal(403, shared.Status);
        Assert.Contains("Dialog sharing is not supported", shared["ms-diagnostics-public"], StringComparison.Ordinal);
        Assert.Equal(200, (await edge.AskAsync(WithId(Lines.Subscribe("c-share", 3, answer.ToTag), "a7"))).Status);
        Assert.Equal(400, (await edge.AskAsync(WithId(Lines.Subscribe("c-bad"), "\"a b\""))).Status);
    }

    [Fact]
    [Clause("RFC 6665", "4.1.3")]
    [Clause("RFC 6665", "8.2.1")]
    [Item("RN-022")]
    public async Task A_notify_must_name_our_event_and_no_id()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        Assert.Equal(481, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, Active.Replace("Event: presence", "Event: presence;id=1", StringComparison.Ordinal)))).Status);
        var unknown = await edge.AskAsync(Lines.Back(ask, "NOTIFY", 3, Active.Replace("Event: presence", "Event: dialog", StringComparison.Ordinal)));
        Assert.Equal((489, "presence"), (unknown.Status, unknown["Allow-Events"]));
        Assert.Equal(400, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 4, Active.Replace("Event: presence\r\n", "", StringComparison.Ordinal)))).Status);
        Assert.False(rig.Crossing.HasCommands);

        rig.Publish(rig.Edge with { Sip = new SipPeerTerms { AllowsMissingEvent = true } }, rig.Other);
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 5, Active.Replace("Event: presence\r\n", "", StringComparison.Ordinal)))).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Item("OCS-051")]
    [Item("T-07")]
    public async Task Expires_zero_ends_the_dialog_and_gives_the_authorization_up_only_where_the_peer_s_record_says_so(bool revokes)
    {
        await using var rig = await Rig.StartAsync();
        if (revokes) rig.Publish(rig.Edge with { Sip = new SipPeerTerms { UnsubscribeRevokes = true } }, rig.Other);
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe("c-51"));
        await rig.Crossing.CommandAsync<Watch>();
        Assert.Equal(200, (await edge.AskAsync(Lines.Subscribe("c-51", 2, answer.ToTag, expires: 0))).Status);
        await rig.Crossing.CommandAsync<Unwatch>();
        if (revokes) await rig.Crossing.CommandAsync<WithdrawAuthorization>();
        await edge.SettleAsync();
        Assert.False(rig.Crossing.HasCommands);
    }

    [Theory]
    [InlineData(false, "application/pidf+xml")]
    [InlineData(true, "text/xml+msrtc.pidf, application/pidf+xml")]
    public async Task The_richer_microsoft_document_is_asked_for_only_where_the_peer_s_record_says_so(bool reads, string accept)
    {
        await using var rig = await Rig.StartAsync();
        await rig.AskAsync(UpstreamRequest.Subscribe, peer: rig.Edge with { Sip = new SipPeerTerms { ReadsMsrtc = reads } });
        var edge = await rig.AcceptAsync();
        var ask = await edge.RequestAsync("SUBSCRIBE");
        Assert.Equal(accept, string.Join(", ", ask.All("Accept")));

        await edge.SendAsync(Accepted(ask));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        const string Document =
            "<presentity uri=\"bo@contoso.example\" xmlns=\"http://schemas.microsoft.com/2002/09/sip/presence\">" +
            "<availability aggregate=\"300\"/><activity aggregate=\"600\"/></presentity>";
        Assert.Equal(200, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active + "Content-Type: text/xml+msrtc.pidf\r\n", Document))).Status);
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        Assert.Equal(Availability.Busy, Assert.Single((await rig.Crossing.CommandAsync<UpstreamShowed>()).Fragments).Availability);
    }

    [Fact]
    [Clause("RFC 6665", "4.4.1")]
    public async Task The_route_set_is_that_of_the_notify_and_not_of_the_answer()
    {
        await using var rig = await Rig.StartAsync();
        await rig.AskAsync(UpstreamRequest.Subscribe);
        var edge = await rig.AcceptAsync();
        var ask = await edge.RequestAsync("SUBSCRIBE");
        await edge.SendAsync(Accepted(ask));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, "Record-Route: <sip:other.contoso.example;lr>\r\n" + Active));
        await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, "Record-Route: <sip:third.contoso.example;lr>\r\n" + Active));

        rig.Time.Advance(TimeSpan.FromSeconds(2_400));
        Assert.Equal(["<sip:other.contoso.example;lr>"], (await edge.RequestAsync("SUBSCRIBE")).All("Route"));
    }

    [Fact]
    [Clause("RFC 6665", "4.1.3")]
    public async Task A_state_that_never_changes_is_kept_and_not_asked_for_again()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        const string Invariant = "Event: presence\r\nSubscription-State: terminated;reason=invariant;retry-after=1\r\nContact: <sip:fe01.contoso.example>\r\n";
        await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, Invariant + "Content-Type: application/pidf+xml\r\n", Lines.Pidf("open")));
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        await rig.Crossing.CommandAsync<UpstreamShowed>();
        Assert.Equal(rig.Time.GetUtcNow().AddDays(1), (await rig.Crossing.CommandAsync<UpstreamAccepted>()).ExpiresAt);
        rig.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, rig.View.Subscribers);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    [Clause("RFC 3856", "6.10")]
    public async Task Changes_in_one_subscription_are_notified_five_seconds_apart()
    {
        await using var rig = await Rig.StartAsync(o => o with { NotifyInterval = TimeSpan.FromSeconds(5) });
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Subscribe("c-slow"));
        var leg = (await rig.Crossing.CommandAsync<Watch>()).Leg;
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available, 1);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("NOTIFY"), 200));
        await edge.SettleAsync();
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Away, 2);
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Busy, 3);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);

        rig.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("busy", (await edge.RequestAsync("NOTIFY")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watchers_are_bounded_for_one_peer_and_for_all_together()
    {
        await using var rig = await Rig.StartAsync(o => o with { WatchersMax = 3 });
        rig.Publish(rig.Edge with { Sip = new SipPeerTerms { WatchersMax = 2 } }, rig.Other);
        var edge = await rig.DialAsync();
        Assert.Equal(200, (await edge.AskAsync(Lines.Subscribe("c-1"))).Status);
        Assert.Equal(200, (await edge.AskAsync(Lines.Subscribe("c-2"))).Status);
        var over = await edge.AskAsync(Lines.Subscribe("c-3"));
        Assert.Equal((480, "600"), (over.Status, over["Retry-After"]));
        Assert.Contains("sip.WatchersTooMany", over["ms-diagnostics-public"], StringComparison.Ordinal);
        Assert.Contains("refused edge sip.WatchersTooMany", rig.Reports);

        var other = await rig.DialOtherAsync();
        Assert.Equal(200, (await other.AskAsync(OfOther(Lines.Subscribe("c-4")))).Status);
        var full = await other.AskAsync(OfOther(Lines.Subscribe("c-5")));
        Assert.Equal((503, "600"), (full.Status, full["Retry-After"]));
        Assert.Equal(3, rig.View.Notifiers);
    }

    [Fact]
    public async Task A_dialog_follows_the_record_in_force_and_ends_with_it()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Subscribe("c-follow"));
        var leg = (await rig.Crossing.CommandAsync<Watch>()).Leg;
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.InMeeting, 1);
        var first = await edge.RequestAsync("NOTIFY");
        Assert.Contains("rpid-status", first.Body, StringComparison.Ordinal);
        await edge.SendAsync(Lines.Response(first, 200));
        await edge.SettleAsync();

        // The profile decides the document: the standing dialog speaks the new one.
        rig.Publish(rig.Edge with { Profile = "generic" }, rig.Other);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.InMeeting, 2);
        Assert.Contains("<rpid:meeting/>", (await edge.RequestAsync("NOTIFY")).Body, StringComparison.Ordinal);

        rig.Publish(rig.Other);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(leg.Id, (await rig.Crossing.CommandAsync<LegLost>()).LegId);
        Assert.Equal(0, rig.View.Notifiers);
        Assert.Contains("ended edge notifier dialog sip.PeerLost", rig.Reports);
    }

    [Fact]
    public async Task A_subscription_of_ours_ends_with_its_peer_s_record_and_moves_with_the_way_to_its_domain()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, ask) = await StandAsync(rig);
        await rig.AskAsync(UpstreamRequest.Subscribe, peer: rig.Other);
        Assert.Equal(1, rig.View.Subscribers);
        Assert.Equal(481, (await edge.AskAsync(Lines.Back(ask, "NOTIFY", 2, Active))).Status);

        // Nobody serves the other peer's address here.
        Assert.Equal(Condition.RemoteServerTimeout, (await rig.Crossing.CommandAsync<UpstreamFailed>()).Condition);
        rig.Publish(rig.Edge);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Condition.RemoteServerNotFound, (await rig.Crossing.CommandAsync<UpstreamFailed>()).Condition);
        Assert.Equal(0, rig.View.Subscribers);
    }

    private static string WithId(string subscribe, string id) => subscribe.Replace("Event: presence", "Event: presence;id=" + id, StringComparison.Ordinal);

    private static string OfOther(string request) => request.Replace("contoso.example>;tag=77b1", "fabrikam.example>;tag=77b1", StringComparison.Ordinal);

    private static string Accepted(Heard ask) =>
        Lines.Response(ask, 200, "Contact: <sip:fe01.contoso.example:5061;transport=tls>\r\nEvent: presence\r\nExpires: 3000\r\n", routes: Lines.EdgeRoutes);

    private static async Task<(Edge Edge, Heard Ask)> StandAsync(Rig rig)
    {
        await rig.AskAsync(UpstreamRequest.Subscribe);
        var edge = await rig.AcceptAsync();
        var ask = await edge.RequestAsync("SUBSCRIBE");
        await edge.SendAsync(Accepted(ask));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        await edge.AskAsync(Lines.Back(ask, "NOTIFY", 1, Active));
        await rig.Crossing.CommandAsync<UpstreamGranted>();
        await rig.Crossing.CommandAsync<UpstreamShowed>();
        return (edge, ask);
    }
}
