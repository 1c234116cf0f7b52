using System.Text;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine.Tests;

/// <summary>What every presence store must do. Memory and SQLite inherit it.</summary>
public abstract class PresenceStoreContract : IAsyncLifetime
{
    protected static readonly Address Juliet = new("juliet", "capulet.example");
    protected static readonly Address Nurse = new("nurse", "capulet.example");
    protected static readonly Address Alice = new("alice", "contoso.example");
    protected static readonly Address Bob = new("bob", "contoso.example");
    protected static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static int s_id;

    protected IPresenceStore Store { get; set; } = null!;

    protected abstract ValueTask<IPresenceStore> OpenAsync();

    public virtual async Task InitializeAsync() => Store = await OpenAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    protected static UInt128 NewId() => (UInt128)Interlocked.Increment(ref s_id) << 70;

    protected static StoredPair Pair(Address watcher, string document, DateTimeOffset? due = null, bool isLive = true) =>
        new(watcher, Encoding.UTF8.GetBytes(document), due, isLive);

    protected static StoredEffect Effect(long version, int index, string document) => new(version, index, Encoding.UTF8.GetBytes(document));

    protected static UnitCommit Commit(Address unit, long expected, params StoredPair[] kept) => new(unit, NewId(), expected, 1) { Kept = kept };

    protected async Task<IReadOnlyList<CommitVerdict>> CommitAsync(params UnitCommit[] commits) => await Store.CommitAsync(commits, [], default);

    protected async Task<string> TextAsync(Address unit, Address watcher) =>
        Encoding.UTF8.GetString((await Store.LoadAsync(unit, default))!.Pairs.Single(p => p.Watcher == watcher).Document.Span);

    [Fact]
    public async Task A_unit_never_committed_is_not_there() => Assert.Null(await Store.LoadAsync(Juliet, default));

    [Fact]
    public async Task What_was_committed_is_loaded()
    {
        var commit = Commit(Juliet, 0, Pair(Alice, "a", Noon, isLive: true), Pair(Bob, "b", null, isLive: false)) with { Epoch = 7, Effects = [Effect(1, 0, "e0"), Effect(1, 1, "e1")] };
        Assert.Equal([CommitVerdict.Committed], await CommitAsync(commit));

        var unit = (await Store.LoadAsync(Juliet, default))!;
        Assert.Equal((1L, 7L), (unit.Version, unit.Epoch));
        Assert.Equal([(Alice, (DateTimeOffset?)Noon, true), (Bob, null, false)], unit.Pairs.OrderBy(p => p.Watcher).Select(p => (p.Watcher, p.DueAt, p.IsLive)));
        Assert.Equal("a", await TextAsync(Juliet, Alice));
        Assert.Equal(["e0", "e1"], unit.Effects.Select(e => Encoding.UTF8.GetString(e.Document.Span)));
    }

    [Fact]
    public async Task Users_of_a_domain_are_counted_once_whether_they_watch_or_are_watched()
    {
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "a"), Pair(Bob, "b"), Pair(Nurse, "n")), Commit(Alice, 0, Pair(Juliet, "j")));
        await CommitAsync(Commit(new Address("x", "capulet.example2"), 0), Commit(new Address("x", "capulet.exampl"), 0), Commit(new Address("x", "sub.capulet.example"), 0));

        Assert.Equal(2, await Store.CountUsersAsync("capulet.example", default));
        Assert.Equal(2, await Store.CountUsersAsync("contoso.example", default));
        Assert.Equal(1, await Store.CountUsersAsync("capulet.exampl", default));
        Assert.Equal(0, await Store.CountUsersAsync("example", default));
    }

    [Fact]
    public async Task A_stale_version_writes_nothing()
    {
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "first")));
        Assert.Equal([CommitVerdict.Stale], await CommitAsync(Commit(Juliet, 0, Pair(Alice, "second"), Pair(Bob, "b")) with { Effects = [Effect(1, 0, "e")] }));
        Assert.Equal([CommitVerdict.Stale], await CommitAsync(Commit(Nurse, 3, Pair(Alice, "x"))));
        Assert.Equal("first", await TextAsync(Juliet, Alice));
        Assert.Single((await Store.LoadAsync(Juliet, default))!.Pairs);
        Assert.Empty((await Store.LoadAsync(Juliet, default))!.Effects);
        Assert.Null(await Store.LoadAsync(Nurse, default));
    }

    [Fact]
    public async Task The_same_decision_again_is_known_and_not_repeated()
    {
        var commit = Commit(Juliet, 0, Pair(Alice, "a")) with { Effects = [Effect(1, 0, "e")] };
        await CommitAsync(commit);
        await Store.CommitAsync([], [new EffectKey(Juliet, 1, 0)], default);
        Assert.Equal([CommitVerdict.AlreadyDone], await CommitAsync(commit));
        Assert.Equal(1, (await Store.LoadAsync(Juliet, default))!.Version);
        Assert.Empty((await Store.LoadAsync(Juliet, default))!.Effects);
    }

    [Fact]
    public async Task Each_unit_of_a_batch_wins_or_loses_alone()
    {
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "a1")));
        var verdicts = await CommitAsync(Commit(Nurse, 0, Pair(Alice, "n1")), Commit(Juliet, 0, Pair(Alice, "a2")), Commit(Alice, 0, Pair(Juliet, "j1")));
        Assert.Equal([CommitVerdict.Committed, CommitVerdict.Stale, CommitVerdict.Committed], verdicts);
        Assert.Equal(("a1", "n1", "j1"), (await TextAsync(Juliet, Alice), await TextAsync(Nurse, Alice), await TextAsync(Alice, Juliet)));
    }

    [Fact]
    public async Task A_pair_is_replaced_or_dropped_and_the_others_stay()
    {
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "a1"), Pair(Bob, "b1")));
        await CommitAsync(Commit(Juliet, 1, Pair(Alice, "a2")) with { Dropped = [Bob] });
        Assert.Equal("a2", await TextAsync(Juliet, Alice));
        Assert.Single((await Store.LoadAsync(Juliet, default))!.Pairs);
    }

    [Fact]
    public async Task A_done_effect_is_gone_and_an_unknown_one_harmless()
    {
        await CommitAsync(Commit(Juliet, 0) with { Effects = [Effect(1, 0, "e0"), Effect(1, 1, "e1")] });
        await Store.CommitAsync([], [new EffectKey(Juliet, 1, 0), new EffectKey(Nurse, 9, 9)], default);
        Assert.Equal(1, (await Store.LoadAsync(Juliet, default))!.Effects.Single().Index);
    }

    [Fact]
    public async Task Due_units_are_found_in_pages_and_the_next_deadline_is_known()
    {
        Assert.Null(await Store.FindNextDueAsync(default));
        await CommitAsync(
            Commit(Juliet, 0, Pair(Alice, "a", Noon), Pair(Bob, "b", Noon.AddSeconds(-5))), Commit(Nurse, 0, Pair(Alice, "n", Noon)), Commit(Alice, 0, Pair(Bob, "x", Noon.AddMilliseconds(1))));
        Assert.Equal([Juliet, Nurse], await Store.FindDueAsync(Noon, null, 10, default));
        Assert.Equal([Juliet], await Store.FindDueAsync(Noon, null, 1, default));
        Assert.Equal([Nurse], await Store.FindDueAsync(Noon, Juliet, 1, default));
        Assert.Equal(Noon.AddSeconds(-5), await Store.FindNextDueAsync(default));
        await CommitAsync(Commit(Juliet, 1, Pair(Alice, "a")) with { Dropped = [Bob] });
        Assert.Equal([Nurse], await Store.FindDueAsync(Noon, null, 10, default));
        Assert.Equal(Noon, await Store.FindNextDueAsync(default));
    }

    [Fact]
    public async Task Units_to_wake_are_those_with_a_live_pair_or_an_undone_effect()
    {
        await CommitAsync(
            Commit(Juliet, 0, Pair(Alice, "a", isLive: false), Pair(Bob, "b")), Commit(Nurse, 0, Pair(Alice, "n", isLive: false)), Commit(Alice, 0) with { Effects = [Effect(1, 0, "e")] });
        Assert.Equal([Juliet, Alice], await Store.FindWakingAsync(null, 10, default));
        Assert.Equal([Alice], await Store.FindWakingAsync(Juliet, 10, default));
        await Store.CommitAsync([Commit(Juliet, 1) with { Dropped = [Bob] }], [new EffectKey(Alice, 1, 0)], default);
        Assert.Empty(await Store.FindWakingAsync(null, 10, default));
    }

    [Fact]
    public async Task Each_owner_has_a_greater_epoch_than_any_before()
    {
        var first = await Store.TakeOwnershipAsync("a", default);
        var second = await Store.TakeOwnershipAsync("b", default);
        var third = await Store.TakeOwnershipAsync("a", default);
        Assert.True(0 < first && first < second && second < third, $"{first}, {second}, {third}");
    }

    [Fact]
    public async Task Sequence_blocks_follow_each_other_for_each_leg()
    {
        Assert.Equal(1u, await Store.ReserveSequenceAsync(Juliet, Alice, "d1", 1_000, default));
        Assert.Equal(1_001u, await Store.ReserveSequenceAsync(Juliet, Alice, "d1", 1_000, default));
        Assert.Equal(1u, await Store.ReserveSequenceAsync(Juliet, Alice, "d2", 1_000, default));
        Assert.Equal(1u, await Store.ReserveSequenceAsync(Juliet, Bob, "d1", 1_000, default));
    }

    [Fact]
    public async Task Sequences_of_legs_that_speak_no_more_are_forgotten()
    {
        foreach (var leg in new[] { "d1", "d2" }) await Store.ReserveSequenceAsync(Juliet, Alice, leg, 1_000, default);
        await Store.ReserveSequenceAsync(Juliet, Bob, "d1", 1_000, default);
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "a")) with { Sequences = [new KeptSequences(Alice, ["d2"])] });
        Assert.Equal(1u, await Store.ReserveSequenceAsync(Juliet, Alice, "d1", 1_000, default));
        Assert.Equal(1_001u, await Store.ReserveSequenceAsync(Juliet, Alice, "d2", 1_000, default));
        Assert.Equal(1_001u, await Store.ReserveSequenceAsync(Juliet, Bob, "d1", 1_000, default));
    }

    [Fact]
    public async Task A_secret_is_made_once_and_stays()
    {
        var first = await Store.GetOrCreateSecretAsync("dialback", default);
        Assert.Equal(32, first.Length);
        Assert.Equal(first.ToArray(), (await Store.GetOrCreateSecretAsync("dialback", default)).ToArray());
        Assert.NotEqual(first.ToArray(), (await Store.GetOrCreateSecretAsync("other", default)).ToArray());
    }

    [Fact]
    public async Task Racing_commits_of_one_version_have_one_winner()
    {
        var races = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => CommitAsync(Commit(Juliet, 0, Pair(Alice, $"{i}")))));
        Assert.Single(races, v => v[0] == CommitVerdict.Committed);
        var winner = Array.FindIndex(races, v => v[0] == CommitVerdict.Committed);
        Assert.Equal($"{winner}", await TextAsync(Juliet, Alice));
    }

    [Fact]
    public async Task Any_sequence_of_commits_loads_like_a_simple_model()
    {
        var random = new Random(20_300_101);
        var model = new SortedDictionary<Address, string>();
        for (var version = 0L; version < 200; version++)
        {
            var watchers = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => new Address($"w{random.Next(12)}", "contoso.example")).Distinct().ToList();
            var dropped = watchers.Where(_ => random.Next(3) == 0).ToList();
            var kept = watchers.Except(dropped).ToList();
            await CommitAsync(Commit(Juliet, version, [.. kept.Select(w => Pair(w, $"{version}"))]) with { Dropped = dropped });
            foreach (var watcher in kept) model[watcher] = $"{version}";
            foreach (var watcher in dropped) model.Remove(watcher);
        }

        var unit = (await Store.LoadAsync(Juliet, default))!;
        Assert.Equal(200, unit.Version);
        Assert.Equal(model.Select(m => (m.Key, m.Value)), unit.Pairs.OrderBy(p => p.Watcher).Select(p => (p.Watcher, Encoding.UTF8.GetString(p.Document.Span))));
    }
}

public sealed class MemoryPresenceStoreTests : PresenceStoreContract
{
    protected override ValueTask<IPresenceStore> OpenAsync() => ValueTask.FromResult<IPresenceStore>(new MemoryPresenceStore());
}
