using Presence.Core.Model;
using Presence.Core.Upstream;
using Presence.Core.Watching;

namespace Presence.Core.Authorization;

/// <summary>
/// The lasting half of a pair: asked, granted until revoked, refused (RFC 6121 §3, RFC 8048 §5.1). Only the presentity's home grants, and only what was asked.
/// </summary>
internal static class Authorizations
{
    public static PresenceReply On(Deciding deciding, RequestAuthorization request)
    {
        var watcher = request.Watcher;
        if (Watches.Refusal(deciding, watcher, request.Leg) is { } reason) return PresenceReply.Refused(reason);
        if (!IsKept(deciding.Find(watcher)?.LastingLeg, request.Leg)) KeepLasting(deciding, watcher, request.Leg);
        var wasGranted = deciding.Get(watcher).IsGranted;
        Upstreams.Want(deciding, watcher);
        if (wasGranted || deciding.Get(watcher).IsFeigned)
        {
            // The watcher's home forgot: it is told again (RFC 6121 §3.1.3).
            deciding.Tell(watcher, isGranted: true, PresenceReason.None);
            deciding.Show(watcher, request.Leg.Id);
        }

        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, WithdrawAuthorization withdraw)
    {
        var watcher = withdraw.Watcher;
        if (deciding.Find(watcher) is not { } pair) return PresenceReply.Accepted();
        if (pair.Authorization is AuthorizationPhase.Asked or AuthorizationPhase.Granted)
        {
            deciding.Emit(new AskUpstream(deciding.Presentity, watcher, UpstreamRequest.Unsubscribe, pair.Upstream.Leg));
        }

        // RFC 6121 §3.3.3 wants unavailable and no more. The unsubscribed that its appendix A.3.2 suggests would cancel the request of a watcher that comes back at once (RN-050).
        EndAll(deciding, pair, PresenceReason.Expired);
        deciding.Add(new PairDropped(watcher));
        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, Probe probe)
    {
        var watcher = probe.Watcher;
        if (Watches.Refusal(deciding, watcher, probe.Leg) is { } reason) return PresenceReply.Refused(reason);
        if (deciding.Find(watcher) is not ({ IsGranted: true } or { IsFeigned: true }))
        {
            deciding.Tell(watcher, isGranted: false, PresenceReason.None);   // RFC 6121 §4.3.2
            return PresenceReply.Accepted();
        }

        var pair = deciding.Get(watcher);
        if (!IsKept(pair.LastingLeg, probe.Leg)) KeepLasting(deciding, watcher, probe.Leg);
        switch (pair.Upstream.Phase)
        {
            case UpstreamPhase.None when !pair.IsFeigned:
                Upstreams.Want(deciding, watcher);   // shown when it arrives
                break;
            case UpstreamPhase.Trying:
                break;
            default:
                deciding.Show(watcher, probe.Leg.Id);
                break;
        }

        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, UpstreamGranted granted)
    {
        var watcher = granted.Watcher;
        // An agreement nobody asked for grants nothing: else any peer could make its users watch.
        if (deciding.Find(watcher) is not { } pair || pair.Authorization is not (AuthorizationPhase.Asked or AuthorizationPhase.Granted)) return PresenceReply.Accepted();
        var isNew = !pair.IsGranted;
        if (isNew) deciding.Add(new AuthorizationChanged(watcher, AuthorizationPhase.Granted));
        if (pair.IsWanted && pair.Upstream.Phase != UpstreamPhase.Active)
        {
            deciding.Add(new UpstreamChanged(watcher, pair.Upstream with { Phase = UpstreamPhase.Active, RetryAt = null, OfflineAt = null, Attempts = 0 }));
        }

        if (!isNew) return PresenceReply.Accepted();
        if (pair.LastingLeg is not null) deciding.Tell(watcher, isGranted: true, PresenceReason.None);
        foreach (var leg in pair.Legs)
        {
            // A bounded leg must learn that it is active at once; a lasting one was told, and sees state when there is some.
            if (!leg.IsLasting || pair.IsKnown) deciding.Show(watcher, leg.Leg.Id);
        }

        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, UpstreamDenied denied)
    {
        if (deciding.Find(denied.Watcher) is not { } pair || pair.Authorization is not (AuthorizationPhase.Asked or AuthorizationPhase.Granted)) return PresenceReply.Accepted();
        Refuse(deciding, pair, denied.Reason == PresenceReason.None ? PresenceReason.Rejected : denied.Reason);
        return PresenceReply.Accepted();
    }

    /// <summary>Ends everything towards the watcher and remembers that it was refused.</summary>
    public static void Refuse(Deciding deciding, WatcherPair pair, PresenceReason reason)
    {
        var watcher = pair.Watcher;
        EndAll(deciding, pair, reason);
        if (pair.LastingLeg is not null) deciding.Tell(watcher, isGranted: false, reason);

        foreach (var leg in pair.Legs) deciding.Add(new LegDropped(watcher, leg.Leg.Id, reason));
        foreach (var poll in pair.Polls) deciding.Add(new PollDropped(watcher, poll.Leg.Id));
        deciding.Add(new UpstreamChanged(watcher, UpstreamState.Idle));
        // What it saw before tells the performer whether a closed state must precede the end.
        deciding.Add(new StateChanged(watcher, IsKnown: pair.IsGranted || pair.IsFeigned, []));
        deciding.Add(new AuthorizationChanged(watcher, AuthorizationPhase.Denied, deciding.Now.AddSeconds(deciding.Settings.DeniedSeconds)));
    }

    /// <summary>Ends every leg and poll towards the watcher; a lasting leg that never saw anything has nothing to end.</summary>
    private static void EndAll(Deciding deciding, WatcherPair pair, PresenceReason reason)
    {
        foreach (var leg in pair.Legs)
        {
            if (!leg.IsLasting || pair.IsGranted || pair.IsFeigned) deciding.End(pair.Watcher, leg.Leg, reason);
        }

        foreach (var poll in pair.Polls) deciding.End(pair.Watcher, poll.Leg, PresenceReason.Expired);
    }

    private static bool IsKept(WatcherLeg? kept, Leg leg) =>
        kept is not null && kept.Leg.Id == leg.Id && kept.Leg.Document.Span.SequenceEqual(leg.Document.Span);

    /// <summary>A watcher has at most one lasting leg.</summary>
    private static void KeepLasting(Deciding deciding, Address watcher, Leg leg)
    {
        if (deciding.Find(watcher)?.LastingLeg is { } old && old.Leg.Id != leg.Id)
        {
            deciding.Add(new LegDropped(watcher, old.Leg.Id, PresenceReason.LegLost));
        }

        deciding.Add(new LegKept(watcher, leg, ExpiresAt: null));
    }
}
