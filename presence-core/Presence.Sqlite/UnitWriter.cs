using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Presence.Core.Documents;
using Presence.Core.Ports;

namespace Presence.Sqlite;

/// <summary>Writes one unit's decision, inside the transaction of its batch: whole at the expected version, or nothing of it.</summary>
internal static class UnitWriter
{
    public static CommitVerdict Write(StoreStatements to, UnitCommit commit)
    {
        var key = AddressKey.Write(commit.Unit);
        var decision = Bytes(commit.DecisionId);
        long? id = null;
        var version = UnitCommit.NoVersion;
        using (var found = to.FindUnit.Query(key))
        {
            if (found.Read())
            {
                (id, version) = (found.GetInt64(0), found.GetInt64(1));
                if (decision.AsSpan().SequenceEqual(found.GetFieldValue<byte[]>(3))) return CommitVerdict.AlreadyDone;
            }
        }

        if (version != commit.ExpectedVersion) return CommitVerdict.Stale;
        if (id is null) id = (long)to.InsertUnit.Read(key, version + 1, commit.Epoch, decision)!;
        else to.UpdateUnit.Run(id, version + 1, commit.Epoch, decision);

        foreach (var pair in commit.Kept)
        {
            to.KeepPair.Run(id, AddressKey.Write(pair.Watcher), pair.DueAt?.ToUnixTimeMilliseconds(), pair.IsLive ? 1L : 0L, Bytes(pair.Document));
        }

        foreach (var watcher in commit.Dropped) to.DropPair.Run(id, AddressKey.Write(watcher));
        foreach (var effect in commit.Effects) to.AddEffect.Run(id, effect.Version, (long)effect.Index, Bytes(effect.Document));
        foreach (var kept in commit.Sequences) DropOtherSequences(to, key, kept);
        return CommitVerdict.Committed;
    }

    private static void DropOtherSequences(StoreStatements to, string unit, KeptSequences kept)
    {
        var watcher = AddressKey.Write(kept.Watcher);
        List<string>? others = null;
        using (var legs = to.ListSequences.Query(unit, watcher))
        {
            while (legs.Read())
            {
                var leg = legs.GetString(0);
                if (!kept.LegIds.Contains(leg)) (others ??= []).Add(leg);
            }
        }

        if (others is null) return;
        foreach (var leg in others) to.DropSequence.Run(unit, watcher, leg);
    }

    private static byte[] Bytes(UInt128 id)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return bytes;
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> document) =>
        MemoryMarshal.TryGetArray(document, out var array) && array.Offset == 0 && array.Count == array.Array!.Length ? array.Array : document.ToArray();
}
