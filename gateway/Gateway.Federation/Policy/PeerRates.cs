using Gateway.Federation.Peers;

namespace Gateway.Federation.Policy;

/// <summary>
/// Requests a second as buckets that hold one second's worth, one for each peer and, where its record says so, one for each domain it speaks for. The message path takes no lock here.
/// </summary>
public sealed class PeerRates(TimeProvider time)
{
    /// <summary>Buckets kept at most.</summary>
    public const int BucketsMax = 16_384;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly RateBuckets buckets = new(time, BucketsMax);

    /// <summary>Buckets kept now.</summary>
    public int Count => buckets.Count;

    /// <summary>Takes one token of each bucket that <paramref name="domain"/> of the peer is bound by; true when there was one, or when there is no limit.</summary>
    public bool TryTake(PeerModel peer, string domain)
    {
        var limits = peer.Limits;

        // The domain's own bucket first: what one domain wastes is not taken from the others of its peer.
        return (limits.DomainRequestsPerSecondMax <= 0 || buckets.TryTake((peer.Name, domain), limits.DomainRequestsPerSecondMax, Second))
            && (limits.RequestsPerSecondMax <= 0 || buckets.TryTake((peer.Name, ""), limits.RequestsPerSecondMax, Second));
    }
}
