namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>How we subscribe: the life we ask for and how patiently we try again. Times of failure grow by doubling between two bounds.</summary>
public sealed record SubscriberOptions
{
    public static readonly SubscriberOptions Default = new();

    public uint ExpiresSeconds { get; init; } = 3600;

    /// <summary>Largest Min-Expires of a 423 we follow.</summary>
    public uint ExpiresSecondsMax { get; init; } = 604_800;

    public TimeSpan RetryMin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait after refusals.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest wait where the server does not answer or fails: no answer, 408 and 5xx.</summary>
    public TimeSpan ServerRetryMax { get; init; } = TimeSpan.FromHours(1);
}
