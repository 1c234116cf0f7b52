using System.Collections.Concurrent;
using Gateway.Federation.Peers;

namespace Gateway.Federation.Policy;

/// <summary>
/// Requests a second as token buckets that hold one second's worth, one for each peer and, where its record says so, one for each domain it speaks for. Each bucket is one number (the time at
/// which it would be full again), moved by compare-and-swap, so the message path takes no lock.
/// </summary>
public sealed class PeerRates(TimeProvider time)
{
    /// <summary>Buckets kept at most.</summary>
    public const int BucketsMax = 16_384;

    private readonly ConcurrentDictionary<(string Peer, string Domain), Bucket> buckets = new();
    private long sweptAt = long.MinValue;

    /// <summary>Buckets kept now.</summary>
    public int Count => buckets.Count;

    /// <summary>Takes one token of each bucket that <paramref name="domain"/> of the peer is bound by; true when there was one, or when there is no limit.</summary>
    public bool TryTake(PeerModel peer, string domain)
    {
        var limits = peer.Limits;

        // The domain's own bucket first: what one domain wastes is not taken from the others of its peer.
        return (limits.DomainRequestsPerSecondMax <= 0 || TryTake((peer.Name, domain), limits.DomainRequestsPerSecondMax))
            && (limits.RequestsPerSecondMax <= 0 || TryTake((peer.Name, ""), limits.RequestsPerSecondMax));
    }

    private bool TryTake((string Peer, string Domain) key, int perSecond)
    {
        if (!buckets.TryGetValue(key, out var bucket))
        {
            // Only discovered peers and their domains can be many. A bucket that is full again holds nothing worth keeping; one that is not is somebody's debt, and stays.
            if (buckets.Count >= BucketsMax) Sweep();
            if (buckets.Count >= BucketsMax) return false;
            bucket = buckets.GetOrAdd(key, static _ => new Bucket());
        }

        return bucket.TryTake(time.GetTimestamp(), time.TimestampFrequency, perSecond);
    }

    private void Sweep()
    {
        // Debts last a second at most: a walk more often than that finds nothing and costs whoever floods us less than us.
        var (now, last) = (time.GetTimestamp(), Interlocked.Read(ref sweptAt));
        if (last != long.MinValue && now - last < time.TimestampFrequency / 4) return;
        if (Interlocked.CompareExchange(ref sweptAt, now, last) != last) return;
        foreach (var entry in buckets)
            if (entry.Value.IsFull(now)) buckets.TryRemove(entry);
    }

    private sealed class Bucket
    {
        private long fullAt = long.MinValue;

        public bool IsFull(long now) => Interlocked.Read(ref fullAt) <= now;

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
