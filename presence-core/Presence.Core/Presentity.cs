using System.Collections.Immutable;
using System.Diagnostics;
using Presence.Core.Authorization;
using Presence.Core.Composition;
using Presence.Core.Model;
using Presence.Core.Upstream;
using Presence.Core.Watching;

namespace Presence.Core;

/// <summary>
/// One presentity: its watchers, their authorizations, the subscriptions made upstream in their names, and what came back (RFC 6665 §4.2, RFC 8048 §5).
/// Pure: the same state, command, time, settings and jitter give the same facts and effects on every engine.
/// </summary>
/// <remarks>
/// <code>
///   watcher ──Watch, Poll, RequestAuthorization──▸ pair ──AskUpstream──▸ presentity's home
///   watcher ◂──────────Show, End, Tell──────────── pair ◂──Upstream…──── presentity's home
///
///   authorization:  None ──asked──▸ Asked ──UpstreamGranted──▸ Granted        either ──UpstreamDenied──▸ Denied
///   upstream:       None ──asked──▸ Trying ──accepted──▸ Pending ──granted──▸ Active ──failed, ended──▸ RetryWait ──time──▸ Trying
/// </code>
/// </remarks>
public static class Presentity
{
    /// <param name="state">The unit as last committed (or decided ahead).</param>
    /// <param name="command">What happens.</param>
    /// <param name="now">The time it happens at.</param>
    /// <param name="settings">Lifetimes and limits; the defaults when null.</param>
    /// <param name="jitter">A number from 0 to 1 that spreads retries.</param>
    public static Decision Decide(PresentityState state, PresentityCommand command, DateTimeOffset now, PresentitySettings? settings = null, double jitter = 0.5)
    {
        var deciding = new Deciding(state, Milliseconds(now), settings ?? PresentitySettings.Default, jitter);
        if (!deciding.Settings.Access.IsEmpty && command is not (Resume or Reconsider or Expire)) AccessRules.Apply(deciding, command.Watcher);
        var reply = command switch
        {
            Watch watch => Watches.On(deciding, watch),
            Unwatch unwatch => Watches.On(deciding, unwatch),
            Poll poll => Polls.On(deciding, poll),
            LegLost lost => Watches.On(deciding, lost),
            LegChanged changed => Watches.On(deciding, changed),
            RequestAuthorization request => Authorizations.On(deciding, request),
            WithdrawAuthorization withdraw => Authorizations.On(deciding, withdraw),
            Probe probe => Authorizations.On(deciding, probe),
            UpstreamGranted granted => Authorizations.On(deciding, granted),
            UpstreamDenied denied => Authorizations.On(deciding, denied),
            UpstreamAccepted accepted => Upstreams.On(deciding, accepted),
            UpstreamPending pending => Upstreams.On(deciding, pending),
            UpstreamShowed showed => Compositor.On(deciding, showed),
            UpstreamFailed failed => Upstreams.On(deciding, failed),
            UpstreamEnded ended => Upstreams.On(deciding, ended),
            AskAnew anew => Upstreams.On(deciding, anew),
            Expire => Expiry.On(deciding),
            Reconsider => AccessRules.On(deciding),
            Resume resume => Expiry.On(deciding, resume),
            _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
        };
        return deciding.Finish(reply);
    }

    /// <summary>Folds one fact into the state.</summary>
    public static PresentityState Apply(PresentityState state, PresentityFact fact)
    {
        if (fact is EpochTaken taken) return state with { Epoch = taken.Epoch };
        if (fact is PairDropped) return state with { Pairs = state.Pairs.Remove(fact.Watcher) };
        var pair = state.Find(fact.Watcher) ?? new WatcherPair(fact.Watcher);
        return state with { Pairs = state.Pairs.SetItem(fact.Watcher, Apply(pair, fact)) };
    }

    private static WatcherPair Apply(WatcherPair pair, PresentityFact fact) => fact switch
    {
        LegKept kept => pair with { Legs = Keep(pair.Legs, new WatcherLeg(kept.Leg, kept.ExpiresAt)) },
        LegDropped dropped => pair with { Legs = pair.Legs.RemoveAll(l => l.Leg.Id == dropped.LegId) },
        PollKept kept => pair with { Polls = pair.Polls.RemoveAll(p => p.Leg.Id == kept.Leg.Id).Add(new PollLeg(kept.Leg, kept.AnswerBy)) },
        PollDropped dropped => pair with { Polls = pair.Polls.RemoveAll(p => p.Leg.Id == dropped.LegId) },
        AuthorizationChanged changed => pair with { Authorization = changed.Phase, ForgetAt = changed.ForgetAt },
        UpstreamChanged changed => pair with { Upstream = changed.Upstream },
        StateChanged changed => pair with { IsKnown = changed.IsKnown, Fragments = changed.Fragments },
        _ => throw new UnreachableException($"No fold for {fact.GetType().Name}."),
    };

    private static ImmutableArray<WatcherLeg> Keep(ImmutableArray<WatcherLeg> legs, WatcherLeg leg)
    {
        for (var i = 0; i < legs.Length; i++)
        {
            if (legs[i].Leg.Id == leg.Leg.Id) return legs.SetItem(i, leg);
        }

        return legs.Add(leg);
    }

    /// <summary>Stored times have milliseconds: a state that was loaded equals the one that was kept.</summary>
    internal static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <summary>Whether a document and name may be kept at all.</summary>
    internal static bool IsTooLarge(Leg leg, PresentitySettings settings) =>
        leg.Document.Length > Leg.DocumentBytesMax || leg.Id.Length > settings.LegIdCharactersMax;
}
