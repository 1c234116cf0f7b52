namespace Presence.Core.Ports;

/// <summary>Performs committed effects: the gateway's crossing. Called by the engine only after the facts are durable, in commit order per unit.</summary>
public interface IEffectPerformer
{
    /// <summary>
    /// Makes the effect true with the view read at or after its version (null when the pair is gone). Returns when it was handed over or definitely cannot be;
    /// outcomes of the far side come back as commands. <see cref="EffectVerdict.Retry"/> keeps the effect in the outbox.
    /// </summary>
    ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, CancellationToken cancellation);
}

/// <summary>What became of an effect.</summary>
public enum EffectVerdict
{
    Done,

    /// <summary>Not now (link down, queue full): the engine tries again later with the state of then.</summary>
    Retry,
}
