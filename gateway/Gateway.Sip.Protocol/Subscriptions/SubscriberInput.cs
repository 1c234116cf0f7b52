using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>What can happen to a subscription of ours.</summary>
public abstract record SubscriberInput
{
    private SubscriberInput()
    {
    }

    public sealed record Begin(bool IsPoll = false) : SubscriberInput;

    /// <summary>The SUBSCRIBE that was asked for is on its way; until then it may wait for its turn.</summary>
    public sealed record Sent : SubscriberInput;

    /// <summary>Final response to our SUBSCRIBE; a transaction timeout counts as 408. <paramref name="Piggyback"/> is the Subscription-State
    /// that a Microsoft server put into the 200 together with the first notification (field fact B3).</summary>
    public sealed record Answered(
        int Status, uint? ExpiresSeconds = null, uint? MinExpiresSeconds = null, uint? RetryAfterSeconds = null, SubscriptionStateHeader? Piggyback = null)
        : SubscriberInput;

    /// <summary>Our SUBSCRIBE could not be sent or its connection broke.</summary>
    public sealed record Lost : SubscriberInput;

    /// <summary>A NOTIFY in our dialog, or one that makes it (RFC 6665 §4.4.1); a BENOTIFY is best effort.</summary>
    public sealed record Notified(SubscriptionStateHeader State, bool IsBestEffort = false) : SubscriberInput;

    public sealed record Stop : SubscriberInput;

    public sealed record Tick : SubscriberInput;
}
