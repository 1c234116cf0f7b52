using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Presence.Core.Model;
using static Presence.Core.Tests.Unit;

namespace Presence.Core.Tests;

/// <summary>What holds after any sequence of commands and any passing of time.</summary>
public sealed class PresentityProperties
{
    private static readonly Address[] Watchers = [Alice, new("bob", "contoso.example")];

    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(60);

    [Fact]
    public void Nothing_is_granted_unless_it_was_asked_and_agreed() => Prop.ForAll(Histories(), history =>
    {
        var unit = new Unit();
        foreach (var step in history)
        {
            var before = unit.State;
            step(unit);
            foreach (var pair in unit.State.Pairs.Values.Where(p => p.IsGranted))
            {
                var was = before.Find(pair.Watcher)?.Authorization ?? AuthorizationPhase.None;
                var isAgreed = was == AuthorizationPhase.Asked && Last is UpstreamGranted granted && granted.Watcher == pair.Watcher;
                Assert.True(was == AuthorizationPhase.Granted || isAgreed, $"{pair.Watcher} was {was} and is granted by {Last}");
            }

            foreach (var tell in unit.Effects.OfType<Tell>().Where(t => t.IsGranted)) Assert.True(unit.State.Find(tell.Watcher)!.IsGranted);
        }
    }).Check(Runs);

    [Fact]
    public void Time_that_comes_twice_changes_nothing() => Prop.ForAll(Histories(), history =>
    {
        var unit = new Unit();
        foreach (var step in history)
        {
            step(unit);
            unit.Wait(0);
            unit.Wait(0);
            Assert.Empty(unit.Facts);
            Assert.Empty(unit.Effects);
        }
    }).Check(Runs);

    [Fact]
    public void A_unit_that_must_act_says_when() => Prop.ForAll(Histories(), history =>
    {
        var unit = new Unit();
        foreach (var step in history) step(unit);
        unit.Wait(0);
        var due = unit.State.Pairs.Values.Select(p => PresentityState.DueAt(p, unit.Settings)).Where(d => d is not null).Min();
        Assert.True(due is null || due > unit.Now, "what is due was done");
        if (due is null) Assert.Equal("", unit.Wait(100_000_000));
        else if (due.Value - unit.Now > TimeSpan.FromMilliseconds(2)) Assert.Equal("", unit.Wait((due.Value - unit.Now).TotalSeconds - 0.001));
        Assert.Empty(unit.Facts);
    }).Check(Runs);

    [Fact]
    public void A_granted_watcher_that_listens_ends_with_the_last_state() => Prop.ForAll(Histories(), history =>
    {
        var unit = new Unit();
        foreach (var step in history) step(unit);
        var last = new[] { Unit.Said("last", Availability.InMeeting, "room 5") };
        unit.With(new Watch(Alice, Leg("last"), 3600), new UpstreamGranted(Alice));
        var before = unit.View().Fragments;
        unit.Do(new UpstreamShowed(Alice, last, true));
        if (unit.Pair!.Legs.Length == 0) return;   // the history may have filled the legs and refused the last one
        Assert.True(unit.Effects.Any(e => e is Show) || before.SequenceEqual(last), "the change was shown");
        Assert.Equal(Availability.InMeeting, unit.View().Best);
        Assert.Equal(["last"], unit.View().Fragments.Select(f => f.Endpoint));
    }).Check(Runs);

    [Fact]
    public void Nobody_sees_what_was_said_to_another() => Prop.ForAll(Histories(), history =>
    {
        var unit = new Unit();
        foreach (var step in history)
        {
            step(unit);
            if (Last is not UpstreamShowed showed) continue;
            Assert.All(unit.Effects, e => Assert.Equal(showed.Watcher, e.Watcher));
        }
    }).Check(Runs);

    [Fact]
    public void The_order_of_endpoints_does_not_matter() => Prop.ForAll(
        Fragment().ListOf().ToArbitrary(),
        said =>
        {
            var news = said.DistinctBy(f => f.Endpoint).ToList();
            var one = Composition.Fragments.Merge([], news, PresentitySettings.Default);
            news.Reverse();
            var other = Composition.Fragments.Merge(ImmutableArray<Fragment>.Empty, news, PresentitySettings.Default);
            Assert.True(one.SequenceEqual(other));
        }).Check(Runs);

    [ThreadStatic]
    private static PresentityCommand? t_last;

    private static PresentityCommand? Last => t_last;

    private static Gen<Fragment> Fragment() =>
        from endpoint in Gen.Elements("pc", "phone", "tablet")
        from availability in Gen.Elements(Enum.GetValues<Availability>())
        from note in Gen.Elements(null, "", "note")
        from priority in Gen.Choose(-2, 2)
        select Unit.Said(endpoint, availability, note, priority);

    private static Arbitrary<Action<Unit>[]> Histories()
    {
        var watcher = Gen.Elements(Watchers);
        var leg = Gen.Elements("a", "b", "c").Select(Leg);
        var seconds = Gen.Elements(60, 300, 3600);
        var said = Fragment().ListOf().Select(l => (IReadOnlyList<Fragment>)l.Take(4).ToList());
        var command = Gen.OneOf<Func<Unit, PresentityCommand>>(
            from w in watcher from l in leg from s in seconds select Make(_ => new Watch(w, l, s)),
            from w in watcher from l in leg select Make(_ => new Unwatch(w, l)),
            from w in watcher from l in leg select Make(_ => new Poll(w, l)),
            from w in watcher select Make(_ => new RequestAuthorization(w, Leg("x"))),
            from w in watcher select Make(_ => new WithdrawAuthorization(w)),
            from w in watcher select Make(_ => new Probe(w, Leg("x"))),
            from w in watcher from l in leg select Make(_ => new LegLost(w, l.Id)),
            from w in watcher from l in leg select Make(_ => new LegChanged(w, l)),
            from w in watcher from s in seconds select Make(u => new UpstreamAccepted(w, Leg("u"), u.Now.AddSeconds(s))),
            from w in watcher select Make(_ => new UpstreamPending(w)),
            from w in watcher select Make(_ => new UpstreamGranted(w)),
            from w in watcher select Make(_ => new UpstreamDenied(w, PresenceReason.Rejected)),
            from w in watcher from f in said from full in Gen.Elements(true, false) select Make(_ => new UpstreamShowed(w, f, full)),
            from w in watcher from c in Gen.Elements(Condition.ItemNotFound, Condition.RemoteServerTimeout) select Make(_ => new UpstreamFailed(w, c, null)),
            from w in watcher from now in Gen.Elements(true, false) select Make(_ => new UpstreamEnded(w, now, 30)),
            from epoch in Gen.Choose(1, 3) select Make(_ => new Resume(epoch)));
        var act = command.Select(make => (Action<Unit>)(unit =>
        {
            t_last = make(unit);
            unit.Do(t_last);
        }));
        var wait = Gen.Elements(0.001, 1, 30, 600, 4000).Select(s => (Action<Unit>)(unit =>
        {
            t_last = null;
            unit.Wait(s);
        }));
        return Gen.Frequency((4, act), (1, wait)).ArrayOf().ToArbitrary();

        static Func<Unit, PresentityCommand> Make(Func<Unit, PresentityCommand> make) => make;
    }
}
