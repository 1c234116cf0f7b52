using System.Security.Cryptography;
using Presence.Core.Documents;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>A store that forgets everything with its process: for simulation and tests. Keeps the same contract as the durable ones.</summary>
public sealed class MemoryPresenceStore : IPresenceStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Unit> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<(Address Unit, Address Watcher, string LegId), uint> _sequences = [];
    private readonly Dictionary<string, byte[]> _secrets = [];
    private long _epoch;

    public ValueTask<long> TakeOwnershipAsync(string node, CancellationToken cancellation)
    {
        lock (_lock) return ValueTask.FromResult(++_epoch);
    }

    public ValueTask<StoredUnit?> LoadAsync(Address unit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_units.TryGetValue(AddressKey.Write(unit), out var found)) return ValueTask.FromResult<StoredUnit?>(null);
            return ValueTask.FromResult<StoredUnit?>(new StoredUnit(found.Version, found.Epoch, [.. found.Pairs.Values], [.. found.Effects.Values]));
        }
    }

    public ValueTask<IReadOnlyList<CommitVerdict>> CommitAsync(IReadOnlyList<UnitCommit> commits, IReadOnlyList<EffectKey> done, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var verdicts = new CommitVerdict[commits.Count];
            for (var i = 0; i < verdicts.Length; i++) verdicts[i] = Commit(commits[i]);
            foreach (var key in done)
            {
                if (_units.TryGetValue(AddressKey.Write(key.Unit), out var unit)) unit.Effects.Remove((key.Version, key.Index));
            }

            return ValueTask.FromResult<IReadOnlyList<CommitVerdict>>(verdicts);
        }
    }

    public ValueTask<IReadOnlyList<Address>> FindDueAsync(DateTimeOffset now, Address? after, int max, CancellationToken cancellation) =>
        Find(after, max, unit => unit.Pairs.Values.Any(p => p.DueAt <= now));

    public ValueTask<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellation)
    {
        lock (_lock) return ValueTask.FromResult(_units.Values.SelectMany(u => u.Pairs.Values).Min(p => p.DueAt));
    }

    public ValueTask<IReadOnlyList<Address>> FindWakingAsync(Address? after, int max, CancellationToken cancellation) =>
        Find(after, max, unit => unit.Effects.Count > 0 || unit.Pairs.Values.Any(p => p.IsLive));

    public ValueTask<long> CountUsersAsync(string domain, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var users = _units.Keys.Select(AddressKey.Read).Concat(_units.Values.SelectMany(u => u.Pairs.Keys)).Where(a => a.Domain == domain).Distinct();
            return ValueTask.FromResult(users.LongCount());
        }
    }

    public ValueTask<uint> ReserveSequenceAsync(Address unit, Address watcher, string legId, uint blockSize, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var first = _sequences.GetValueOrDefault((unit, watcher, legId), 1u);
            _sequences[(unit, watcher, legId)] = first + blockSize;
            return ValueTask.FromResult(first);
        }
    }

    public ValueTask<ReadOnlyMemory<byte>> GetOrCreateSecretAsync(string name, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_secrets.TryGetValue(name, out var secret)) _secrets[name] = secret = RandomNumberGenerator.GetBytes(32);
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(secret);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private CommitVerdict Commit(UnitCommit commit)
    {
        var key = AddressKey.Write(commit.Unit);
        var exists = _units.TryGetValue(key, out var unit);
        if (exists && unit!.DecisionId == commit.DecisionId) return CommitVerdict.AlreadyDone;
        if ((unit?.Version ?? UnitCommit.NoVersion) != commit.ExpectedVersion) return CommitVerdict.Stale;
        unit ??= new Unit();
        _units[key] = unit;
        (unit.Version, unit.Epoch, unit.DecisionId) = (commit.ExpectedVersion + 1, commit.Epoch, commit.DecisionId);
        foreach (var pair in commit.Kept) unit.Pairs[pair.Watcher] = pair;
        foreach (var watcher in commit.Dropped) unit.Pairs.Remove(watcher);
        foreach (var effect in commit.Effects) unit.Effects[(effect.Version, effect.Index)] = effect;
        foreach (var kept in commit.Sequences)
        {
            foreach (var sequence in _sequences.Keys.Where(s => s.Unit == commit.Unit && s.Watcher == kept.Watcher && !kept.LegIds.Contains(s.LegId)).ToList())
            {
                _sequences.Remove(sequence);
            }
        }

        return CommitVerdict.Committed;
    }

    private ValueTask<IReadOnlyList<Address>> Find(Address? after, int max, Func<Unit, bool> isWanted)
    {
        lock (_lock)
        {
            var from = after is { } address ? AddressKey.Write(address) : "";
            return ValueTask.FromResult<IReadOnlyList<Address>>(
                _units.Where(u => string.CompareOrdinal(u.Key, from) > 0 && isWanted(u.Value)).Take(max).Select(u => AddressKey.Read(u.Key)).ToList());
        }
    }

    private sealed class Unit
    {
        public long Version { get; set; }

        public long Epoch { get; set; }

        public UInt128 DecisionId { get; set; }

        public SortedDictionary<Address, StoredPair> Pairs { get; } = [];

        public SortedDictionary<(long Version, int Index), StoredEffect> Effects { get; } = [];
    }
}
