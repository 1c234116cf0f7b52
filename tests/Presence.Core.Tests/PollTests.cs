using Presence.Core.Model;
using static Presence.Core.Tests.Unit;

namespace Presence.Core.Tests;

/// <summary>One-shot look-ups: RFC 6665 §4.4.3, field fact D3.</summary>
public sealed class PollTests
{
    private static Unit Granted() => new Unit().With(new Watch(Alice, Leg("d1"), 3600), new UpstreamGranted(Alice));

    [Fact]
    public void A_stranger_is_answered_at_once_and_nobody_is_asked()
    {
        var unit = new Unit();
        Assert.True(unit.Do(new Poll(Alice, Leg("p1"))).IsAccepted);
        Assert.Equal("end p1 Expired", unit.Said());
        Assert.Empty(unit.State.Pairs);
    }

    [Fact]
    public void A_known_state_is_answered_at_once()
    {
        var unit = Granted().With(new UpstreamShowed(Alice, [Said("x", Availability.Busy)], false), new Poll(Alice, Leg("p1")));
        Assert.Equal("end p1 Expired", unit.Said());
        Assert.Empty(unit.Facts);
    }

    [Fact]
    public void A_cold_state_is_fetched_first_and_the_upstream_rests_again()
    {
        var unit = Granted().With(new Unwatch(Alice, Leg("d1")), new Poll(Alice, Leg("p1")));
        Assert.Equal("ask Refresh", unit.Said());
        unit.Do(new UpstreamShowed(Alice, [Said("x", Availability.Busy)], false));
        Assert.Equal("end p1 Expired · ask Pause", unit.Said());
        Assert.Equal(Availability.Busy, unit.View().Best);
    }

    [Fact]
    public void A_home_that_keeps_silent_is_waited_for_a_few_seconds()
    {
        var unit = Granted().With(new Unwatch(Alice, Leg("d1")), new Poll(Alice, Leg("p1")));
        Assert.Equal("", unit.Wait(3));
        Assert.Equal("end p1 Expired · ask Pause", unit.Wait(1));
    }

    [Fact]
    public void A_failure_answers_at_once()
    {
        var unit = Granted().With(new Unwatch(Alice, Leg("d1")), new Poll(Alice, Leg("p1")));
        unit.Do(new UpstreamFailed(Alice, Condition.RemoteServerNotFound, null));
        Assert.Equal("end p1 Expired · ask Pause", unit.Said());
    }

    [Fact]
    public void A_watch_of_no_time_is_a_poll_or_the_end_of_its_leg()
    {
        var unit = Granted().With(new UpstreamShowed(Alice, [], true), new Watch(Alice, Leg("p1"), 0));
        Assert.Equal("end p1 Expired", unit.Said());
        unit.Do(new Watch(Alice, Leg("d1"), 0));
        Assert.Equal("end d1 Expired · ask Pause", unit.Said());
    }
}
