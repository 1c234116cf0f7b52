using System.Text;
using Presence.Core;
using Presence.Core.Authorization;
using Presence.Core.Model;
using Presence.Core.Ports;
using static Presence.Engine.Tests.EngineWorld;

namespace Presence.Engine.Tests;

/// <summary>What a load finds: damage of every kind, and effects that nobody holds.</summary>
public sealed class LoadingTests
{
    private const string Standing = """[1,"Granted",null,[],[],["None",null,null,null,null,null,null,0,false],false,[]]""";
    private const string StandingTwice = """[1,"Asked",null,[],[],["None",null,null,null,null,null,null,0,false],false,[]]""";
    private const string OutOfTime = """[1,"Granted",9223372036854775807,[],[],["None",null,null,null,null,null,null,0,false],false,[]]""";

    [Theory]
    [InlineData(OutOfTime)]
    [InlineData(Standing, StandingTwice)]
    public async Task Damage_that_the_reader_has_no_word_for_refuses_its_unit_and_leaves_nobody_waiting(params string[] documents)
    {
        StoredPair[] pairs = [.. documents.Select(document => new StoredPair(Alice, Encoding.UTF8.GetBytes(document), null, true))];
        await using var world = await StartAsync(new DamagedStore(Juliet, new StoredUnit(1, 0, pairs, [])));

        Assert.Equal(PresenceReason.StoreUnavailable, (await world.DoAsync(new Watch(Alice, Leg("d1"), 3600)).WaitAsync(TimeSpan.FromSeconds(60))).Reason);
        await Assert.ThrowsAsync<PresenceStoreException>(() => world.ViewAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains(EngineReason.DocumentUnreadable, world.Failures);
        Assert.True((await world.Engine.SubmitAsync(Bob, new Watch(Alice, Leg("d1"), 3600), default)).IsAccepted);
    }

    [Fact]
    public async Task Effects_of_a_commit_whose_outcome_was_unknown_are_performed_though_another_watchers_still_wait()
    {
        var store = new FaultyStore();
        await using var world = await StartAsync(store);
        await world.DoAsync(new Watch(Alice, Leg("d1"), 3600), new UpstreamGranted(Alice));
        world.Performer.Answer = effect => ValueTask.FromResult(effect is End ? EffectVerdict.Retry : EffectVerdict.Done);
        await world.DoAsync(new Unwatch(Alice, Leg("d1")));
        await world.Performer.ExpectAsync("end d1 Expired");
        world.Performer.Clear();

        // Written both times, and answered neither time.
        store.AfterCommit = () => throw new PresenceStoreException("the line broke");
        Assert.Equal(PresenceReason.StoreUnavailable, (await world.DoAsync(new RequestAuthorization(Bob, Leg("x")))).Reason);
        store.AfterCommit = null;
        await world.ViewAsync(Bob);
        await world.DoAsync(new UpstreamPending(Bob));

        await world.Performer.ExpectAsync("ask Subscribe");
        Assert.Single(world.Performer.Words, "ask Subscribe");
        Assert.DoesNotContain("end d1 Expired", world.Performer.Words);
    }

    [Fact, Item("RN-040")]
    public async Task New_rules_reach_every_watcher_that_stands_without_a_restart()
    {
        await using var world = await StartAsync(new MemoryPresenceStore());
        await world.DoAsync(
            new Watch(Alice, Leg("d1"), 3600), new UpstreamGranted(Alice), new UpstreamShowed(Alice, [Said("orchard", Availability.Away)], false), new Watch(Bob, Leg("d2"), 3600));
        await world.SettleAsync();
        world.Performer.Clear();

        await world.Engine.ApplyAsync(PresentitySettings.Default with { Access = new AccessList([new AccessRule(Juliet, Alice, AccessAction.PoliteBlock)]) });

        await world.Performer.ExpectAsync("show all", "ask Pause");
        Assert.Equal((AuthorizationPhase.Granted, Availability.Offline), ((await world.ViewAsync())!.Authorization, (await world.ViewAsync())!.Best));
        Assert.DoesNotContain(world.Performer.All, e => e.Effect.Watcher == Bob);
    }

    /// <summary>A store in which one unit is damaged.</summary>
    private sealed class DamagedStore(Address damaged, StoredUnit unit) : IPresenceStore
    {
        private readonly MemoryPresenceStore _store = new();

        public ValueTask<long> TakeOwnershipAsync(string node, CancellationToken cancellation) => _store.TakeOwnershipAsync(node, cancellation);

        public ValueTask<StoredUnit?> LoadAsync(Address address, CancellationToken cancellation) =>
            address == damaged ? ValueTask.FromResult<StoredUnit?>(unit) : _store.LoadAsync(address, cancellation);

        public ValueTask<IReadOnlyList<CommitVerdict>> CommitAsync(IReadOnlyList<UnitCommit> commits, IReadOnlyList<EffectKey> done, CancellationToken cancellation) =>
            _store.CommitAsync(commits, done, cancellation);

        public ValueTask<IReadOnlyList<Address>> FindDueAsync(DateTimeOffset now, Address? after, int max, CancellationToken cancellation) => _store.FindDueAsync(now, after, max, cancellation);

        public ValueTask<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellation) => _store.FindNextDueAsync(cancellation);

        public ValueTask<IReadOnlyList<Address>> FindWakingAsync(Address? after, int max, CancellationToken cancellation) => _store.FindWakingAsync(after, max, cancellation);

        public ValueTask<long> CountUsersAsync(string domain, CancellationToken cancellation) => _store.CountUsersAsync(domain, cancellation);

        public ValueTask<uint> ReserveSequenceAsync(Address of, Address watcher, string legId, uint blockSize, CancellationToken cancellation) =>
            _store.ReserveSequenceAsync(of, watcher, legId, blockSize, cancellation);

        public ValueTask<ReadOnlyMemory<byte>> GetOrCreateSecretAsync(string name, CancellationToken cancellation) => _store.GetOrCreateSecretAsync(name, cancellation);

        public ValueTask DisposeAsync() => _store.DisposeAsync();
    }
}
