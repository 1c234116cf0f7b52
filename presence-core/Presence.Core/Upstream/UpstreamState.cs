using Presence.Core.Model;

namespace Presence.Core.Upstream;

/// <summary>Where the subscription towards the presentity's home stands (the volatile half of RFC 8048 §5).</summary>
public enum UpstreamPhase
{
    /// <summary>Not wanted now: nobody listens.</summary>
    None,

    /// <summary>Asked; nothing came back yet.</summary>
    Trying,

    /// <summary>Accepted; the presentity has not decided.</summary>
    Pending,

    /// <summary>Granted and standing.</summary>
    Active,

    /// <summary>Failed for now; asked again at <see cref="UpstreamState.RetryAt"/>.</summary>
    RetryWait,
}

/// <summary>
/// The pair's subscription at the presentity's home. <see cref="Leg"/> and <see cref="ExpiresAt"/> exist only where the far protocol has dialogs; refreshing is the
/// usage's work, and the unit asks again only when the usage let <see cref="ExpiresAt"/> pass.
/// </summary>
public sealed record UpstreamState
{
    public static UpstreamState Idle { get; } = new();

    public UpstreamPhase Phase { get; init; }

    public Leg? Leg { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was last asked.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>When watchers must see the presentity offline unless the upstream comes back before.</summary>
    public DateTimeOffset? OfflineAt { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Attempts { get; init; }

    /// <summary>A refresh was asked: the next state is shown even if it equals the last one, and begins a new set of fragments.</summary>
    public bool IsShowOwed { get; init; }
}
