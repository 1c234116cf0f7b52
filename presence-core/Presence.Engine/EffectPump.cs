using Presence.Core;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>
/// Hands committed effects of a shard's units to the performer: in commit order per watcher and direction, without one watcher waiting for another. What says "not
/// now" is tried again with back-off; what is done leaves the outbox with the next batch.
/// </summary>
internal sealed class EffectPump(Shard shard, EngineParts parts)
{
    private readonly HashSet<EffectKey> _unflushed = [];
    private readonly List<EffectItem> _needless = [];
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Takes the effects of one commit.</summary>
    public void Take(UnitEntry entry, List<EffectItem> effects)
    {
        foreach (var item in effects) Take(entry, item);
    }

    /// <summary>
    /// Takes what a load found undone; what was done and only its mark is on the way is left out, and so is what a lane holds already: a unit that is loaded again within one life still has
    /// its lanes, and beside them may stand the effects of a commit whose outcome was unknown.
    /// </summary>
    public void TakeUndone(UnitEntry entry, List<EffectItem> effects)
    {
        foreach (var item in effects)
        {
            if (!_unflushed.Contains(item.Key!.Value) && !entry.Lanes.Hold(item.Key.Value)) Take(entry, item);
        }
    }

    public void Performed(UnitEntry entry, EffectLane lane, EffectVerdict verdict)
    {
        lane.IsPerforming = false;
        if (Settle(entry, lane, verdict)) Pump(entry, lane);
    }

    public void Retry(UnitEntry entry, EffectLane lane, int attempt)
    {
        if (!lane.IsPausing || lane.Attempts != attempt) return;
        lane.IsPausing = false;
        Pump(entry, lane);
    }

    public void Flushed(IReadOnlyList<EffectKey> keys)
    {
        foreach (var key in keys) _unflushed.Remove(key);
    }

    private void Take(UnitEntry entry, EffectItem item)
    {
        var isUpstream = item.Effect is AskUpstream;
        var lane = entry.Lanes.Find(item.Effect.Watcher, isUpstream) ?? entry.Lanes.Open(item.Effect.Watcher, isUpstream);
        var before = lane.Items.Count;
        lane.Add(item, _needless);
        Interlocked.Add(ref _open, lane.Items.Count - before);
        foreach (var needless in _needless) Done(needless);
        _needless.Clear();
        if (!lane.IsPerforming && !lane.IsPausing) Pump(entry, lane);
    }

    private void Pump(UnitEntry entry, EffectLane lane)
    {
        while (lane.Items.Count > 0)
        {
            var effect = lane.Items[0].Effect;
            lane.IsPerforming = true;
            ValueTask<EffectVerdict> performing;
            try
            {
                performing = parts.Performer.PerformAsync(effect, entry.State.View(effect.Watcher, entry.Version), parts.Stopping);
            }
            catch (Exception fault)
            {
                performing = ValueTask.FromException<EffectVerdict>(fault);
            }

            if (!performing.IsCompletedSuccessfully)
            {
                _ = AwaitAsync(entry, lane, effect, performing);
                return;
            }

            lane.IsPerforming = false;
            if (!Settle(entry, lane, performing.Result)) return;
        }

        entry.Lanes.Close(lane);
        shard.MayForget();
    }

    private async Task AwaitAsync(UnitEntry entry, EffectLane lane, PresenceEffect effect, ValueTask<EffectVerdict> performing)
    {
        var verdict = EffectVerdict.Retry;
        try
        {
            verdict = await performing;
        }
        catch (OperationCanceledException) when (parts.Stopping.IsCancellationRequested)
        {
            verdict = EffectVerdict.Retry;   // stays in the outbox for the next start
        }
        catch (Exception fault)
        {
            parts.Report(EngineReason.PerformerFailed, $"performing {effect.GetType().Name}", fault);
        }

        shard.Post(new PerformedWork(entry, lane, verdict));
    }

    /// <returns>Whether the lane may go on with its next effect now.</returns>
    private bool Settle(UnitEntry entry, EffectLane lane, EffectVerdict verdict)
    {
        var item = lane.Items[0];
        parts.Metrics.Performed(item.Effect, verdict);
        if (verdict == EffectVerdict.Retry && parts.Stopping.IsCancellationRequested) return false;
        if (verdict == EffectVerdict.Retry && lane.Attempts < parts.Options.EffectAttemptsMax)
        {
            lane.Attempts++;
            lane.IsPausing = true;
            var options = parts.Options;
            var seconds = Math.Min(options.EffectRetrySecondsMax, options.EffectRetrySecondsMin * Math.Pow(2, Math.Min(lane.Attempts - 1, 20)));
            var retry = new RetryWork(entry, lane, lane.Attempts);
            parts.Clock.After(TimeSpan.FromSeconds(seconds), () => shard.Post(retry));
            return false;
        }

        if (verdict == EffectVerdict.Retry) parts.Report(EngineReason.EffectGivenUp, item.Effect.GetType().Name, cause: null);
        lane.Attempts = 0;
        lane.Items.RemoveAt(0);
        Interlocked.Decrement(ref _open);
        Done(item);
        return true;
    }

    private void Done(EffectItem item)
    {
        if (item.Key is not { } key) return;
        _unflushed.Add(key);
        parts.Committer.MarkDone(shard, key);
    }
}
