using System.Collections.Immutable;
using Presence.Core.Model;
using Presence.Core.Upstream;
using Presence.Core.Watching;

namespace Presence.Core.Composition;

/// <summary>
/// Makes one state of what a presentity's endpoints say (RFC 3903 §6, RFC 8048 §6.2: the most available first) and shows it when a watcher could see the difference.
/// </summary>
internal static class Compositor
{
    public static PresenceReply On(Deciding deciding, UpstreamShowed showed)
    {
        var watcher = showed.Watcher;
        if (deciding.Find(watcher) is not { } pair || pair.Authorization is not (AuthorizationPhase.Asked or AuthorizationPhase.Granted)) return PresenceReply.Accepted();

        // The answers to a refresh come one endpoint at a time: the first begins the set anew, so that endpoints which left unseen do not stay for ever.
        var isNewSet = showed.IsFullState || pair.Upstream.IsShowOwed;
        var fragments = Fragments.Merge(isNewSet ? [] : pair.Fragments, showed.Fragments, deciding.Settings);
        var isSame = Fragments.LookSame(pair.Fragments, fragments);
        var isChange = !isSame || !pair.IsKnown;
        if (isChange) deciding.Add(new StateChanged(watcher, IsKnown: true, fragments));

        var isOwed = pair.Upstream.IsShowOwed;
        var next = Standing(pair);
        if (next != pair.Upstream) deciding.Add(new UpstreamChanged(watcher, next));
        if (!pair.IsGranted)
        {
            // Presence of somebody who has not agreed: its home thinks that it has, or forgot half of it (RN-049). It stays unseen, and the home is asked once more.
            if (!fragments.IsEmpty) Upstreams.AskUnconfirmed(deciding, watcher);
            return PresenceReply.Accepted();
        }

        if (isChange || isOwed) ShowAll(deciding, pair);
        Polls.Answer(deciding, watcher, onlyDue: false);
        return PresenceReply.Accepted();
    }

    /// <summary>Shows the presentity offline because its home cannot be heard.</summary>
    public static void Offline(Deciding deciding, Address watcher)
    {
        var pair = deciding.Get(watcher);
        var isOwed = pair.Upstream.IsShowOwed;
        if (pair.IsKnown && pair.Fragments.IsEmpty && !isOwed) return;
        if (!pair.IsKnown || !pair.Fragments.IsEmpty) deciding.Add(new StateChanged(watcher, IsKnown: true, []));
        if (isOwed) deciding.Add(new UpstreamChanged(watcher, pair.Upstream with { IsShowOwed = false }));
        if (pair.IsGranted) ShowAll(deciding, pair);
    }

    /// <summary>State that arrives proves the upstream stands, unless it was paused; while nothing is granted the phase waits for the decision.</summary>
    private static UpstreamState Standing(WatcherPair pair)
    {
        var upstream = pair.Upstream;
        if (!pair.IsGranted || upstream.Phase == UpstreamPhase.None) return upstream;
        return upstream with { Phase = UpstreamPhase.Active, RetryAt = null, OfflineAt = null, Attempts = 0, IsShowOwed = false };
    }

    private static void ShowAll(Deciding deciding, WatcherPair pair)
    {
        if (!pair.Legs.IsEmpty) deciding.Show(pair.Watcher, "");
    }
}
