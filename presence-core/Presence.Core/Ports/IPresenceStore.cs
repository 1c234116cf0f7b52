using Presence.Core.Model;

namespace Presence.Core.Ports;

/// <summary>
/// Where units are kept. It knows versions, deadlines and undone effects, and takes documents as bytes: it decides nothing. What <see cref="CommitAsync"/> answered is durable.
/// A store that cannot be reached throws <see cref="PresenceStoreException"/>.
/// </summary>
public interface IPresenceStore : IAsyncDisposable
{
    /// <summary>Makes <paramref name="node"/> the owner and returns its new epoch: greater than any before, durable.</summary>
    ValueTask<long> TakeOwnershipAsync(string node, CancellationToken cancellation);

    /// <summary>The unit with all its pairs and undone effects in commit order; null when nothing was ever committed for it.</summary>
    ValueTask<StoredUnit?> LoadAsync(Address unit, CancellationToken cancellation);

    /// <summary>Commits each unit alone (one verdict each, in order) and removes the effects that are done. Two commits of one unit in one batch are not allowed.</summary>
    ValueTask<IReadOnlyList<CommitVerdict>> CommitAsync(IReadOnlyList<UnitCommit> commits, IReadOnlyList<EffectKey> done, CancellationToken cancellation);

    /// <summary>Units with a pair due at or before <paramref name="now"/>, ordered by key, after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<Address>> FindDueAsync(DateTimeOffset now, Address? after, int max, CancellationToken cancellation);

    /// <summary>When the next pair is due; null when none is.</summary>
    ValueTask<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellation);

    /// <summary>Units that a new owner must wake: with a live pair or an undone effect; ordered by key, after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<Address>> FindWakingAsync(Address? after, int max, CancellationToken cancellation);

    /// <summary>How many users of a domain stand in the store: as presentity, as watcher, or both. Looks through everything; for operators.</summary>
    ValueTask<long> CountUsersAsync(string domain, CancellationToken cancellation);

    /// <summary>Reserves the next block of sequence numbers of a leg durably and returns its first number; the first block begins at 1.</summary>
    ValueTask<uint> ReserveSequenceAsync(Address unit, Address watcher, string legId, uint blockSize, CancellationToken cancellation);

    /// <summary>The installation's secret of this name: 32 random bytes, made at the first asking, durable before it is returned.</summary>
    ValueTask<ReadOnlyMemory<byte>> GetOrCreateSecretAsync(string name, CancellationToken cancellation);
}

/// <summary>What became of one unit in a batch.</summary>
public enum CommitVerdict
{
    Committed,

    /// <summary>The unit has another version than expected; nothing was written.</summary>
    Stale,

    /// <summary>This very decision was committed before: an earlier answer was lost.</summary>
    AlreadyDone,
}

/// <summary>A unit as stored.</summary>
public sealed record StoredUnit(long Version, long Epoch, IReadOnlyList<StoredPair> Pairs, IReadOnlyList<StoredEffect> Effects);

/// <summary>One pair as stored: its document, when it needs <see cref="Expire"/>, and whether a new owner must speak for it.</summary>
public sealed record StoredPair(Address Watcher, ReadOnlyMemory<byte> Document, DateTimeOffset? DueAt, bool IsLive);

/// <summary>An effect that was decided and not yet performed.</summary>
public sealed record StoredEffect(long Version, int Index, ReadOnlyMemory<byte> Document);

/// <summary>Names one stored effect.</summary>
public readonly record struct EffectKey(Address Unit, long Version, int Index);

/// <summary>Of this watcher only these legs may still speak: the sequence numbers of all others are forgotten.</summary>
public sealed record KeptSequences(Address Watcher, IReadOnlyList<string> LegIds);

/// <summary>One decision on one unit: written whole at <see cref="ExpectedVersion"/> + 1, or not at all.</summary>
public sealed record UnitCommit(Address Unit, UInt128 DecisionId, long ExpectedVersion, long Epoch)
{
    /// <summary>Zero is the version of a unit that does not exist.</summary>
    public const long NoVersion = 0;

    public IReadOnlyList<StoredPair> Kept { get; init; } = [];

    public IReadOnlyList<Address> Dropped { get; init; } = [];

    public IReadOnlyList<StoredEffect> Effects { get; init; } = [];

    public IReadOnlyList<KeptSequences> Sequences { get; init; } = [];
}
