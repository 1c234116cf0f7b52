using Presence.Core.Authorization;
using Presence.Core.Model;
using Presence.Core.Upstream;

namespace Presence.Core.Watching;

/// <summary>What time alone does, and what a new owner must say again. Both recompute from the state: late or twice is harmless.</summary>
internal static class Expiry
{
    public static PresenceReply On(Deciding deciding)
    {
        foreach (var (watcher, pair) in deciding.State.Pairs)
        {
            if (PresentityState.DueAt(pair, deciding.Settings) is { } due && due <= deciding.Now) On(deciding, watcher);
        }

        return PresenceReply.Accepted();
    }

    /// <summary>Every living leg is spoken for again, every wanted upstream asked again; the engine staggers the units.</summary>
    public static PresenceReply On(Deciding deciding, Resume resume)
    {
        if (resume.Epoch <= deciding.State.Epoch) return PresenceReply.Accepted();
        deciding.Add(new EpochTaken(resume.Epoch));
        AccessRules.ApplyAll(deciding);
        On(deciding);
        foreach (var (watcher, pair) in deciding.State.Pairs)
        {
            foreach (var leg in pair.Legs)
            {
                // A lasting leg sees nothing before the agreement; a bounded one sees that it is pending.
                if (!leg.IsLasting || pair.IsGranted || pair.IsFeigned) deciding.Show(watcher, leg.Leg.Id);
            }

            Upstreams.Resume(deciding, watcher);
        }

        return PresenceReply.Accepted();
    }

    /// <summary>When a leg is over; null for one that lasts.</summary>
    internal static DateTimeOffset? EndsAt(WatcherLeg leg, PresentitySettings settings) => leg.ExpiresAt?.AddSeconds(settings.LegGraceSeconds);

    private static void On(Deciding deciding, Address watcher)
    {
        var pair = deciding.Get(watcher);
        if (pair.ForgetAt <= deciding.Now && !pair.IsListening)
        {
            deciding.Add(new PairDropped(watcher));
            return;
        }

        foreach (var leg in pair.Legs)
        {
            if (EndsAt(leg, deciding.Settings) is not { } end || end > deciding.Now) continue;
            deciding.Add(new LegDropped(watcher, leg.Leg.Id, PresenceReason.Expired));
            deciding.End(watcher, leg.Leg, PresenceReason.Expired);
        }

        Polls.Answer(deciding, watcher, onlyDue: true);
        if (deciding.Find(watcher) is null) return;
        Watches.AfterLegs(deciding, watcher, isByWatcher: false);
        if (deciding.Find(watcher) is not null) Upstreams.Expire(deciding, watcher);
    }
}
