using System.Collections.Concurrent;
using Gateway.Federation.Peers;

namespace Gateway.Federation.Policy;

/// <summary>
/// Requests a second per peer as a token bucket that holds one second's worth. Each bucket is one number (the time at which it would be full again), moved by compare-and-swap, so the
/// message path takes no lock.
/// </summary>
public sealed class PeerRates(TimeProvider time)
{
    private const int BucketsMax = 16_384;

    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one token of the peer's bucket; true when there was one, or when the peer has no limit.</summary>
    public bool TryTake(PeerModel peer)
    {
        var perSecond = peer.Limits.RequestsPerSecondMax;
        if (perSecond <= 0) return true;

        if (!buckets.TryGetValue(peer.Name, out var bucket))
        {
            // Only discovered peers can be many; forgetting their buckets is kinder than refusing them.
            if (buckets.Count >= BucketsMax) buckets.Clear();
            bucket = buckets.GetOrAdd(peer.Name, static _ => new Bucket());
        }

        return bucket.TryTake(time.GetTimestamp(), time.TimestampFrequency, perSecond);
    }

    private sealed class Bucket
    {
        private long fullAt = long.MinValue;

        public bool TryTake(long now, long second, int perSecond)
        {
            var cost = Math.Max(1, second / perSecond);
            while (true)
            {
                var seen = Interlocked.Read(ref fullAt);
                var next = Math.Max(seen, now) + cost;
                if (next - now > second) return false;
                if (Interlocked.CompareExchange(ref fullAt, next, seen) == seen) return true;
            }
        }
    }
}
