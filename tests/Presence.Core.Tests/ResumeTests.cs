using Presence.Core.Authorization;
using Presence.Core.Model;
using static Presence.Core.Tests.Unit;

namespace Presence.Core.Tests;

/// <summary>A new owner speaks for the unit: design of the epoch, field fact D2 last row.</summary>
public sealed class ResumeTests
{
    [Fact]
    public void Each_living_leg_is_shown_and_each_wanted_upstream_asked_once_per_epoch()
    {
        var unit = new Unit().With(new Watch(Alice, Leg("d1"), 3600), new Watch(Alice, Leg("d2"), 3600), new UpstreamGranted(Alice));
        unit.Do(new Resume(7));
        Assert.Equal("show d1 · show d2 · ask Refresh", unit.Said());
        unit.Do(new Resume(7));
        Assert.Equal("", unit.Said());
        Assert.Empty(unit.Facts);
    }

    [Fact]
    public void Commands_of_time_name_no_watcher_and_can_be_printed()
    {
        Assert.Equal("", default(Address).ToString());
        Assert.Contains("Epoch = 7", new Resume(7).ToString(), StringComparison.Ordinal);
        Assert.True(new Expire().Watcher.CompareTo(Alice) < 0);
    }

    [Fact]
    public void An_undecided_asking_is_repeated()
    {
        var unit = new Unit().With(new RequestAuthorization(Alice, Leg("x")), new Resume(2));
        Assert.Equal("ask Subscribe", unit.Said());
    }

    [Fact]
    public void A_leg_that_ended_meanwhile_is_ended_and_not_shown()
    {
        var unit = new Unit().With(new Watch(Alice, Leg("d1"), 60), new UpstreamGranted(Alice));
        var later = Presentity.Decide(unit.State, new Resume(2), unit.Now.AddHours(2));
        Assert.Collection(
            later.Effects,
            e => Assert.Equal("d1", Assert.IsType<End>(e).Leg.Id),
            e => Assert.Equal(UpstreamRequest.Pause, Assert.IsType<AskUpstream>(e).Request));
    }

    [Fact]
    public void A_pause_after_a_failure_is_kept()
    {
        var unit = new Unit().With(new Watch(Alice, Leg("d1"), 3600), new UpstreamFailed(Alice, Condition.RemoteServerTimeout, 100), new Resume(2));
        Assert.Equal("show d1", unit.Said());
        Assert.Equal("ask Subscribe", unit.Wait(100));
    }
}

/// <summary>Everything has a limit, and each refusal its reason.</summary>
public sealed class LimitTests
{
    [Fact]
    public void A_watcher_too_many_is_refused()
    {
        var unit = new Unit(new PresentitySettings { WatchersMax = 1 }).With(new Watch(new Address("bob", "contoso.example"), Leg("d1"), 3600));
        Assert.Equal(PresenceReason.LimitReached, unit.Do(new Watch(Alice, Leg("d1"), 3600)).Reason);
        Assert.Equal(PresenceReason.LimitReached, unit.Do(new RequestAuthorization(Alice, Leg("x"))).Reason);
    }

    [Fact]
    public void Watchers_that_one_domain_invents_leave_room_for_those_of_others()
    {
        var unit = new Unit(new PresentitySettings { WatchersMax = 8 });
        for (var i = 0; i < 6; i++) Assert.True(unit.Do(new RequestAuthorization(new Address($"w{i}", "evil.example"), Leg("x"))).IsAccepted);

        Assert.Equal(PresenceReason.LimitReached, unit.Do(new RequestAuthorization(new Address("w6", "evil.example"), Leg("x"))).Reason);
        Assert.True(unit.Do(new RequestAuthorization(new Address("w0", "evil.example"), Leg("x"))).IsAccepted);
        Assert.True(unit.Do(new RequestAuthorization(Alice, Leg("x"))).IsAccepted);

        // Whom the presentity has granted is nobody's invention any more.
        Assert.True(unit.Do(new UpstreamGranted(new Address("w0", "evil.example"))).IsAccepted);
        Assert.True(unit.Do(new RequestAuthorization(new Address("w6", "evil.example"), Leg("x"))).IsAccepted);
        Assert.Equal(PresenceReason.LimitReached, unit.Do(new RequestAuthorization(new Address("bob", "contoso.example"), Leg("x"))).Reason);
    }

    [Fact]
    public void A_leg_too_many_is_refused_and_the_others_may_be_refreshed()
    {
        var unit = new Unit(new PresentitySettings { LegsMax = 2 }).With(new Watch(Alice, Leg("d1"), 3600), new Watch(Alice, Leg("d2"), 3600));
        Assert.Equal(PresenceReason.LimitReached, unit.Do(new Watch(Alice, Leg("d3"), 3600)).Reason);
        Assert.True(unit.Do(new Watch(Alice, Leg("d2"), 3600)).IsAccepted);
    }

    [Fact]
    public void A_leg_too_large_is_refused()
    {
        var large = new Leg("d1", new byte[Model.Leg.DocumentBytesMax + 1]);
        foreach (PresentityCommand command in new PresentityCommand[] { new Watch(Alice, large, 60), new Poll(Alice, large), new RequestAuthorization(Alice, large) })
        {
            Assert.Equal(PresenceReason.LegTooLarge, new Unit().Do(command).Reason);
        }
    }

    [Fact]
    public void Endpoints_are_bounded_to_the_best_and_notes_are_cut_between_characters()
    {
        var unit = new Unit(new PresentitySettings { FragmentsMax = 2, NoteCharactersMax = 4 }).With(new Watch(Alice, Leg("d1"), 3600), new UpstreamGranted(Alice));
        unit.Do(new UpstreamShowed(
            Alice,
            [Said("a", Availability.Away), Said("b", Availability.Available, "abc\U0001F600"), Said("c", Availability.DoNotDisturb), Said(new string('e', 1024), Availability.Available)],
            true));
        Assert.Equal(["b", "c"], unit.View().Fragments.Select(f => f.Endpoint));
        Assert.Equal("abc", unit.View().Fragments[0].Note);
    }

    [Theory]
    [InlineData("alice", "juliet", true)]
    [InlineData("", "juliet", true)]
    [InlineData("", "", true)]
    [InlineData("bob", "juliet", false)]
    public void A_blocked_watcher_is_refused(string watcher, string presentity, bool isBlocked)
    {
        var access = new AccessList([new AccessRule(new Address(presentity, "capulet.example"), new Address(watcher, "contoso.example"), AccessAction.Block)]);
        var unit = new Unit(new PresentitySettings { Access = access });
        Assert.Equal(isBlocked ? PresenceReason.Blocked : PresenceReason.None, unit.Do(new Watch(Alice, Leg("d1"), 3600)).Reason);
    }

    [Fact]
    public void Default_settings_are_coherent_and_incoherent_ones_are_named()
    {
        Assert.Empty(PresentitySettings.Default.Faults());
        Assert.Equal(2, new PresentitySettings { ExpiresSecondsMin = 0, RetrySecondsMin = 4_000 }.Faults().Count);
    }
}
