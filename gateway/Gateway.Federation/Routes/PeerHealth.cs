using System.Collections.Concurrent;

namespace Gateway.Federation.Routes;

/// <summary>
/// Which peers cannot be reached at this moment, as the sides found out: a route goes round them to its back-up until the time is over or the peer is back. It is a memory of
/// failures, no judgement: where every way is bad, the first is tried all the same.
/// </summary>
public sealed class PeerHealth(TimeProvider time)
{
    private const int TroublesMax = 4_096;

    private readonly ConcurrentDictionary<string, PeerTrouble> troubles = new(StringComparer.Ordinal);

    /// <summary>The peer could not be reached, and will not be tried again before <paramref name="until"/>.</summary>
    public void Failed(string peer, string reason, DateTimeOffset until)
    {
        // Only discovered partners can be many, and those have no back-ups: forgetting is harmless.
        if (troubles.Count >= TroublesMax) troubles.Clear();
        troubles[peer] = new PeerTrouble(reason, until);
    }

    /// <summary>It is there again.</summary>
    public void Restored(string peer)
    {
        if (!troubles.IsEmpty) troubles.TryRemove(peer, out _);
    }

    /// <summary>What is against the peer now; null when nothing is.</summary>
    public PeerTrouble? Find(string peer)
    {
        if (troubles.IsEmpty || !troubles.TryGetValue(peer, out var known)) return null;
        if (time.GetUtcNow() < known.Until) return known;
        troubles.TryRemove(new KeyValuePair<string, PeerTrouble>(peer, known));
        return null;
    }
}

/// <summary>Why a peer is gone round, as a public reason name, and until when.</summary>
public sealed record PeerTrouble(string Reason, DateTimeOffset Until);
