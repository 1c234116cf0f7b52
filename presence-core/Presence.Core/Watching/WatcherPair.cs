using System.Collections.Immutable;
using Presence.Core.Model;
using Presence.Core.Upstream;

namespace Presence.Core.Watching;

/// <summary>One leg of a watcher. Without <see cref="ExpiresAt"/> it lasts as long as the authorization does (RFC 6121 §3); with it, it must be refreshed (RFC 6665 §4.2.1).</summary>
public sealed record WatcherLeg(Leg Leg, DateTimeOffset? ExpiresAt)
{
    public bool IsLasting => ExpiresAt is null;
}

/// <summary>A poll that waits for the presentity's home, at most until <see cref="AnswerBy"/> (RFC 6665 §4.4.3).</summary>
public sealed record PollLeg(Leg Leg, DateTimeOffset AnswerBy);

/// <summary>
/// Everything between one watcher and one presentity: the lasting authorization, the watcher's legs, the upstream subscription made in its name, and what
/// the presentity's home told this very watcher. Nothing of it is ever shown to another one (RFC 8048 §8.2).
/// </summary>
public sealed record WatcherPair(Address Watcher)
{
    public AuthorizationPhase Authorization { get; init; }

    public ImmutableArray<WatcherLeg> Legs { get; init; } = [];

    public ImmutableArray<PollLeg> Polls { get; init; } = [];

    public UpstreamState Upstream { get; init; } = UpstreamState.Idle;

    /// <summary>Something has arrived, so that no fragment means offline.</summary>
    public bool IsKnown { get; init; }

    /// <summary>What the presentity's home said, best first.</summary>
    public ImmutableArray<Fragment> Fragments { get; init; } = [];

    /// <summary>When a refused pair may be forgotten.</summary>
    public DateTimeOffset? ForgetAt { get; init; }

    /// <summary>Somebody listens or waits for an answer.</summary>
    public bool IsListening => Legs.Length > 0 || Polls.Length > 0;

    /// <summary>The upstream subscription should stand.</summary>
    public bool IsWanted => IsListening && Authorization is (AuthorizationPhase.Asked or AuthorizationPhase.Granted);

    public bool IsGranted => Authorization == AuthorizationPhase.Granted;

    /// <summary>The watcher sees a presentity that is away, whatever it is (<see cref="AuthorizationPhase.Feigned"/>).</summary>
    public bool IsFeigned => Authorization == AuthorizationPhase.Feigned;

    /// <summary>The pair holds nothing worth remembering.</summary>
    public bool IsEmpty => !IsListening && Authorization is (AuthorizationPhase.None or AuthorizationPhase.Feigned);

    public WatcherLeg? FindLeg(string id)
    {
        foreach (var leg in Legs)
        {
            if (leg.Leg.Id == id) return leg;
        }

        return null;
    }

    /// <summary>The leg that lasts, where the watcher's protocol has one.</summary>
    public WatcherLeg? LastingLeg
    {
        get
        {
            foreach (var leg in Legs)
            {
                if (leg.IsLasting) return leg;
            }

            return null;
        }
    }
}
