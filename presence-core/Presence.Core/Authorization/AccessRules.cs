using Presence.Core.Model;
using Presence.Core.Upstream;
using Presence.Core.Watching;

namespace Presence.Core.Authorization;

/// <summary>
/// The gateway's own rules applied to a pair, before anything else is decided about it: the one place that guards every path by which state could reach a watcher (RN-040). A rule that came is
/// seen by watchers that stand, a rule that went gives them back what their presentity's home grants.
/// </summary>
internal static class AccessRules
{
    /// <summary>Brings one pair in line with the rules; a watcher that is not known yet has nothing to bring.</summary>
    public static void Apply(Deciding deciding, Address watcher)
    {
        if (deciding.Find(watcher) is not { } pair) return;
        var action = deciding.Settings.Access.ActionOf(deciding.Presentity, watcher);
        if (action == AccessAction.Block) Refuse(deciding, pair);
        else if (action == AccessAction.PoliteBlock) Feign(deciding, pair);
        else if (pair.IsFeigned) Lift(deciding, pair);
    }

    public static PresenceReply On(Deciding deciding)
    {
        ApplyAll(deciding);
        return PresenceReply.Accepted();
    }

    /// <summary>Brings every pair in line: a new owner, or new rules.</summary>
    public static void ApplyAll(Deciding deciding)
    {
        foreach (var watcher in deciding.State.Pairs.Keys) Apply(deciding, watcher);
    }

    /// <summary>Whether the watcher is only shown a presentity that is away; the pair says so from now on.</summary>
    public static bool IsFeigned(Deciding deciding, Address watcher)
    {
        if (deciding.Settings.Access.ActionOf(deciding.Presentity, watcher) != AccessAction.PoliteBlock) return false;
        var pair = deciding.Get(watcher);
        if (!pair.IsFeigned) Begin(deciding, pair);
        return true;
    }

    private static void Refuse(Deciding deciding, WatcherPair pair)
    {
        if (pair.Authorization is AuthorizationPhase.Asked or AuthorizationPhase.Granted or AuthorizationPhase.Feigned) Authorizations.Refuse(deciding, pair, PresenceReason.Blocked);
    }

    private static void Feign(Deciding deciding, WatcherPair pair)
    {
        // Who was refused stays refused: to accept it now would tell more than it hides.
        if (pair.IsFeigned || pair.Authorization is AuthorizationPhase.None or AuthorizationPhase.Denied) return;
        var wasAsked = pair.Authorization == AuthorizationPhase.Asked;
        Begin(deciding, pair);
        if (wasAsked && pair.LastingLeg is not null) deciding.Tell(pair.Watcher, isGranted: true, PresenceReason.None);
        if (!pair.Legs.IsEmpty) deciding.Show(pair.Watcher, "");
    }

    private static void Begin(Deciding deciding, WatcherPair pair)
    {
        Upstreams.Pause(deciding, pair.Watcher);
        deciding.Add(new AuthorizationChanged(pair.Watcher, AuthorizationPhase.Feigned));
        deciding.Add(new StateChanged(pair.Watcher, IsKnown: true, []));
    }

    private static void Lift(Deciding deciding, WatcherPair pair)
    {
        // What the home would say is not known: it is asked as if the watcher had just come.
        deciding.Add(new AuthorizationChanged(pair.Watcher, AuthorizationPhase.None));
        deciding.Add(new StateChanged(pair.Watcher, IsKnown: false, []));
        if (pair.IsListening) Upstreams.Want(deciding, pair.Watcher);
    }
}
