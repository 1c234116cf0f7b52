using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>One effect under way; <see cref="Key"/> names its row in the outbox, if it has one.</summary>
internal sealed class EffectItem(PresenceEffect effect, EffectKey? key)
{
    public PresenceEffect Effect { get; } = effect;

    public EffectKey? Key { get; } = key;
}

/// <summary>
/// The effects of one watcher in one direction, in commit order and one at a time. Those that wait are coalesced: presence is level-triggered, so a newer
/// one makes an older one of the same kind needless.
/// </summary>
internal sealed class EffectLane(Address watcher, bool isUpstream)
{
    public Address Watcher { get; } = watcher;

    public bool IsUpstream { get; } = isUpstream;

    /// <summary>The first is being performed when <see cref="IsPerforming"/>.</summary>
    public List<EffectItem> Items { get; } = [];

    public bool IsPerforming { get; set; }

    /// <summary>A pause after "not now".</summary>
    public bool IsPausing { get; set; }

    /// <summary>"Not now" in a row.</summary>
    public int Attempts { get; set; }

    /// <summary>Puts the effect in its place; returns the ones it makes needless through <paramref name="needless"/>.</summary>
    public void Add(EffectItem item, List<EffectItem> needless)
    {
        for (var i = Items.Count - 1; i >= (IsPerforming ? 1 : 0); i--)
        {
            var old = Items[i];
            if (Covers(old.Effect, item.Effect))
            {
                needless.Add(item);
                return;
            }

            if (!Replaces(item.Effect, old.Effect)) continue;
            needless.Add(old);
            Items.RemoveAt(i);
        }

        Items.Add(item);
    }

    /// <summary>The waiting effect will read the newest state anyway.</summary>
    private static bool Covers(PresenceEffect waiting, PresenceEffect news) => (waiting, news) switch
    {
        (Show w, Show n) => w.LegId.Length == 0 || w.LegId == n.LegId,
        (End w, End n) => w.Leg.Id == n.Leg.Id,
        _ => false,
    };

    private static bool Replaces(PresenceEffect news, PresenceEffect waiting) => (news, waiting) switch
    {
        (Show { LegId.Length: 0 }, Show) => true,
        (End n, Show w) => w.LegId == n.Leg.Id,
        (Tell, Tell) => true,
        // An end of another dialog must still be said: the newer asking is not about it.
        (AskUpstream n, AskUpstream w) => w.Leg is null || w.Leg.Id == n.Leg?.Id,
        _ => false,
    };
}

/// <summary>The lanes of one unit; most units have none most of the time.</summary>
internal sealed class EffectLanes
{
    private readonly List<EffectLane> _lanes = [];

    public bool IsEmpty => _lanes.Count == 0;

    public IReadOnlyList<EffectLane> All => _lanes;

    public EffectLane? Find(Address watcher, bool isUpstream)
    {
        foreach (var lane in _lanes)
        {
            if (lane.IsUpstream == isUpstream && lane.Watcher == watcher) return lane;
        }

        return null;
    }

    /// <summary>Whether one of them is about to perform this stored effect.</summary>
    public bool Hold(EffectKey key)
    {
        foreach (var lane in _lanes)
        {
            if (lane.Items.Exists(item => item.Key == key)) return true;
        }

        return false;
    }

    public EffectLane Open(Address watcher, bool isUpstream)
    {
        var lane = new EffectLane(watcher, isUpstream);
        _lanes.Add(lane);
        return lane;
    }

    public void Close(EffectLane lane) => _lanes.Remove(lane);
}
