using System.Collections.Concurrent;

namespace Gateway.Sip.Presence;

/// <summary>How many things each peer holds, by its name.</summary>
internal sealed class PeerCounts
{
    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);

    public int Of(string peer) => counts.GetValueOrDefault(peer);

    public void Add(string peer) => counts.AddOrUpdate(peer, 1, static (_, n) => n + 1);

    public void Remove(string peer)
    {
        // The last one takes the name away: discovered partners come and go.
        if (counts.AddOrUpdate(peer, 0, static (_, n) => n - 1) <= 0) counts.TryRemove(new KeyValuePair<string, int>(peer, 0));
    }
}
