namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>
/// What we grant to a SUBSCRIBE (RFC 6665 §4.2.1.1, RFC 3856 §6.4): never longer than asked, zero for poll and unsubscribe, 423 only below an hour.
/// </summary>
public sealed record ExpiryPolicy
{
    public static readonly ExpiryPolicy Default = new();

    // A short grant is asked for on purpose, and its refreshes spread by themselves.
    private const uint SpreadSecondsMin = 600;

    /// <summary>Granted when the request names nothing; Microsoft clients often do not.</summary>
    public uint DefaultSeconds { get; init; } = 3600;

    public uint SecondsMin { get; init; } = 60;

    public uint SecondsMax { get; init; } = 86_400;

    /// <summary>Part of a long grant that chance may take away, so that what was subscribed together is not refreshed together.</summary>
    public double Spread { get; init; } = 0.1;

    /// <summary>False when the answer must be 423 with <see cref="SecondsMin"/> in Min-Expires. <paramref name="jitter"/> in [0,1) is drawn by the caller.</summary>
    public bool TryGrant(uint? requested, double jitter, out uint granted)
    {
        granted = Math.Min(requested ?? DefaultSeconds, SecondsMax);
        if (granted > 0 && granted < Math.Min(SecondsMin, 3600)) return false;
        if (granted >= SpreadSecondsMin) granted = Math.Max(granted - (uint)(granted * Spread * jitter), SecondsMin);
        return true;
    }
}
