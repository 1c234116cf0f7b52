using Presence.Core.Model;
using Presence.Core.Upstream;

namespace Presence.Core.Watching;

/// <summary>Watchers that listen for a bounded time: RFC 6665 §4.2 as notifier, RFC 8048 §5.3 and §6 for what it means to the presentity.</summary>
internal static class Watches
{
    public static PresenceReply On(Deciding deciding, Watch watch)
    {
        var (watcher, settings) = (watch.Watcher, deciding.Settings);
        var pair = deciding.Find(watcher);
        var known = pair?.FindLeg(watch.Leg.Id);
        if (watch.ExpiresSeconds == 0)
        {
            return known is null ? Polls.On(deciding, new Poll(watcher, watch.Leg)) : On(deciding, new Unwatch(watcher, watch.Leg));
        }

        var asked = watch.ExpiresSeconds < 0 ? settings.ExpiresSecondsDefault : watch.ExpiresSeconds;
        if (asked < settings.ExpiresSecondsMin) return new PresenceReply(false, PresenceReason.ExpiresTooBrief, settings.ExpiresSecondsMin);
        if (Refusal(deciding, watcher, watch.Leg) is { } reason) return PresenceReply.Refused(reason);
        if (known is null && pair?.Legs.Length >= settings.LegsMax) return PresenceReply.Refused(PresenceReason.LimitReached);

        var granted = Math.Min(asked, settings.ExpiresSecondsMax);
        deciding.Add(new LegKept(watcher, watch.Leg, deciding.Now.AddSeconds(granted)));
        deciding.Show(watcher, watch.Leg.Id);
        // A refresh asks nobody: the upstream has its own retries, and a refused watcher has no leg to refresh.
        if (known is null) Upstreams.Want(deciding, watcher);
        return PresenceReply.Accepted(granted);
    }

    public static PresenceReply On(Deciding deciding, Unwatch unwatch)
    {
        if (deciding.Find(unwatch.Watcher)?.FindLeg(unwatch.Leg.Id) is not { } known) return PresenceReply.Refused(PresenceReason.UnknownWatcher);
        // The request that ends a leg carries the newest route and target; the old document would do as well.
        var last = Presentity.IsTooLarge(unwatch.Leg, deciding.Settings) ? known.Leg : unwatch.Leg;
        deciding.Add(new LegDropped(unwatch.Watcher, unwatch.Leg.Id, PresenceReason.Expired));
        deciding.End(unwatch.Watcher, last, PresenceReason.Expired);
        AfterLegs(deciding, unwatch.Watcher, isByWatcher: true);
        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, LegLost lost)
    {
        // A lasting leg ends with its authorization only: its home may be away for days (RFC 6121 §3).
        if (deciding.Find(lost.Watcher)?.FindLeg(lost.LegId) is not { IsLasting: false }) return PresenceReply.Accepted();
        deciding.Add(new LegDropped(lost.Watcher, lost.LegId, PresenceReason.LegLost));
        AfterLegs(deciding, lost.Watcher, isByWatcher: false);
        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, LegChanged changed)
    {
        var pair = deciding.Find(changed.Watcher);
        if (Presentity.IsTooLarge(changed.Leg, deciding.Settings)) return PresenceReply.Refused(PresenceReason.LegTooLarge);
        if (pair?.FindLeg(changed.Leg.Id) is { } known)
        {
            deciding.Add(new LegKept(changed.Watcher, changed.Leg, known.ExpiresAt));
            return PresenceReply.Accepted();
        }

        if (pair?.Upstream.Leg?.Id != changed.Leg.Id) return PresenceReply.Refused(PresenceReason.UnknownWatcher);
        deciding.Add(new UpstreamChanged(changed.Watcher, pair.Upstream with { Leg = changed.Leg }));
        return PresenceReply.Accepted();
    }

    /// <summary>Why a new leg may not be kept, or null.</summary>
    internal static PresenceReason? Refusal(Deciding deciding, Address watcher, Leg leg)
    {
        if (Presentity.IsTooLarge(leg, deciding.Settings)) return PresenceReason.LegTooLarge;
        if (deciding.Settings.Access.IsBlocked(deciding.Presentity, watcher)) return PresenceReason.Blocked;
        if (deciding.State.Pairs.ContainsKey(watcher)) return null;
        return deciding.State.Pairs.Count >= deciding.Settings.WatchersMax || IsCrowdedBy(deciding, watcher.Domain) ? PresenceReason.LimitReached : null;
    }

    // A domain can invent as many watchers as it likes: a quarter of the places is never for those of its askings that nobody granted.
    private static bool IsCrowdedBy(Deciding deciding, string domain)
    {
        var most = deciding.Settings.WatchersMax - (deciding.Settings.WatchersMax / 4);
        if (deciding.State.Pairs.Count < most) return false;
        var ungranted = 0;
        foreach (var (watcher, pair) in deciding.State.Pairs)
            if (!pair.IsGranted && watcher.Domain == domain) ungranted++;
        return ungranted >= most;
    }

    /// <summary>After a leg or poll went: the last one takes the upstream with it, never the authorization (RFC 8048 §5.1) unless the settings say so.</summary>
    internal static void AfterLegs(Deciding deciding, Address watcher, bool isByWatcher)
    {
        var pair = deciding.Get(watcher);
        if (pair.IsListening) return;
        if (isByWatcher && deciding.Settings.UnsubscribeRemovesAuthorization && pair.Authorization is (AuthorizationPhase.Asked or AuthorizationPhase.Granted))
        {
            deciding.Emit(new AskUpstream(deciding.Presentity, watcher, UpstreamRequest.Unsubscribe, pair.Upstream.Leg));
            deciding.Add(new PairDropped(watcher));
            return;
        }

        Upstreams.Pause(deciding, watcher);
        if (deciding.Get(watcher).IsEmpty) deciding.Add(new PairDropped(watcher));
    }
}
