using Presence.Core.Model;
using Presence.Core.Upstream;
using static Presence.Core.Tests.Unit;

namespace Presence.Core.Tests;

/// <summary>An XMPP user watches a SIP contact, row by row (field fact D2; RFC 8048 §5.2, §7.1, §8.1).</summary>
public sealed class LastingWatcherTests
{
    private static Unit Asked() => new Unit().With(new RequestAuthorization(Alice, Leg("x")));

    private static Unit Accepted()
    {
        var unit = Asked();
        return unit.With(new UpstreamAccepted(Alice, Leg("u1"), unit.Now.AddHours(1)));
    }

    private static Unit Granted() => Accepted().With(new UpstreamGranted(Alice), new UpstreamShowed(Alice, [Said("pc", Availability.Available)], true));

    [Fact, Clause("RFC 6121", "3.1.3")]
    public void Asking_is_kept_and_goes_upstream_without_an_answer()
    {
        var unit = new Unit();
        Assert.True(unit.Do(new RequestAuthorization(Alice, Leg("x"))).IsAccepted);
        Assert.Equal("ask Subscribe", unit.Said());
        Assert.Null(unit.Pair!.Legs[0].ExpiresAt);
    }

    [Fact, Clause("RFC 6121", "3.1.3")]
    public void Asking_again_while_undecided_asks_nobody_twice()
    {
        var unit = Asked().With(new RequestAuthorization(Alice, Leg("x")));
        Assert.Equal("", unit.Said());
        Assert.Single(unit.Pair!.Legs);
    }

    [Fact]
    public void Asking_again_when_granted_is_told_again()
    {
        var unit = Granted().With(new RequestAuthorization(Alice, Leg("x")));
        Assert.Equal("tell granted · show x", unit.Said());
    }

    [Fact]
    public void Acceptance_and_pending_say_nothing_to_the_watcher()
    {
        var unit = Accepted();
        Assert.Equal(("", UpstreamPhase.Pending), (unit.Said(), unit.Pair!.Upstream.Phase));
        unit.Do(new UpstreamPending(Alice));
        Assert.Equal("", unit.Said());
    }

    [Fact]
    public void The_first_agreement_is_told_and_then_the_state_is_shown()
    {
        var unit = Accepted().With(new UpstreamGranted(Alice));
        Assert.Equal("tell granted", unit.Said());
        unit.Do(new UpstreamShowed(Alice, [Said("pc", Availability.Busy)], true));
        Assert.Equal("show all", unit.Said());
    }

    [Fact]
    public void State_before_the_agreement_follows_it()
    {
        var unit = Accepted().With(new UpstreamShowed(Alice, [Said("pc", Availability.Busy)], true));
        Assert.Equal("", unit.Said());
        unit.Do(new UpstreamGranted(Alice));
        Assert.Equal("tell granted · show x", unit.Said());
    }

    [Fact]
    public void An_empty_document_means_offline_and_is_shown_once()
    {
        var unit = Accepted().With(new UpstreamGranted(Alice), new UpstreamShowed(Alice, [], true));
        Assert.Equal(("show all", Availability.Offline), (unit.Said(), unit.View().Best));
        unit.Do(new UpstreamShowed(Alice, [], true));
        Assert.Equal("", unit.Said());
    }

    [Fact]
    public void A_full_state_replaces_every_endpoint()
    {
        var unit = Granted().With(new UpstreamShowed(Alice, [Said("phone", Availability.OnThePhone)], true));
        Assert.Equal(["phone"], unit.View().Fragments.Select(f => f.Endpoint));
    }

    [Fact]
    public void A_refusal_when_granted_ends_the_state_then_tells()
    {
        var unit = Granted().With(new UpstreamDenied(Alice, PresenceReason.Rejected));
        Assert.Equal("end x Rejected · tell refused Rejected", unit.Said());
        Assert.Empty(unit.Pair!.Legs);
    }

    [Fact]
    public void A_refusal_when_asked_only_tells()
    {
        var unit = Asked().With(new UpstreamDenied(Alice, PresenceReason.None));
        Assert.Equal("tell refused Rejected", unit.Said());
    }

    [Fact]
    public void An_end_that_may_be_retried_now_asks_in_a_new_dialog()
    {
        var unit = Granted();
        unit.Wait(10);
        unit.Do(new UpstreamEnded(Alice, RetryNow: true, null));
        Assert.Equal("ask Refresh", unit.Said());
        Assert.Null(unit.Pair!.Upstream.Leg);
    }

    [Fact]
    public void A_home_that_ends_each_new_subscription_is_asked_at_the_pace_of_a_failure()
    {
        var unit = Granted().With(new UpstreamEnded(Alice, RetryNow: true, null));
        Assert.Equal("", unit.Said());
        Assert.Equal("ask Refresh", unit.Wait(5));
    }

    [Fact]
    public void An_end_with_a_time_waits_for_it()
    {
        var unit = Granted().With(new UpstreamEnded(Alice, RetryNow: false, 300));
        Assert.Equal("show all", unit.Wait(299));   // offline after the grace time
        Assert.Equal("ask Refresh", unit.Wait(1));
    }

    [Theory]
    [InlineData(Condition.RemoteServerTimeout)]
    [InlineData(Condition.ServiceUnavailable)]
    [InlineData(Condition.ItemNotFound)]
    public void A_failure_when_granted_keeps_the_authorization_and_shows_offline_after_the_grace_time(Condition condition)
    {
        var unit = Granted().With(new UpstreamFailed(Alice, condition, null));
        Assert.Equal("", unit.Said());
        Assert.Equal("ask Refresh in u1", unit.Wait(5));
        unit.Do(new UpstreamFailed(Alice, condition, 600));
        Assert.Equal("", unit.Wait(54));
        Assert.Equal("show all", unit.Wait(1));
        Assert.Equal((AuthorizationPhase.Granted, Availability.Offline), (unit.View().Authorization, unit.View().Best));
    }

    [Fact]
    public void A_failure_that_passes_within_the_grace_time_is_never_seen()
    {
        var unit = Granted().With(new UpstreamFailed(Alice, Condition.RemoteServerTimeout, null));
        unit.Wait(5);
        unit.With(new UpstreamAccepted(Alice, Leg("u2"), unit.Now.AddHours(1)), new UpstreamShowed(Alice, [Said("pc", Availability.Available)], true));
        Assert.Equal("show all", unit.Said());   // the refresh is shown, as the same state
        Assert.Equal("", unit.Wait(100));
    }

    [Fact]
    public void A_usage_that_let_its_subscription_pass_is_asked_again()
    {
        var unit = Granted();
        Assert.Equal("", unit.Wait(3629));
        Assert.Equal("ask Refresh", unit.Wait(1));
    }

    [Fact]
    public void A_refreshed_subscription_moves_its_end()
    {
        var unit = Granted();
        unit.Wait(3000);
        unit.Do(new UpstreamAccepted(Alice, Leg("u1"), unit.Now.AddHours(1)));
        Assert.Equal("", unit.Said());
        Assert.Equal("", unit.Wait(3600));
    }

    [Fact]
    [Clause("RFC 6121", "3.3.3"), Item("RN-050")]
    public void Giving_up_ends_the_state_and_says_nothing_that_could_cancel_a_new_request()
    {
        var unit = Granted().With(new WithdrawAuthorization(Alice));
        Assert.Equal("ask Unsubscribe in u1 · end x Expired", unit.Said());
        Assert.Null(unit.Pair);
        unit.Do(new WithdrawAuthorization(Alice));
        Assert.Equal("", unit.Said());
    }

    [Fact]
    public void A_probe_is_answered_from_what_is_known_while_the_upstream_stands()
    {
        var unit = Granted().With(new Probe(Alice, Leg("x")));
        Assert.Equal("show x", unit.Said());
        Assert.Empty(unit.Facts);
    }

    [Fact]
    public void A_probe_without_authorization_is_told_so()
    {
        foreach (var unit in new[] { new Unit(), Asked() })
        {
            unit.Do(new Probe(Alice, Leg("x")));
            Assert.Equal("tell refused None", unit.Said());
        }
    }

    [Fact]
    public void A_probe_while_the_state_is_fetched_is_answered_when_it_arrives()
    {
        var unit = Granted().With(new Resume(2), new Probe(Alice, Leg("x")));
        Assert.Equal("", unit.Said());
        unit.Do(new UpstreamShowed(Alice, [Said("pc", Availability.Available)], true));
        Assert.Equal("show all", unit.Said());
    }

    [Fact]
    public void A_refresh_that_is_never_answered_shows_offline()
    {
        var unit = new Unit().With(new RequestAuthorization(Alice, Leg("x")), new UpstreamGranted(Alice), new Resume(2));
        Assert.Equal("show x · ask Refresh", unit.Said());
        Assert.Equal("show all", unit.Wait(40));
        Assert.Equal((true, Availability.Offline), (unit.View().IsKnown, unit.View().Best));
    }

    [Fact]
    public void A_dialog_that_opens_when_nobody_listens_is_closed_again()
    {
        var unit = new Unit();
        unit.Do(new UpstreamAccepted(Alice, Leg("u9"), unit.Now.AddHours(1)));
        Assert.Equal("ask Pause in u9", unit.Said());
    }

    [Fact]
    public void A_lasting_leg_is_never_lost()
    {
        var unit = Granted().With(new LegLost(Alice, "x"));
        Assert.Single(unit.Pair!.Legs);
    }
}
