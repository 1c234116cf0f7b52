namespace Gateway.Sip.Protocol.Subscriptions;

/// <summary>
/// What we grant to a SUBSCRIBE (RFC 6665 §4.2.1.1, RFC 3856 §6.4): never longer than asked, zero for poll and unsubscribe, 423 only below an hour.
/// </summary>
public sealed record ExpiryPolicy
{
    public static readonly ExpiryPolicy Default = new();

    /// <summary>Granted when the request names nothing; Microsoft clients often do not.</summary>
    public uint DefaultSeconds { get; init; } = 3600;

    public uint SecondsMin { get; init; } = 60;

    public uint SecondsMax { get; init; } = 86_400;

    /// <summary>False when the answer must be 423 with <see cref="SecondsMin"/> in Min-Expires.</summary>
    public bool TryGrant(uint? requested, out uint granted)
    {
        granted = Math.Min(requested ?? DefaultSeconds, SecondsMax);
        return granted == 0 || granted >= Math.Min(SecondsMin, 3600);
    }
}
