using Gateway.Federation.Peers;

namespace Gateway.Federation.Policy;

/// <summary>
/// New subscriptions an hour of each domain, as its peer's record bounds them. An invented user costs its server nothing and us a row in the store; and who owns a wildcard certificate can invent
/// domains too, so all discovered ones have a bound together.
/// </summary>
public sealed class SubscriptionRates(TimeProvider time)
{
    /// <summary>Of all discovered domains together; configured peers are not bound by it.</summary>
    public const int StrangersPerHourMax = 10_000;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly (string, string) Strangers = ("", "");

    private readonly RateBuckets buckets = new(time, PeerRates.BucketsMax);

    /// <summary>Takes the place of one new subscription; true when there was one, or when there is no limit.</summary>
    public bool TryTake(PeerModel peer, string domain)
    {
        var max = peer.Limits.NewSubscriptionsPerHourMax;
        if (max <= 0) return true;
        if (!PeerTable.IsDiscovered(peer)) return buckets.TryTake((peer.Name, domain), max, Hour);

        // Looked at first, taken last: a domain above its own bound takes nothing from the others, and one that comes when all is taken gets no bucket.
        return !buckets.IsSpent(Strangers, StrangersPerHourMax, Hour)
            && buckets.TryTake((peer.Name, domain), max, Hour)
            && buckets.TryTake(Strangers, StrangersPerHourMax, Hour);
    }
}
