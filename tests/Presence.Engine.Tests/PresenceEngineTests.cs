using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;
using static Presence.Engine.Tests.EngineWorld;

namespace Presence.Engine.Tests;

/// <summary>The engine's promises: durable before answered and performed, in order, once more after a restart, bounded, and honest about failures.</summary>
public sealed class PresenceEngineTests
{
    private static readonly PresentityCommand[] Seen =
    [
        new Watch(Alice, Leg("d1"), 3600), new UpstreamGranted(Alice), new UpstreamShowed(Alice, [Said("orchard", Availability.Away)], false),
    ];

    [Fact]
    public async Task A_watch_is_answered_shown_and_asked_in_that_order()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        Assert.Equal(PresenceReply.Accepted(3600), await world.DoAsync(new Watch(Alice, Leg("d1"), 3600)));
        await world.Performer.ExpectAsync("show d1", "ask Subscribe");
        Assert.Equal(["show d1", "ask Subscribe"], world.Performer.Words);
        Assert.Equal(AuthorizationPhase.Asked, world.Performer.All[0].View!.Authorization);
    }

    [Fact]
    public async Task Nothing_is_answered_or_performed_before_it_is_durable()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new FaultyStore();
        await using var world = await StartAsync(store);
        store.BeforeCommit = _ =>
        {
            entered.TrySetResult();
            return gate.Task;
        };
        var answer = world.DoAsync(new Watch(Alice, Leg("d1"), 3600));
        await entered.Task;
        Assert.False(answer.IsCompleted);
        Assert.Empty(world.Performer.All);
        Assert.Empty((await world.ViewAsync())?.Legs ?? []);
        gate.SetResult();
        Assert.True((await answer).IsAccepted);
        await world.Performer.ExpectAsync("show d1", "ask Subscribe");
    }

    [Fact]
    public async Task After_a_restart_each_leg_is_shown_and_each_upstream_asked_again_and_nobody_is_asked_for_what_was_granted()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        await world.DoAsync(Seen);
        await world.DoAsync(new RequestAuthorization(Bob, Leg("x")));
        var epoch = world.Engine.Epoch;
        await world.RestartAsync();
        Assert.True(world.Engine.Epoch > epoch);
        await world.Performer.UntilAsync(all => all.Count >= 3, "three effects");
        Assert.Equal(["ask Refresh", "ask Subscribe", "show d1"], world.Performer.Words.Order(StringComparer.Ordinal));
        Assert.Equal(Availability.Away, (await world.ViewAsync())!.Best);
    }

    [Fact]
    public async Task An_effect_that_was_not_performed_is_performed_by_the_next_life_and_then_never_again()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        world.Performer.Answer = e => ValueTask.FromResult(e is End ? EffectVerdict.Retry : EffectVerdict.Done);
        await world.DoAsync(Seen);
        await world.DoAsync(new Unwatch(Alice, Leg("d1")));
        await world.Performer.ExpectAsync("end d1 Expired", "ask Pause");
        world.Performer.Answer = null;
        await world.RestartAsync();
        await world.Performer.ExpectAsync("end d1 Expired");
        Assert.Equal(["end d1 Expired"], world.Performer.Words);
        await world.RestartAsync();
        Assert.Empty(world.Performer.All);
    }

    [Fact]
    public async Task An_effect_that_cannot_be_performed_now_is_tried_again_later_with_the_state_of_then()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        world.Performer.Answer = _ => ValueTask.FromResult(EffectVerdict.Retry);
        await world.DoAsync(new Watch(Alice, Leg("d1"), 3600));
        await world.Performer.ExpectAsync("show d1", "ask Subscribe");
        await world.DoAsync(new UpstreamGranted(Alice));
        world.Performer.Clear();
        world.Performer.Answer = null;
        Assert.Empty(world.Performer.All);
        world.Time.Advance(1);
        await world.Performer.ExpectAsync("show d1", "ask Subscribe");
        Assert.Equal(AuthorizationPhase.Granted, world.Performer.All[0].View!.Authorization);
    }

    [Fact]
    public async Task A_slow_watcher_sees_the_last_state_and_not_each_one()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        await world.DoAsync(Seen);
        await world.SettleAsync();
        world.Performer.Clear();
        var slow = new TaskCompletionSource<EffectVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Performer.Answer = _ => new ValueTask<EffectVerdict>(slow.Task);
        for (var i = 0; i < 100; i++) await world.DoAsync(new UpstreamShowed(Alice, [Said("orchard", Availability.Busy, $"{i}")], false));
        world.Performer.Answer = null;
        slow.SetResult(EffectVerdict.Done);
        await world.Performer.UntilAsync(all => all[^1].View!.Fragments[0].Note == "99", "the last state");
        Assert.Equal(2, world.Performer.All.Count);
    }

    [Fact]
    public async Task One_unit_does_not_wait_for_the_effects_of_another_with_the_same_owner()
    {
        await using var world = await StartAsync(new MemoryPresenceStore(), new EngineOptions { Shards = 1 });
        var slow = new TaskCompletionSource<EffectVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Performer.Answer = e => e.Presentity == Juliet ? new ValueTask<EffectVerdict>(slow.Task) : ValueTask.FromResult(EffectVerdict.Done);
        await world.DoAsync(new Watch(Alice, Leg("d1"), 3600));

        Assert.True((await world.Engine.SubmitAsync(new Address("romeo", "capulet.example"), new Watch(Alice, Leg("d2"), 3600), default)).IsAccepted);

        await world.Performer.ExpectAsync("show d1", "show d2");
        slow.SetResult(EffectVerdict.Done);
    }

    [Fact]
    public async Task The_effects_of_one_commit_are_performed_inside_one_gathering_that_then_closes()
    {
        var gathering = new RecordingGathering();
        await using var world = await StartAsync(new MemoryPresenceStore(), new EngineOptions { Shards = 1, Gather = gathering.Open });
        world.Performer.Answer = effect =>
        {
            gathering.Performed(effect);
            return ValueTask.FromResult(EffectVerdict.Done);
        };

        await world.DoAsync(new Watch(Alice, Leg("d1"), 3600));

        Assert.Equal(["show d1", "ask Subscribe"], await gathering.ClosedAsync());
    }

    [Fact]
    public async Task One_watcher_does_not_wait_for_another()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        world.Performer.Answer = e => e.Watcher == Alice ? new ValueTask<EffectVerdict>(new TaskCompletionSource<EffectVerdict>().Task) : ValueTask.FromResult(EffectVerdict.Done);
        await world.DoAsync(new Watch(Alice, Leg("a"), 3600), new Watch(Bob, Leg("b"), 3600));
        await world.Performer.ExpectAsync("show a", "show b");
    }

    [Fact]
    public async Task Time_ends_legs_and_polls()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        await world.DoAsync(Seen);
        world.Time.Advance(3601);
        Assert.DoesNotContain("end d1 Expired", world.Performer.Words);
        world.Time.Advance(2);
        await world.Performer.ExpectAsync("end d1 Expired", "ask Pause");
        await world.DoAsync(new Poll(Alice, Leg("p1")));
        await world.Performer.ExpectAsync("ask Refresh");
        world.Time.Advance(5);
        await world.Performer.ExpectAsync("end p1 Expired");
        Assert.Empty((await world.ViewAsync())!.Legs);
    }

    [Fact]
    public async Task Time_that_passed_while_nobody_ran_is_caught_up()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        await world.DoAsync(Seen);
        await world.Engine.StopAsync();
        world.Time.Advance(10_000);
        await world.RestartAsync();
        await world.Performer.ExpectAsync("end d1 Expired", "ask Pause");
        Assert.DoesNotContain("show d1", world.Performer.Words);
    }

    [Fact]
    public async Task A_deadline_of_other_settings_does_not_ring_for_ever()
    {
        var store = new FaultyStore();
        await using var world = await StartAsync(store);
        await world.DoAsync(Seen);
        await world.Engine.StopAsync();
        await using var patient = await StartAsync(store, new EngineOptions { Settings = new PresentitySettings { LegGraceSeconds = 600 } });
        patient.Time.Advance(3603);
        await patient.Performer.ExpectAsync("show d1");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await store.FindDueAsync(patient.Time.GetUtcNow(), null, 1, default)).Count > 0) deadline.Token.ThrowIfCancellationRequested();
        Assert.Single((await patient.ViewAsync())!.Legs);
    }

    [Fact]
    public async Task A_unit_changed_by_another_owner_is_loaded_and_decided_again()
    {
        var store = new FaultyStore();
        await using var one = await StartAsync(store);
        await using var other = await StartAsync(store);
        await one.DoAsync(new Watch(Alice, Leg("a"), 3600));
        await other.DoAsync(new Watch(Bob, Leg("b"), 3600));
        await one.DoAsync(new UpstreamGranted(Alice), new UpstreamGranted(Bob));
        Assert.Equal((AuthorizationPhase.Granted, "b"), ((await one.ViewAsync(Bob))!.Authorization, (await one.ViewAsync(Bob))!.Legs.Single().Leg.Id));
    }

    [Fact]
    public async Task A_race_lost_too_often_is_busy()
    {
        var store = new FaultyStore();
        await using var world = await StartAsync(store);
        await world.DoAsync(new Watch(Alice, Leg("a"), 3600));
        var tries = 0;
        var overtaking = false;
        store.BeforeCommit = async commits =>
        {
            if (overtaking || commits.Count == 0) return;
            overtaking = true;
            tries++;
            await store.CommitAsync([new UnitCommit(Juliet, (UInt128)tries << 80, commits[0].ExpectedVersion, 1)], [], default);
            overtaking = false;
        };
        Assert.Equal(PresenceReason.Busy, (await world.DoAsync(new UpstreamGranted(Alice))).Reason);
        Assert.Equal(9, tries);
        Assert.Contains(EngineReason.StaleTooOften, world.Failures);
        store.BeforeCommit = null;
        await world.DoAsync(new UpstreamGranted(Alice));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_asked_and_not_repeated()
    {
        var store = new FaultyStore();
        await using var world = await StartAsync(store);
        store.AfterCommit = () =>
        {
            store.AfterCommit = null;
            throw new PresenceStoreException("the line broke");
        };
        await world.DoAsync(new Watch(Alice, Leg("d1"), 3600));
        await world.Performer.ExpectAsync("show d1", "ask Subscribe");
        Assert.Equal(1, (await store.LoadAsync(Juliet, default))!.Version);
        Assert.Equal(2, world.Performer.All.Count);
    }

    [Fact]
    public async Task A_store_that_fails_refuses_and_performs_nothing_and_works_again_when_it_is_back()
    {
        var store = new FaultyStore();
        await using var world = await StartAsync(store);
        store.BeforeCommit = _ => throw new PresenceStoreException("disk full");
        Assert.Equal(PresenceReason.StoreUnavailable, (await world.DoAsync(new Watch(Alice, Leg("d1"), 3600))).Reason);
        Assert.Empty(world.Performer.All);
        store.BeforeCommit = null;
        store.IsLoadFailing = true;
        Assert.Equal(PresenceReason.StoreUnavailable, (await world.DoAsync(new Watch(Alice, Leg("d1"), 3600))).Reason);
        await Assert.ThrowsAsync<PresenceStoreException>(async () => await world.ViewAsync());
        store.IsLoadFailing = false;
        Assert.Null(await world.ViewAsync());
        await world.DoAsync(new Watch(Alice, Leg("d1"), 3600));
        Assert.Contains(EngineReason.StoreFailed, world.Failures);
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_refuses_its_unit_only()
    {
        var store = new MemoryPresenceStore();
        await store.CommitAsync([new UnitCommit(Juliet, 1, 0, 0) { Kept = [new StoredPair(Alice, "[99]"u8.ToArray(), null, true)] }], [], default);
        await using var world = await StartAsync(store);
        Assert.Equal(PresenceReason.StoreUnavailable, (await world.DoAsync(new Watch(Alice, Leg("d1"), 3600))).Reason);
        Assert.Contains(EngineReason.DocumentUnreadable, world.Failures);
        Assert.True((await world.Engine.SubmitAsync(Bob, new Watch(Alice, Leg("d1"), 3600), default)).IsAccepted);
    }

    [Fact]
    public async Task More_commands_than_the_bound_are_busy_and_the_others_are_done()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new FaultyStore();
        await using var world = await StartAsync(store, new EngineOptions { CommandsPerUnitMax = 10, CommandsMax = 1_000 });
        store.BeforeCommit = _ => gate.Task;
        var answers = Enumerable.Range(0, 200).Select(i => world.DoAsync(new Watch(Alice, Leg("d1"), 3600 + i))).ToList();
        var busy = await Task.WhenAny(answers);
        Assert.Equal(PresenceReason.Busy, (await busy).Reason);
        gate.SetResult();
        var replies = await Task.WhenAll(answers);
        Assert.InRange(replies.Count(r => r.IsAccepted), 10, 199);
        Assert.All(replies, r => Assert.True(r.IsAccepted || r.Reason == PresenceReason.Busy));
    }

    [Fact]
    public async Task Forgotten_units_come_back_as_they_were()
    {
        await using var world = await StartAsync(new MemoryPresenceStore(), new EngineOptions { UnitsMax = 8, Shards = 2 });
        for (var i = 0; i < 200; i++)
        {
            var unit = new Address($"user{i}", "capulet.example");
            foreach (var command in Seen) Assert.True((await world.Engine.SubmitAsync(unit, command, default)).IsAccepted);
        }

        await world.Performer.UntilAsync(all => all.Count >= 200 * 4, "all effects");
        world.Performer.Clear();
        for (var i = 0; i < 200; i++)
        {
            var view = await world.Engine.FindAsync(new Address($"user{i}", "capulet.example"), Alice, default);
            Assert.Equal((Availability.Away, "d1"), (view!.Best, view.Legs.Single().Leg.Id));
        }

        Assert.Empty(world.Performer.All);
    }

    [Fact]
    public async Task Units_whose_effects_must_wait_do_not_keep_all_others_in_memory()
    {
        await using var world = await StartAsync(new MemoryPresenceStore(), new EngineOptions { UnitsMax = 50, Shards = 1 });
        world.Performer.Answer = effect => ValueTask.FromResult(effect.Presentity.Local.StartsWith("stuck", StringComparison.Ordinal) ? EffectVerdict.Retry : EffectVerdict.Done);
        for (var i = 0; i < 40; i++)
            Assert.True((await world.Engine.SubmitAsync(new Address($"stuck{i}", "capulet.example"), new Watch(Alice, Leg("d1"), 3600), default)).IsAccepted);
        for (var i = 0; i < 400; i++)
            Assert.True((await world.Engine.SubmitAsync(new Address($"user{i}", "capulet.example"), new Watch(Alice, Leg("d1"), 3600), default)).IsAccepted);
        Assert.InRange(world.Engine.CachedUnits, 40, 60);
    }

    [Fact]
    public async Task A_performer_that_throws_is_tried_again_and_told_of()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        world.Performer.Answer = _ => throw new InvalidOperationException("bug");
        await world.DoAsync(new Watch(Alice, Leg("d1"), 3600));
        await world.Performer.ExpectAsync("show d1", "ask Subscribe");
        await world.SettleAsync();
        world.Performer.Clear();
        world.Performer.Answer = null;
        world.Time.Advance(1);
        await world.Performer.ExpectAsync("show d1", "ask Subscribe");
        Assert.Equal(["ask Subscribe", "show d1"], world.Performer.Words.Order(StringComparer.Ordinal));
        Assert.Contains(EngineReason.PerformerFailed, world.Failures);
    }

    [Fact]
    public async Task A_stopped_engine_takes_nothing()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        await world.Engine.StopAsync();
        Assert.False((await world.DoAsync(new Watch(Alice, Leg("d1"), 3600))).IsAccepted);
        await Assert.ThrowsAsync<PresenceStoreException>(async () => await world.ViewAsync());
    }

    [Fact]
    public async Task Sequence_numbers_never_go_back_while_a_leg_may_speak()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        await world.DoAsync(Seen);
        Assert.Equal(1u, await world.Engine.ReserveSequenceAsync(Juliet, Alice, "d1", default));
        await world.DoAsync(new Watch(Alice, Leg("d2"), 3600), new LegLost(Alice, "d2"));
        await world.RestartAsync();
        Assert.Equal(1_001u, await world.Engine.ReserveSequenceAsync(Juliet, Alice, "d1", default));
        world.Performer.Answer = e => ValueTask.FromResult(e is End ? EffectVerdict.Retry : EffectVerdict.Done);
        await world.DoAsync(new Unwatch(Alice, Leg("d1")));
        Assert.Equal(2_001u, await world.Engine.ReserveSequenceAsync(Juliet, Alice, "d1", default));
    }

    /// <summary>Keeps what was performed while it was open, until it closes over something.</summary>
    private sealed class RecordingGathering : IDisposable
    {
        private readonly TaskCompletionSource<IReadOnlyList<string>> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<string> _words = [];
        private bool _isOpen;

        public IDisposable Open()
        {
            _isOpen = true;
            return this;
        }

        public void Performed(PresenceEffect effect) => _words.Add(_isOpen ? RecordingPerformer.Word(effect) : "outside");

        public async Task<IReadOnlyList<string>> ClosedAsync()
        {
            try
            {
                return await _closed.Task.WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (TimeoutException late)
            {
                throw new TimeoutException("Waited 60 s for a gathering to close over an effect.", late);
            }
        }

        public void Dispose()
        {
            _isOpen = false;
            if (_words.Count > 0) _closed.TrySetResult([.. _words]);
        }
    }
}
