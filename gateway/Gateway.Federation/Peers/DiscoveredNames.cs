namespace Gateway.Federation.Peers;

/// <summary>
/// Host names that DNS gave for a domain. Those merely <paramref name="Found"/> count only under the domain itself; those <paramref name="Proved"/> by DNSSEC are the domain's own word
/// (RFC 5922 §7.3, design law 12).
/// </summary>
public sealed record DiscoveredNames(IReadOnlyList<string> Found, IReadOnlyList<string> Proved)
{
    public static DiscoveredNames None { get; } = new([], []);

    /// <summary>One target.</summary>
    public static DiscoveredNames Of(string host, bool isProved) => isProved ? new([], [host]) : new([host], []);
}
