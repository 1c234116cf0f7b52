using Presence.Core.Model;

namespace Presence.Core;

/// <summary>Where the authorization of a pair stands: asked and undecided, granted until revoked, or refused.</summary>
public enum AuthorizationPhase
{
    None,
    Asked,
    Granted,
    Denied,

    /// <summary>Politely blocked: the watcher sees a presentity that granted and is away; its home was never asked. A view says Granted.</summary>
    Feigned,
}

/// <summary>
/// The pair's state as a performer needs it, read at or after the version of the effect. <see cref="Fragments"/> are only those that the presentity's
/// home sent to this very watcher (RFC 8048 §8.2), best first; empty means offline or unknown (<see cref="IsKnown"/> tells).
/// </summary>
public sealed record WatcherView(
    Address Presentity,
    Address Watcher,
    AuthorizationPhase Authorization,
    bool IsKnown,
    IReadOnlyList<Fragment> Fragments,
    IReadOnlyList<LegView> Legs,
    Leg? UpstreamLeg,
    long Version)
{
    /// <summary>The pair's one state for watchers that see one only.</summary>
    public Availability Best => Fragments.Count > 0 ? Fragments[0].Availability : IsKnown ? Availability.Offline : Availability.Unknown;
}

/// <summary>One leg of the watcher and when it ends; null means until it is withdrawn.</summary>
public sealed record LegView(Leg Leg, DateTimeOffset? ExpiresAt);
