using Presence.Core;
using Presence.Core.Documents;
using Presence.Core.Model;
using Presence.Core.Ports;
using Presence.Core.Upstream;
using Presence.Core.Watching;

namespace Presence.Engine;

/// <summary>
/// Decides the commands that wait at one unit, one ahead of the other, and makes one commit of them. A unit under an older epoch is resumed first.
/// What needs no fact is answered without the store.
/// </summary>
internal sealed class UnitDecider(EngineParts parts, DocumentWriter writer)
{
    private readonly HashSet<Address> _changed = [];
    private readonly HashSet<Address> _legsChanged = [];

    public PendingCommit? Decide(Shard shard, UnitEntry entry)
    {
        _changed.Clear();
        _legsChanged.Clear();
        var (state, now) = (entry.State, parts.Clock.Now);
        var answers = new List<(CommandWork Work, PresenceReply Reply)>(entry.Mailbox.Count);
        var effects = new List<PresenceEffect>();
        var hasFacts = false;

        if (state.Epoch < parts.Epoch && entry.Mailbox.Count > 0) state = Fold(state, new Resume(parts.Epoch), now, effects, ref hasFacts).State;
        while (answers.Count < parts.Options.DecisionsPerCommitMax && entry.Mailbox.TryPeek(out var work))
        {
            Decision decision;
            try
            {
                decision = Fold(state, work.Command, now, effects, ref hasFacts);
            }
            catch
            {
                // The bug is this command's: those decided before it wait for another turn, this one is refused by the caller with the rest of the mailbox.
                foreach (var (earlier, _) in answers) earlier.Answer(PresenceReply.Refused(PresenceReason.StoreUnavailable));
                throw;
            }

            entry.Mailbox.Dequeue();
            state = decision.State;
            answers.Add((work, decision.Reply));
            if (work.IsFromTime && decision.Facts.Count == 0) hasFacts |= Redate(state);
        }

        if (hasFacts) return Commit(shard, entry, state, answers, effects);
        foreach (var (work, reply) in answers) work.Answer(reply);
        shard.Effects.Take(entry, effects.ConvertAll(e => new EffectItem(e, key: null)));
        return null;
    }

    private Decision Fold(PresentityState state, PresentityCommand command, DateTimeOffset now, List<PresenceEffect> effects, ref bool hasFacts)
    {
        var jitter = command is UpstreamFailed or UpstreamEnded ? parts.Options.Ids.NextJitter() : 0;
        var decision = Presentity.Decide(state, command, now, parts.Settings, jitter);
        effects.AddRange(decision.Effects);
        hasFacts |= decision.Facts.Count > 0;
        foreach (var fact in decision.Facts)
        {
            if (fact is EpochTaken) continue;
            _changed.Add(fact.Watcher);
            if (fact is LegDropped or PollDropped or PairDropped or UpstreamChanged) _legsChanged.Add(fact.Watcher);
        }

        return decision;
    }

    /// <summary>The store held a deadline the unit does not know (other settings, or twice): the true ones are written, else it would ring for ever.</summary>
    private bool Redate(PresentityState state)
    {
        foreach (var pair in state.Pairs.Keys) _changed.Add(pair);
        return state.Pairs.Count > 0;
    }

    private PendingCommit Commit(
        Shard shard, UnitEntry entry, PresentityState state, List<(CommandWork Work, PresenceReply Reply)> answers, List<PresenceEffect> effects)
    {
        var version = entry.Version + 1;
        var items = new List<EffectItem>(effects.Count);
        var stored = new List<StoredEffect>();
        foreach (var effect in effects)
        {
            EffectKey? key = null;
            if (EffectDocument.IsStored(effect))
            {
                key = new EffectKey(entry.Address, version, stored.Count);
                stored.Add(new StoredEffect(version, stored.Count, EffectDocument.Write(writer, effect)));
            }

            items.Add(new EffectItem(effect, key));
        }

        var (kept, dropped) = (new List<StoredPair>(_changed.Count), new List<Address>());
        foreach (var watcher in _changed)
        {
            if (state.Find(watcher) is { } pair) kept.Add(Store(pair));
            else dropped.Add(watcher);
        }

        var commit = new UnitCommit(entry.Address, parts.Options.Ids.NextId(), entry.Version, state.Epoch)
        {
            Kept = kept,
            Dropped = dropped,
            Effects = stored,
            Sequences = Sequences(entry, state, items),
        };
        return new PendingCommit(shard, entry, state, commit) { Answers = answers, Effects = items };
    }

    private StoredPair Store(WatcherPair pair) => new(
        pair.Watcher, PairDocument.Write(writer, pair), PresentityState.DueAt(pair, parts.Settings), pair.IsListening);

    /// <summary>
    /// Whose sequence numbers are still needed: the pair's own legs, and those that undone effects must speak in. Not while the upstream is being asked: its
    /// new dialog has numbers already and no place in the state yet.
    /// </summary>
    private List<KeptSequences> Sequences(UnitEntry entry, PresentityState state, List<EffectItem> items)
    {
        var sequences = new List<KeptSequences>();
        foreach (var watcher in _legsChanged)
        {
            var pair = state.Find(watcher);
            if (pair?.Upstream.Phase == UpstreamPhase.Trying) continue;
            var ids = new List<string>();
            foreach (var leg in pair?.Legs ?? []) ids.Add(leg.Leg.Id);
            foreach (var poll in pair?.Polls ?? []) ids.Add(poll.Leg.Id);
            if (pair?.Upstream.Leg is { } upstream) ids.Add(upstream.Id);
            foreach (var item in items) AddLeg(ids, watcher, item.Effect);
            foreach (var lane in entry.Lanes.All)
            {
                foreach (var item in lane.Items) AddLeg(ids, watcher, item.Effect);
            }

            sequences.Add(new KeptSequences(watcher, ids));
        }

        return sequences;
    }

    private static void AddLeg(List<string> ids, Address watcher, PresenceEffect effect)
    {
        if (effect.Watcher != watcher) return;
        if (effect is End end) ids.Add(end.Leg.Id);
        if (effect is AskUpstream { Leg: { } leg }) ids.Add(leg.Id);
    }
}
