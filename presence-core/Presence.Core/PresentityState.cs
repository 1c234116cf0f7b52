using System.Collections.Immutable;
using Presence.Core.Model;
using Presence.Core.Upstream;
using Presence.Core.Watching;

namespace Presence.Core;

/// <summary>One presentity as its owner knows it: the unit of consistency. One pair per watcher, ordered by address.</summary>
public sealed record PresentityState(Address Presentity)
{
    /// <summary>The owner that last spoke for the unit.</summary>
    public long Epoch { get; init; }

    public ImmutableSortedDictionary<Address, WatcherPair> Pairs { get; init; } = ImmutableSortedDictionary<Address, WatcherPair>.Empty;

    public WatcherPair? Find(Address watcher) => Pairs.GetValueOrDefault(watcher);

    /// <summary>
    /// The pair as a performer may see it, or null when the watcher is unknown. What arrived before the authorization is not shown: a watcher that only asked
    /// sees nothing, and one that was refused sees offline if it saw anything before.
    /// </summary>
    public WatcherView? View(Address watcher, long version)
    {
        if (Find(watcher) is not { } pair) return null;
        var legs = new LegView[pair.Legs.Length];
        for (var i = 0; i < legs.Length; i++) legs[i] = new LegView(pair.Legs[i].Leg, pair.Legs[i].ExpiresAt);
        var isVisible = pair.IsGranted;
        return new WatcherView(
            Presentity,
            watcher,
            pair.IsFeigned ? AuthorizationPhase.Granted : pair.Authorization,
            pair.IsKnown && pair.Authorization != AuthorizationPhase.Asked,
            isVisible ? pair.Fragments : [],
            legs,
            pair.Upstream.Leg,
            version);
    }

    /// <summary>When the pair next needs <see cref="Expire"/>; null when time alone changes nothing.</summary>
    public static DateTimeOffset? DueAt(WatcherPair pair, PresentitySettings settings)
    {
        DateTimeOffset? due = pair.ForgetAt;
        foreach (var leg in pair.Legs) due = Earlier(due, Expiry.EndsAt(leg, settings));
        foreach (var poll in pair.Polls) due = Earlier(due, poll.AnswerBy);
        return Earlier(due, Upstreams.DueAt(pair, settings));
    }

    internal static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        other is null ? one : one is null || other < one ? other : one;
}
