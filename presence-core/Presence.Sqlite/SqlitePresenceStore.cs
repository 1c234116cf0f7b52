using System.Security.Cryptography;
using Presence.Core.Documents;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Sqlite;

/// <summary>
/// The store of one node: one SQLite file, locked for this process alone, written by one thread with write-ahead log and full synchronisation. What was
/// answered survives a kill and a power cut.
/// </summary>
public sealed class SqlitePresenceStore : IPresenceStore
{
    private readonly StoreThread _thread;

    private SqlitePresenceStore(StoreThread thread) => _thread = thread;

    /// <summary>Opens or creates the file.</summary>
    /// <exception cref="PresenceStoreException">Another process holds it, it is newer or foreign, or the disk or the library fails; the message says which.</exception>
    public static SqlitePresenceStore Open(SqliteStoreOptions options)
    {
        var connection = StoreFile.Open(options);
        return new SqlitePresenceStore(new StoreThread(new StoreStatements(connection)));
    }

    public async ValueTask<long> TakeOwnershipAsync(string node, CancellationToken cancellation) =>
        await _thread.RunAsync(s => (long)s.TakeOwnership.Read(node)!);

    public async ValueTask<StoredUnit?> LoadAsync(Address unit, CancellationToken cancellation) =>
        await _thread.RunAsync(s => Load(s, AddressKey.Write(unit)));

    public async ValueTask<IReadOnlyList<CommitVerdict>> CommitAsync(IReadOnlyList<UnitCommit> commits, IReadOnlyList<EffectKey> done, CancellationToken cancellation) =>
        await _thread.RunAsync(s =>
        {
            var verdicts = new CommitVerdict[commits.Count];
            for (var i = 0; i < verdicts.Length; i++) verdicts[i] = UnitWriter.Write(s, commits[i]);
            foreach (var key in done) s.DropEffect.Run(AddressKey.Write(key.Unit), key.Version, (long)key.Index);
            return verdicts;
        });

    public async ValueTask<IReadOnlyList<Address>> FindDueAsync(DateTimeOffset now, Address? after, int max, CancellationToken cancellation) =>
        await _thread.RunAsync(s => Keys(s.FindDue, now.ToUnixTimeMilliseconds(), Key(after), (long)max));

    public async ValueTask<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellation) =>
        await _thread.RunAsync(s => s.FindNextDue.Read() is long due ? DateTimeOffset.FromUnixTimeMilliseconds(due) : (DateTimeOffset?)null);

    public async ValueTask<IReadOnlyList<Address>> FindWakingAsync(Address? after, int max, CancellationToken cancellation) =>
        await _thread.RunAsync(s => Keys(s.FindWaking, Key(after), (long)max));

    public async ValueTask<long> CountUsersAsync(string domain, CancellationToken cancellation) =>
        await _thread.RunAsync(s => (long)s.CountUsers.Read(domain + "/", domain + "0")!);

    public async ValueTask<uint> ReserveSequenceAsync(Address unit, Address watcher, string legId, uint blockSize, CancellationToken cancellation) =>
        await _thread.RunAsync(s => (uint)(long)s.ReserveSequence.Read(AddressKey.Write(unit), AddressKey.Write(watcher), legId, (long)blockSize)!);

    public async ValueTask<ReadOnlyMemory<byte>> GetOrCreateSecretAsync(string name, CancellationToken cancellation) =>
        await _thread.RunAsync(s =>
        {
            if (s.FindSecret.Read(name) is byte[] found) return found;
            var made = RandomNumberGenerator.GetBytes(32);
            s.AddSecret.Run(name, made);
            return made;
        });

    public async ValueTask DisposeAsync() => await _thread.CloseAsync();

    private static string Key(Address? after) => after is { } address ? AddressKey.Write(address) : "";

    private static StoredUnit? Load(StoreStatements from, string key)
    {
        long id;
        long version;
        long epoch;
        using (var found = from.FindUnit.Query(key))
        {
            if (!found.Read()) return null;
            (id, version, epoch) = (found.GetInt64(0), found.GetInt64(1), found.GetInt64(2));
        }

        var pairs = new List<StoredPair>();
        using (var rows = from.ListPairs.Query(id))
        {
            while (rows.Read())
            {
                DateTimeOffset? due = rows.IsDBNull(1) ? null : DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1));
                pairs.Add(new StoredPair(AddressKey.Read(rows.GetString(0)), rows.GetFieldValue<byte[]>(3), due, rows.GetInt64(2) != 0));
            }
        }

        var effects = new List<StoredEffect>();
        using (var rows = from.ListEffects.Query(id))
        {
            while (rows.Read()) effects.Add(new StoredEffect(rows.GetInt64(0), rows.GetInt32(1), rows.GetFieldValue<byte[]>(2)));
        }

        return new StoredUnit(version, epoch, pairs, effects);
    }

    private static List<Address> Keys(Statement statement, params ReadOnlySpan<object?> values)
    {
        var units = new List<Address>();
        using var rows = statement.Query(values);
        while (rows.Read()) units.Add(AddressKey.Read(rows.GetString(0)));
        return units;
    }
}
