using System.Collections.Concurrent;

namespace Gateway.Federation.Policy;

/// <summary>
/// Token buckets by name, each one number: the time at which it would be full again, moved by compare-and-swap, so that who asks takes no lock. A bucket that is full again holds nothing worth
/// keeping; one that is not is somebody's debt, and stays.
/// </summary>
internal sealed class RateBuckets(TimeProvider time, int bucketsMax)
{
    private readonly ConcurrentDictionary<(string Peer, string Domain), RateBucket> buckets = new();
    private long sweptAt = long.MinValue;

    public int Count => buckets.Count;

    /// <summary>Takes one of the <paramref name="max"/> tokens that <paramref name="period"/> brings; false when none is left, or when there is no room for one more name.</summary>
    public bool TryTake((string Peer, string Domain) key, int max, TimeSpan period)
    {
        var now = time.GetTimestamp();
        if (!buckets.TryGetValue(key, out var bucket))
        {
            // Only discovered peers and their domains can be many.
            if (buckets.Count >= bucketsMax) Sweep(now);
            if (buckets.Count >= bucketsMax) return false;
            bucket = buckets.GetOrAdd(key, static _ => new RateBucket());
        }

        return bucket.TryTake(now, Ticks(period), max);
    }

    /// <summary>Whether the next one would be refused; makes no bucket.</summary>
    public bool IsSpent((string Peer, string Domain) key, int max, TimeSpan period) =>
        buckets.TryGetValue(key, out var bucket) && bucket.IsSpent(time.GetTimestamp(), Ticks(period), max);

    private long Ticks(TimeSpan period) => (long)(period.TotalSeconds * time.TimestampFrequency);

    private void Sweep(long now)
    {
        // A walk more often than this finds nothing new and costs whoever floods us less than us.
        var last = Interlocked.Read(ref sweptAt);
        if (last != long.MinValue && now - last < time.TimestampFrequency / 4) return;
        if (Interlocked.CompareExchange(ref sweptAt, now, last) != last) return;
        foreach (var entry in buckets)
            if (entry.Value.IsFull(now)) buckets.TryRemove(entry);
    }

    private sealed class RateBucket
    {
        private long fullAt = long.MinValue;

        public bool IsFull(long now) => Interlocked.Read(ref fullAt) <= now;

        public bool IsSpent(long now, long period, int max) => Math.Max(Interlocked.Read(ref fullAt), now) + Cost(period, max) - now > period;

        public bool TryTake(long now, long period, int max)
        {
            var cost = Cost(period, max);
            while (true)
            {
                var seen = Interlocked.Read(ref fullAt);
                var next = Math.Max(seen, now) + cost;
                if (next - now > period) return false;
                if (Interlocked.CompareExchange(ref fullAt, next, seen) == seen) return true;
            }
        }

        private static long Cost(long period, int max) => Math.Max(1, period / max);
    }
}
