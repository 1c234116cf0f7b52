using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine.Tests;

/// <summary>A memory store that can be made to fail, to lose its answer, to be slow, or to be overtaken by another owner.</summary>
internal sealed class FaultyStore : IPresenceStore
{
    private readonly MemoryPresenceStore _store = new();

    /// <summary>Called before each commit; may throw or wait.</summary>
    public Func<IReadOnlyList<UnitCommit>, Task>? BeforeCommit { get; set; }

    /// <summary>Called after each commit was done and before it is answered; may throw.</summary>
    public Action? AfterCommit { get; set; }

    public int Commits { get; private set; }

    public bool IsLoadFailing { get; set; }

    public ValueTask<long> TakeOwnershipAsync(string node, CancellationToken cancellation) => _store.TakeOwnershipAsync(node, cancellation);

    public ValueTask<StoredUnit?> LoadAsync(Address unit, CancellationToken cancellation) =>
        IsLoadFailing ? throw new PresenceStoreException("down") : _store.LoadAsync(unit, cancellation);

    public async ValueTask<IReadOnlyList<CommitVerdict>> CommitAsync(IReadOnlyList<UnitCommit> commits, IReadOnlyList<EffectKey> done, CancellationToken cancellation)
    {
        if (BeforeCommit is { } before) await before(commits);
        var verdicts = await _store.CommitAsync(commits, done, cancellation);
        Commits++;
        AfterCommit?.Invoke();
        return verdicts;
    }

    public ValueTask<IReadOnlyList<Address>> FindDueAsync(DateTimeOffset now, Address? after, int max, CancellationToken cancellation) => _store.FindDueAsync(now, after, max, cancellation);

    public ValueTask<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellation) => _store.FindNextDueAsync(cancellation);

    public ValueTask<IReadOnlyList<Address>> FindWakingAsync(Address? after, int max, CancellationToken cancellation) => _store.FindWakingAsync(after, max, cancellation);

    public ValueTask<long> CountUsersAsync(string domain, CancellationToken cancellation) => _store.CountUsersAsync(domain, cancellation);

    public ValueTask<uint> ReserveSequenceAsync(Address unit, Address watcher, string legId, uint blockSize, CancellationToken cancellation) =>
        _store.ReserveSequenceAsync(unit, watcher, legId, blockSize, cancellation);

    public ValueTask<ReadOnlyMemory<byte>> GetOrCreateSecretAsync(string name, CancellationToken cancellation) => _store.GetOrCreateSecretAsync(name, cancellation);

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
