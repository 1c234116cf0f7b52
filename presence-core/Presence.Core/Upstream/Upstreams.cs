using Presence.Core.Authorization;
using Presence.Core.Composition;
using Presence.Core.Model;
using Presence.Core.Watching;

namespace Presence.Core.Upstream;

/// <summary>
/// The subscription at the presentity's home, made in the watcher's name: RFC 6665 §4.1 as subscriber, RFC 8048 §5.2. "Wanted" is decided here and
/// survives everything; dialogs and their refresh timers belong to the side.
/// </summary>
internal static class Upstreams
{
    public static PresenceReply On(Deciding deciding, UpstreamAccepted accepted)
    {
        if (Presentity.IsTooLarge(accepted.Leg, deciding.Settings)) return PresenceReply.Refused(PresenceReason.LegTooLarge);
        if (deciding.Find(accepted.Watcher) is not { IsWanted: true } pair)
        {
            // Nobody listens any more: what was just opened must be closed again.
            deciding.Emit(new AskUpstream(deciding.Presentity, accepted.Watcher, UpstreamRequest.Pause, accepted.Leg));
            return PresenceReply.Accepted();
        }

        var latest = deciding.Now.AddSeconds(deciding.Settings.ExpiresSecondsMax);
        var expiresAt = Presentity.Milliseconds(accepted.ExpiresAt);
        deciding.Add(new UpstreamChanged(pair.Watcher, pair.Upstream with
        {
            Phase = pair.IsGranted ? UpstreamPhase.Active : UpstreamPhase.Pending,
            Leg = accepted.Leg,
            ExpiresAt = expiresAt < latest ? expiresAt : latest,
            RetryAt = null,
            OfflineAt = null,
            Attempts = 0,
        }));
        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, UpstreamPending pending)
    {
        // A presentity that was granted before and now hesitates keeps its authorization: only a refusal takes it away.
        if (deciding.Find(pending.Watcher) is { Authorization: AuthorizationPhase.Asked, IsWanted: true } pair && pair.Upstream.Phase != UpstreamPhase.Pending)
        {
            deciding.Add(new UpstreamChanged(pair.Watcher, pair.Upstream with { Phase = UpstreamPhase.Pending, RetryAt = null, Attempts = 0 }));
        }

        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, UpstreamFailed failed)
    {
        if (deciding.Find(failed.Watcher) is not { } pair || pair.Upstream.Phase == UpstreamPhase.None) return PresenceReply.Accepted();
        if (pair.Authorization == AuthorizationPhase.Asked && Refusal(failed.Condition) is { } reason)
        {
            return Authorizations.On(deciding, new UpstreamDenied(failed.Watcher, reason));
        }

        RetryLater(deciding, failed.Watcher, pair.Upstream, failed.RetryAfterSeconds);
        Polls.Answer(deciding, failed.Watcher, onlyDue: false);
        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, UpstreamEnded ended)
    {
        if (deciding.Find(ended.Watcher) is not { } pair || pair.Upstream.Phase == UpstreamPhase.None) return PresenceReply.Accepted();
        var gone = pair.Upstream with { Leg = null, ExpiresAt = null };
        // "At once" holds for a subscription that had stood a while; a home that ends each new one is asked at the pace of a failure.
        var isAtOnce = ended.RetryNow && pair.Upstream.AskedAt?.AddSeconds(deciding.Settings.RetrySecondsMin) <= deciding.Now;
        if (isAtOnce && pair.IsWanted)
        {
            deciding.Add(new UpstreamChanged(pair.Watcher, gone with { OfflineAt = OfflineAt(deciding, pair) }));
            Ask(deciding, pair.Watcher);
            return PresenceReply.Accepted();
        }

        RetryLater(deciding, pair.Watcher, gone, ended.RetryAfterSeconds);
        return PresenceReply.Accepted();
    }

    public static PresenceReply On(Deciding deciding, AskAnew anew)
    {
        if (deciding.Find(anew.Watcher) is not { IsWanted: true } pair) return PresenceReply.Refused(PresenceReason.UnknownWatcher);
        var upstream = pair.Upstream;
        deciding.Add(new UpstreamChanged(pair.Watcher, upstream with { Phase = UpstreamPhase.Trying, AskedAt = deciding.Now, RetryAt = null, IsShowOwed = pair.IsGranted }));

        // The authorization itself and not the state alone: a home that has forgotten it answers a probe with nothing. Where a dialog stands, the dialog is the authorization.
        deciding.Emit(new AskUpstream(deciding.Presentity, pair.Watcher, upstream.Leg is null ? UpstreamRequest.Subscribe : UpstreamRequest.Refresh, upstream.Leg));
        return PresenceReply.Accepted();
    }

    /// <summary>Asks again for an authorization that its home behaves as if it had given; not more often than the settings allow, and not where a dialog stands.</summary>
    public static void AskUnconfirmed(Deciding deciding, Address watcher)
    {
        var pair = deciding.Get(watcher);
        if (!pair.IsWanted || pair.Upstream.Leg is not null || pair.Upstream.Phase is not (UpstreamPhase.Trying or UpstreamPhase.Pending)) return;
        if (pair.Upstream.AskedAt?.AddSeconds(deciding.Settings.UnconfirmedAskSeconds) <= deciding.Now) Ask(deciding, watcher);
    }

    /// <summary>A new leg or poll wants the upstream: asks for the authorization if there is none, for the state if it may be stale.</summary>
    public static void Want(Deciding deciding, Address watcher)
    {
        if (AccessRules.IsFeigned(deciding, watcher)) return;
        var pair = deciding.Get(watcher);
        if (pair.Authorization is AuthorizationPhase.None or AuthorizationPhase.Denied)
        {
            deciding.Add(new AuthorizationChanged(watcher, AuthorizationPhase.Asked));
            deciding.Add(new StateChanged(watcher, IsKnown: false, []));
            deciding.Add(new UpstreamChanged(watcher, UpstreamState.Idle));
            Ask(deciding, watcher);
            return;
        }

        if (pair.Upstream.Phase == UpstreamPhase.None) Ask(deciding, watcher);
    }

    /// <summary>Nobody listens: the subscription rests, the authorization stays.</summary>
    public static void Pause(Deciding deciding, Address watcher)
    {
        var upstream = deciding.Get(watcher).Upstream;
        if (upstream.Phase == UpstreamPhase.None) return;
        deciding.Add(new UpstreamChanged(watcher, UpstreamState.Idle));
        deciding.Emit(new AskUpstream(deciding.Presentity, watcher, UpstreamRequest.Pause, upstream.Leg));
    }

    /// <summary>A new owner asks again for what is wanted; a pause after a failure is kept.</summary>
    public static void Resume(Deciding deciding, Address watcher)
    {
        if (deciding.Find(watcher) is not { IsWanted: true } pair) return;
        if (pair.Upstream.Phase != UpstreamPhase.RetryWait && !deciding.HasAsked(watcher)) Ask(deciding, watcher);
    }

    /// <summary>When time alone changes the upstream.</summary>
    public static DateTimeOffset? DueAt(WatcherPair pair, PresentitySettings settings)
    {
        var upstream = pair.Upstream;
        var due = upstream.Phase switch
        {
            UpstreamPhase.Trying => upstream.AskedAt?.AddSeconds(pair.IsGranted ? settings.RefreshAnswerSeconds : settings.AskAgainSeconds),
            UpstreamPhase.Pending or UpstreamPhase.Active => upstream.ExpiresAt?.AddSeconds(settings.UpstreamGraceSeconds),
            UpstreamPhase.RetryWait => upstream.RetryAt,
            _ => null,
        };
        return PresentityState.Earlier(due, upstream.OfflineAt);
    }

    /// <summary>Does what is due: offline after the grace time, a retry, a subscription whose usage was lost, an asking that was never answered.</summary>
    public static void Expire(Deciding deciding, Address watcher)
    {
        if (deciding.Get(watcher).Upstream.OfflineAt <= deciding.Now)
        {
            deciding.Add(new UpstreamChanged(watcher, deciding.Get(watcher).Upstream with { OfflineAt = null }));
            Compositor.Offline(deciding, watcher);
        }

        var pair = deciding.Get(watcher);
        if (!pair.IsWanted || DueAt(pair, deciding.Settings) is not { } due || due > deciding.Now) return;
        if (pair.Upstream.Phase == UpstreamPhase.Trying && pair.IsGranted)
        {
            // The home answered nothing, as some do for a contact that is offline (RFC 6121 §4.3.2 leaves it open).
            var expiresAt = pair.Upstream.Leg is null ? deciding.Now.AddSeconds(deciding.Settings.AskAgainSeconds) : pair.Upstream.ExpiresAt;
            deciding.Add(new UpstreamChanged(watcher, pair.Upstream with { Phase = UpstreamPhase.Active, OfflineAt = null, ExpiresAt = expiresAt }));
            Compositor.Offline(deciding, watcher);
            return;
        }

        if (pair.Upstream.Phase is UpstreamPhase.Pending or UpstreamPhase.Active)
        {
            deciding.Add(new UpstreamChanged(watcher, pair.Upstream with { Leg = null, ExpiresAt = null, OfflineAt = OfflineAt(deciding, pair) }));
        }

        Ask(deciding, watcher);
    }

    /// <summary>Asks the presentity's home. Where a dialog stands it is refreshed, whatever was decided; else the authorization tells what is asked.</summary>
    private static void Ask(Deciding deciding, Address watcher)
    {
        var pair = deciding.Get(watcher);
        var request = pair.IsGranted || pair.Upstream.Leg is not null ? UpstreamRequest.Refresh : UpstreamRequest.Subscribe;
        deciding.Add(new UpstreamChanged(watcher, pair.Upstream with
        {
            Phase = UpstreamPhase.Trying, AskedAt = deciding.Now, RetryAt = null, IsShowOwed = pair.IsGranted,
        }));
        deciding.Emit(new AskUpstream(deciding.Presentity, watcher, request, pair.Upstream.Leg));
    }

    private static void RetryLater(Deciding deciding, Address watcher, UpstreamState upstream, int? retryAfterSeconds)
    {
        var pair = deciding.Get(watcher);
        if (!pair.IsWanted)
        {
            deciding.Add(new UpstreamChanged(watcher, UpstreamState.Idle));
            return;
        }

        deciding.Add(new UpstreamChanged(watcher, upstream with
        {
            Phase = UpstreamPhase.RetryWait,
            Attempts = Math.Min(upstream.Attempts + 1, 1_000),
            RetryAt = deciding.Now.AddMilliseconds(Math.Round(PauseSeconds(deciding, upstream.Attempts, retryAfterSeconds) * 1_000)),
            OfflineAt = OfflineAt(deciding, pair),
        }));
    }

    private static double PauseSeconds(Deciding deciding, int attempts, int? retryAfterSeconds)
    {
        var settings = deciding.Settings;
        var doubled = Math.Min(settings.RetrySecondsMax, settings.RetrySecondsMin * Math.Pow(2, Math.Min(attempts, 20)));
        var spread = doubled * (0.85 + (0.15 * Math.Clamp(deciding.Jitter, 0, 1)));
        return Math.Max(spread, Math.Clamp(retryAfterSeconds ?? 0, 0, settings.RetryAfterSecondsMax));
    }

    /// <summary>When the watcher must see offline: once, counted from the first failure.</summary>
    private static DateTimeOffset? OfflineAt(Deciding deciding, WatcherPair pair) =>
        pair.Upstream.OfflineAt ?? (pair.IsGranted && pair.Fragments.Length > 0 ? deciding.Now.AddSeconds(deciding.Settings.OfflineGraceSeconds) : null);

    /// <summary>A failure that is an answer while nothing was granted; once granted the same words may be a passing fault of the far side's directory.</summary>
    private static PresenceReason? Refusal(Condition condition) => condition switch
    {
        Condition.ItemNotFound or Condition.Gone or Condition.JidMalformed => PresenceReason.NoSuchPresentity,
        Condition.Forbidden or Condition.NotAllowed => PresenceReason.Rejected,
        _ => null,
    };
}
