using Presence.Core.Model;
using Presence.Core.Upstream;

namespace Presence.Core.Watching;

/// <summary>One answer and no more: RFC 6665 §4.4.3. A poll never asks for an authorization; who has none sees nothing.</summary>
internal static class Polls
{
    public static PresenceReply On(Deciding deciding, Poll poll)
    {
        var watcher = poll.Watcher;
        if (Presentity.IsTooLarge(poll.Leg, deciding.Settings)) return PresenceReply.Refused(PresenceReason.LegTooLarge);
        if (deciding.Settings.Access.IsBlocked(deciding.Presentity, watcher)) return PresenceReply.Refused(PresenceReason.Blocked);

        var pair = deciding.Find(watcher);
        var isCold = pair is { IsGranted: true } && (!pair.IsKnown || pair.Upstream.Phase is UpstreamPhase.None or UpstreamPhase.Trying);
        if (!isCold)
        {
            deciding.End(watcher, poll.Leg, PresenceReason.Expired);
            return PresenceReply.Accepted();
        }

        if (pair!.Polls.Length >= deciding.Settings.LegsMax) return PresenceReply.Refused(PresenceReason.LimitReached);
        deciding.Add(new PollKept(watcher, poll.Leg, deciding.Now.AddSeconds(deciding.Settings.PollAnswerSeconds)));
        Upstreams.Want(deciding, watcher);
        return PresenceReply.Accepted();
    }

    /// <summary>Answers every poll of the pair with what is known now, or only those that waited long enough.</summary>
    public static void Answer(Deciding deciding, Address watcher, bool onlyDue)
    {
        var polls = deciding.Get(watcher).Polls;
        if (polls.IsEmpty) return;
        foreach (var poll in polls)
        {
            if (onlyDue && poll.AnswerBy > deciding.Now) continue;
            deciding.Add(new PollDropped(watcher, poll.Leg.Id));
            deciding.End(watcher, poll.Leg, PresenceReason.Expired);
        }

        Watches.AfterLegs(deciding, watcher, isByWatcher: false);
    }
}
