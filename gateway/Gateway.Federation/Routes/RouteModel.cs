namespace Gateway.Federation.Routes;

/// <summary>
/// A static route: addresses that fit <paramref name="Pattern"/> leave through the peer named <paramref name="Peer"/>. A <see cref="RouteType.Domain"/> pattern is a domain,
/// <c>*.suffix</c> or <c>*</c>; a <see cref="RouteType.User"/> pattern is one bare address.
/// </summary>
public sealed record RouteModel(string Pattern, string Peer)
{
    public RouteType Type { get; init; } = RouteType.Domain;

    /// <summary>Lower is tried first; 1 is the primary, more is a back-up.</summary>
    public int Priority { get; init; } = 1;

    /// <summary>Share among routes of one priority.</summary>
    public int Weight { get; init; } = 1;
}

/// <summary>What a route's pattern is compared with.</summary>
public enum RouteType
{
    Domain,
    User,
}
