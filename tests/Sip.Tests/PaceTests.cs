using Gateway.Federation.Peers;
using Gateway.Sip;
using Gateway.Sip.Presence;
using Gateway.Sip.Protocol.Dialogs;
using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>A peer is asked no faster than it allows: 20 messages a second and 1,000 contacts for a discovered partner (field fact A4), and no storm for anybody.</summary>
public sealed class PaceTests
{
    private static readonly PeerModel Discovered = new("p", Gateway.Federation.Protocol.Sip);

    [Fact]
    [Item("RN-021")]
    public async Task After_a_restart_sixteen_thousand_subscriptions_go_out_within_the_pace()
    {
        var time = new HandTime();
        using var deadlines = new Deadlines(time, defect => Assert.Fail(defect.ToString()));
        var pace = new PeerPace(time, deadlines, 20);
        var sent = new List<DateTimeOffset>();
        var begun = time.GetUtcNow();
        for (var i = 0; i < 16_000; i++)
        {
            var taker = new Taker(() => sent.Add(time.GetUtcNow()));
            if (pace.TryTake(20, isOwed: false, taker)) taker.TakeTurn();
        }

        Assert.True(sent.Count <= 20);
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(16_000, sent.Count);
        Assert.Equal(0, pace.WaitingCount);
        AssertNoSecondHolds(sent, 20);

        // Not slower than it need be either: three quarters of the limit are kept up.
        Assert.InRange((sent[^1] - begun).TotalSeconds, 16_000 / 20, 16_000 / 14);
        await Task.CompletedTask;
    }

    [Fact]
    public void Messages_go_first_and_are_counted()
    {
        var time = new HandTime();
        using var deadlines = new Deadlines(time, defect => Assert.Fail(defect.ToString()));
        var pace = new PeerPace(time, deadlines, 20);
        var sent = new List<DateTimeOffset>();
        void Note() => sent.Add(time.GetUtcNow());
        for (var i = 0; i < 200; i++)
        {
            var taker = new Taker(Note);
            if (pace.TryTake(20, isOwed: false, taker)) taker.TakeTurn();
        }

        // Ten messages in each second leave presence the rest.
        for (var second = 0; second < 20; second++)
        {
            for (var m = 0; m < 10; m++)
            {
                pace.Spend();
                Note();
                time.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        AssertNoSecondHolds(sent, 20);
        Assert.True(pace.WaitingCount > 0);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, pace.WaitingCount);
    }

    [Fact]
    public void What_a_subscribe_waits_for_goes_before_news_and_a_turn_nobody_uses_is_not_lost()
    {
        var time = new HandTime();
        using var deadlines = new Deadlines(time, defect => Assert.Fail(defect.ToString()));
        var pace = new PeerPace(time, deadlines, 4);
        var order = new List<string>();
        Assert.True(pace.TryTake(4, false, new Taker(() => { })));
        Assert.False(pace.TryTake(4, false, new Taker(() => order.Add("news"))));
        Assert.False(pace.TryTake(4, false, new Taker(() => { }, isUsed: false)));
        Assert.False(pace.TryTake(4, true, new Taker(() => order.Add("owed"))));
        Assert.False(pace.TryTake(4, false, new Taker(() => order.Add("late"))));
        time.Advance(TimeSpan.FromMilliseconds(1_010));
        Assert.Equal(["owed", "news", "late"], order);
    }

    [Fact]
    public void The_pace_and_the_contacts_follow_from_what_the_peer_is_unless_its_record_says_otherwise()
    {
        var configured = Discovered with { Addresses = ["sip.contoso.example:5061"] };
        Assert.Equal((20, 1_000), (SipPeerTerms.PacePerSecondOf(Discovered), SipPeerTerms.ContactsMaxOf(Discovered)));
        Assert.Equal((1_000, 0), (SipPeerTerms.PacePerSecondOf(configured), SipPeerTerms.ContactsMaxOf(configured)));
        var told = configured with { Sip = new SipPeerTerms { PacePerSecond = 7, ContactsMax = 9 } };
        Assert.Equal((7, 9), (SipPeerTerms.PacePerSecondOf(told), SipPeerTerms.ContactsMaxOf(told)));
    }

    [Fact]
    public async Task Subscribes_wait_for_their_turn_and_carry_what_is_wanted_then()
    {
        await using var rig = await Rig.StartAsync();
        var paced = rig.Edge with { Sip = new SipPeerTerms { PacePerSecond = 4 } };
        rig.Publish(paced, rig.Other);
        for (var i = 0; i < 8; i++) await rig.AskAsync(UpstreamRequest.Subscribe, of: new Address("user" + i, "contoso.example"), peer: paced);
        var edge = await rig.AcceptAsync();
        await edge.RequestAsync("SUBSCRIBE");
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal(("edge", 7), Assert.Single(rig.View.Paces, p => p.Waiting > 0) is var p ? (p.Peer, p.Waiting) : default);

        // Given up while it waited: nothing is said of it.
        await rig.AskAsync(UpstreamRequest.Unsubscribe, of: new Address("user7", "contoso.example"), peer: paced);
        rig.Time.Advance(TimeSpan.FromSeconds(1.5));
        for (var i = 1; i < 4; i++) await edge.RequestAsync("SUBSCRIBE");
        rig.Time.Advance(TimeSpan.FromSeconds(4));
        for (var i = 4; i < 7; i++) await edge.RequestAsync("SUBSCRIBE");
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal(7, rig.View.Subscribers);
    }

    [Fact]
    public async Task Notifies_wait_for_their_turn_and_messages_do_not()
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge with { Sip = new SipPeerTerms { PacePerSecond = 4 } }, rig.Other);
        var edge = await rig.DialAsync();
        var legs = new List<Leg>();
        for (var i = 0; i < 3; i++)
        {
            await edge.AskAsync(Lines.Subscribe("c-p" + i));
            legs.Add((await rig.Crossing.CommandAsync<Watch>()).Leg);
        }

        foreach (var leg in legs) await rig.ShowAsync(leg, AuthorizationPhase.Granted, Availability.Available);
        await edge.RequestAsync("NOTIFY");
        var sent = rig.Depart("hello");
        await edge.RequestAsync("INVITE");
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);

        // The newest state is what goes out when the turn comes.
        await rig.ShowAsync(legs[1], AuthorizationPhase.Granted, Availability.Offline, 2);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("<basic>closed</basic>", (await edge.RequestAsync("NOTIFY")).Body, StringComparison.Ordinal);
        Assert.False(sent.IsCompleted);
    }

    [Fact]
    public async Task Contacts_at_a_discovered_partner_are_bounded_each_counted_once()
    {
        await using var rig = await Rig.StartAsync();
        var bounded = rig.Edge with { Sip = new SipPeerTerms { ContactsMax = 1 } };
        rig.Publish(bounded, rig.Other);
        await rig.AskAsync(UpstreamRequest.Subscribe, peer: bounded);
        await rig.AskAsync(UpstreamRequest.Subscribe, watcher: new Address("romeo", "jabber.example"), peer: bounded);
        Assert.Equal(2, rig.View.Subscribers);

        await rig.AskAsync(UpstreamRequest.Subscribe, of: new Address("eve", "contoso.example"), peer: bounded);
        var failed = await rig.Crossing.CommandAsync<UpstreamFailed>();
        Assert.Equal((Condition.ResourceConstraint, 3_600), (failed.Condition, failed.RetryAfterSeconds));
        Assert.Contains("refused edge sip.ContactsTooMany", rig.Reports);
        Assert.Equal(2, rig.View.Subscribers);
    }

    [Fact]
    public async Task A_refresh_that_waits_long_for_its_turn_is_told_as_a_dialog_that_stands()
    {
        await using var rig = await Rig.StartAsync();
        var paced = rig.Edge with { Sip = new SipPeerTerms { PacePerSecond = 4 } };
        rig.Publish(paced, rig.Other);
        for (var i = 0; i < 60; i++)
            await rig.AskAsync(UpstreamRequest.Refresh, LegOf(i), AuthorizationPhase.Granted, new Address("user" + i, "contoso.example"), peer: paced);

        // Three a second: from the thirtieth on it is more than ten seconds, and the core would otherwise take the home for silent.
        var stands = await rig.Crossing.CommandAsync<UpstreamAccepted>();
        Assert.InRange(stands.ExpiresAt, rig.Time.GetUtcNow().AddSeconds(70), rig.Time.GetUtcNow().AddSeconds(80));
        var edge = await rig.AcceptAsync();
        await edge.RequestAsync("SUBSCRIBE");
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    public void Dialogs_of_one_way_share_their_routes()
    {
        var pool = new RoutePool();
        var (one, other) = (LegDocument.Read(LegOf(1))!.Dialog, LegDocument.Read(LegOf(2))!.Dialog);
        Assert.NotSame(one.RouteSet, other.RouteSet);
        Assert.Same(pool.Share(one).RouteSet, pool.Share(other).RouteSet);
        Assert.NotSame(pool.Share(one).RouteSet, pool.Share(one with { RouteSet = ["sip:elsewhere.example;lr"] }).RouteSet);
    }

    private static Leg LegOf(int number) => new LegDocument(
        new DialogState
        {
            Id = new DialogId("c" + number, "ours", "theirs"),
            LocalHeader = "<sip:juliet@jabber.example>;tag=ours",
            RemoteHeader = "<sip:bo@contoso.example>;tag=theirs",
            RemoteTarget = "sip:fe01.contoso.example",
            RouteSet = ["sip:sip.contoso.example;lr"],
            IsCaller = true,
        },
        "edge").ToLeg();

    private static void AssertNoSecondHolds(List<DateTimeOffset> sent, int limit)
    {
        for (var i = limit; i < sent.Count; i++)
            Assert.True(sent[i] - sent[i - limit] >= TimeSpan.FromSeconds(1), $"{limit + 1} in {(sent[i] - sent[i - limit]).TotalMilliseconds} ms at {i}");
    }

    private sealed class Taker(Action act, bool isUsed = true) : ITurnTaker
    {
        public bool TakeTurn()
        {
            act();
            return isUsed;
        }
    }
}
