using Presence.Core.Model;
using Presence.Core.Upstream;
using static Presence.Core.Tests.Unit;

namespace Presence.Core.Tests;

/// <summary>A SIP user watches an XMPP contact, row by row (field fact D3; RFC 8048 §5.3, §6, §7.2).</summary>
public sealed class BoundedWatcherTests
{
    private static Unit Asked() => new Unit().With(new Watch(Alice, Leg("d1"), 3600));

    private static Unit Granted() => Asked().With(new UpstreamGranted(Alice));

    private static Unit Seen() => Granted().With(new UpstreamShowed(Alice, [Said("orchard", Availability.Available)], false));

    [Fact]
    public void First_watch_is_accepted_shown_pending_and_asks_the_presentity()
    {
        var unit = new Unit();
        Assert.Equal(PresenceReply.Accepted(3600), unit.Do(new Watch(Alice, Leg("d1"), 3600)));
        Assert.Equal("show d1 · ask Subscribe", unit.Said());
        Assert.Equal(AuthorizationPhase.Asked, unit.View().Authorization);
        Assert.False(unit.View().IsKnown);
    }

    [Theory]
    [InlineData(-1, 3600)]
    [InlineData(60, 60)]
    [InlineData(86_400, 86_400)]
    [InlineData(1_000_000, 86_400)]
    public void The_time_granted_is_never_more_than_asked_nor_than_allowed(int asked, int granted) =>
        Assert.Equal(PresenceReply.Accepted(granted), new Unit().Do(new Watch(Alice, Leg("d1"), asked)));

    [Fact]
    public void A_time_too_brief_is_refused_with_the_least()
    {
        var unit = new Unit();
        Assert.Equal(new PresenceReply(false, PresenceReason.ExpiresTooBrief, 60), unit.Do(new Watch(Alice, Leg("d1"), 59)));
        Assert.Empty(unit.Facts);
    }

    [Fact]
    public void A_refresh_shows_again_and_asks_nobody()
    {
        foreach (var unit in new[] { Asked(), Granted(), Seen() })
        {
            unit.Do(new Watch(Alice, Leg("d1"), 600));
            Assert.Equal("show d1", unit.Said());
            Assert.Equal(unit.Now.AddSeconds(600), unit.Pair!.Legs[0].ExpiresAt);
        }
    }

    [Fact]
    public void A_second_leg_lives_beside_the_first_and_asks_nobody_again()
    {
        var unit = Seen().With(new Watch(Alice, Leg("d2"), 3600));
        Assert.Equal("show d2", unit.Said());
        Assert.Equal(2, unit.Pair!.Legs.Length);
        unit.Do(new UpstreamShowed(Alice, [Said("orchard", Availability.Away)], false));
        Assert.Equal("show all", unit.Said());
    }

    [Fact]
    public void A_watcher_that_was_granted_before_sees_active_at_once_and_the_state_is_fetched()
    {
        var unit = Seen().With(new Unwatch(Alice, Leg("d1")), new Watch(Alice, Leg("d2"), 3600));
        Assert.Equal("show d2 · ask Refresh", unit.Said());
        Assert.Equal(Availability.Available, unit.View().Best);
    }

    [Fact]
    public void The_agreement_shows_active_and_a_second_one_says_nothing()
    {
        var unit = Asked().With(new UpstreamGranted(Alice));
        Assert.Equal("show d1", unit.Said());
        Assert.Equal(AuthorizationPhase.Granted, unit.View().Authorization);
        unit.Do(new UpstreamGranted(Alice));
        Assert.Equal("", unit.Said());
        Assert.Empty(unit.Facts);
    }

    [Fact]
    public void State_before_the_agreement_is_kept_and_not_shown()
    {
        var unit = Asked().With(new UpstreamShowed(Alice, [Said("orchard", Availability.Away)], false));
        Assert.Equal("", unit.Said());
        Assert.Empty(unit.View().Fragments);
        unit.Do(new UpstreamGranted(Alice));
        Assert.Equal("show d1", unit.Said());
        Assert.Equal(Availability.Away, unit.View().Best);
    }

    [Theory]
    [InlineData(PresenceReason.Rejected)]
    [InlineData(PresenceReason.NoSuchPresentity)]
    public void A_refusal_while_asked_ends_the_leg_and_no_state_was_seen(PresenceReason reason)
    {
        var unit = Asked().With(new UpstreamDenied(Alice, reason));
        Assert.Equal($"end d1 {reason}", unit.Said());
        Assert.False(unit.View().IsKnown);
        Assert.Equal(AuthorizationPhase.Denied, unit.View().Authorization);
    }

    [Fact]
    public void A_refusal_after_the_agreement_ends_the_leg_with_a_closed_state_before()
    {
        var unit = Seen().With(new UpstreamDenied(Alice, PresenceReason.Rejected));
        Assert.Equal("end d1 Rejected", unit.Said());
        Assert.Equal((true, Availability.Offline), (unit.View().IsKnown, unit.View().Best));
    }

    [Fact]
    public void After_a_refusal_only_a_new_watch_asks_again()
    {
        var unit = Asked().With(new UpstreamDenied(Alice, PresenceReason.Rejected), new UpstreamGranted(Alice));
        Assert.Equal(AuthorizationPhase.Denied, unit.View().Authorization);
        unit.Do(new Watch(Alice, Leg("d2"), 3600));
        Assert.Equal("show d2 · ask Subscribe", unit.Said());
        Assert.Equal(AuthorizationPhase.Asked, unit.View().Authorization);
    }

    [Fact]
    public void A_refusal_is_forgotten_in_time()
    {
        var unit = Asked().With(new UpstreamDenied(Alice, PresenceReason.Rejected));
        Assert.Equal("", unit.Wait(601));
        Assert.Null(unit.Pair);
    }

    [Fact]
    public void An_agreement_nobody_asked_for_grants_nothing()
    {
        var unit = new Unit().With(new UpstreamGranted(Alice), new UpstreamShowed(Alice, [Said("x", Availability.Available)], true));
        Assert.Empty(unit.State.Pairs);
        Assert.Equal("", unit.Said());
    }

    [Fact]
    public void State_of_several_endpoints_is_composed_best_first()
    {
        var unit = Seen().With(new UpstreamShowed(Alice, [Said("garden", Availability.DoNotDisturb)], false));
        Assert.Equal("show all", unit.Said());
        Assert.Equal(["orchard", "garden"], unit.View().Fragments.Select(f => f.Endpoint));
        unit.Do(new UpstreamShowed(Alice, [Said("orchard", Availability.Offline)], false));
        Assert.Equal(Availability.DoNotDisturb, unit.View().Best);
        unit.Do(new UpstreamShowed(Alice, [Said("garden", Availability.Offline)], false));
        Assert.Equal(("show all", Availability.Offline), (unit.Said(), unit.View().Best));
    }

    [Fact]
    public void The_same_state_again_is_silent()
    {
        var unit = Seen().With(new UpstreamShowed(Alice, [Said("orchard", Availability.Available)], false));
        Assert.Equal("", unit.Said());
        Assert.Empty(unit.Facts);
    }

    [Fact]
    public void Ending_the_last_leg_pauses_the_upstream_and_keeps_the_authorization()
    {
        var unit = Seen().With(new Watch(Alice, Leg("d2"), 3600), new Unwatch(Alice, Leg("d1")));
        Assert.Equal("end d1 Expired", unit.Said());
        unit.Do(new Unwatch(Alice, Leg("d2")));
        Assert.Equal("end d2 Expired · ask Pause", unit.Said());
        Assert.Equal(AuthorizationPhase.Granted, unit.View().Authorization);
        Assert.Equal(PresenceReply.Refused(PresenceReason.UnknownWatcher), unit.Do(new Unwatch(Alice, Leg("d2"))));
    }

    [Fact]
    public void Ending_the_last_leg_gives_the_authorization_up_where_the_settings_say_so()
    {
        var unit = new Unit(new PresentitySettings { UnsubscribeRemovesAuthorization = true });
        unit.With(new Watch(Alice, Leg("d1"), 3600), new UpstreamGranted(Alice), new Unwatch(Alice, Leg("d1")));
        Assert.Equal("end d1 Expired · ask Unsubscribe", unit.Said());
        Assert.Null(unit.Pair);
    }

    [Fact]
    public void A_leg_that_expires_silently_ends_and_pauses_the_upstream_and_keeps_the_authorization()
    {
        var unit = Seen();
        Assert.Equal("", unit.Wait(3600));
        Assert.Equal("end d1 Expired · ask Pause", unit.Wait(2));
        Assert.Equal(AuthorizationPhase.Granted, unit.View().Authorization);
        Assert.Equal("", unit.Wait(0));
    }

    [Fact]
    public void A_lost_leg_goes_without_a_word_to_the_watcher()
    {
        var unit = Seen().With(new LegLost(Alice, "d1"));
        Assert.Equal("ask Pause", unit.Said());
        Assert.True(unit.Do(new LegLost(Alice, "d1")).IsAccepted);
        Assert.Empty(unit.Facts);
    }

    [Fact]
    public void A_changed_leg_keeps_its_end()
    {
        var unit = Seen();
        var end = unit.Pair!.Legs[0].ExpiresAt;
        var changed = new Leg("d1", new byte[] { 9 });
        Assert.True(unit.Do(new LegChanged(Alice, changed)).IsAccepted);
        Assert.Equal((changed, end), (unit.Pair!.Legs[0].Leg, unit.Pair.Legs[0].ExpiresAt));
        Assert.Equal(PresenceReason.UnknownWatcher, unit.Do(new LegChanged(Alice, Leg("d9"))).Reason);
    }

    [Theory]
    [InlineData(Condition.ItemNotFound, "end d1 NoSuchPresentity", AuthorizationPhase.Denied)]
    [InlineData(Condition.Forbidden, "end d1 Rejected", AuthorizationPhase.Denied)]
    [InlineData(Condition.RemoteServerNotFound, "", AuthorizationPhase.Asked)]
    [InlineData(Condition.RemoteServerTimeout, "", AuthorizationPhase.Asked)]
    public void An_error_to_the_asking_keeps_it_or_ends_it(Condition condition, string said, AuthorizationPhase phase)
    {
        var unit = Asked().With(new UpstreamFailed(Alice, condition, null));
        Assert.Equal((said, phase), (unit.Said(), unit.View().Authorization));
    }

    [Fact]
    public void A_failed_asking_is_repeated_with_back_off()
    {
        var unit = Asked();
        foreach (var pause in new[] { 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600 })
        {
            unit.Do(new UpstreamFailed(Alice, Condition.RemoteServerTimeout, null));
            unit.Do(new Watch(Alice, Leg("d1"), 86_400));
            Assert.Equal("", unit.Wait(pause - 1));
            Assert.Equal("ask Subscribe", unit.Wait(1));
        }
    }

    [Fact]
    public void An_asking_that_was_never_answered_is_repeated_after_a_day()
    {
        var unit = Asked().With(new Watch(Alice, Leg("d1"), 86_400));
        Assert.Equal("", unit.Wait(86_399));
        Assert.Equal("ask Subscribe", unit.Wait(1));
        Assert.Equal(UpstreamPhase.Trying, unit.Pair!.Upstream.Phase);
    }
}
