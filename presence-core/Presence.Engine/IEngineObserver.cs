namespace Presence.Engine;

/// <summary>What went wrong inside the engine, for log and metric. Public name: <c>engine.Member</c>.</summary>
public enum EngineReason
{
    None,

    /// <summary>The store failed; commands were answered with <see cref="Presence.Core.Model.PresenceReason.StoreUnavailable"/>.</summary>
    StoreFailed,

    /// <summary>A unit lost the race for its version too often.</summary>
    StaleTooOften,

    /// <summary>A stored document cannot be read; its unit is refused until it is repaired.</summary>
    DocumentUnreadable,

    /// <summary>The performer threw: a bug there; the effect is tried again.</summary>
    PerformerFailed,

    /// <summary>An effect could not be performed for too long.</summary>
    EffectGivenUp,

    /// <summary>The engine's own fault: a decision or a step of the engine threw.</summary>
    Bug,
}

/// <summary>Hears of the engine's failures; the host turns them into log lines. Called from the engine's threads: must not block.</summary>
public interface IEngineObserver
{
    void OnFailure(EngineReason reason, string what, Exception? cause);
}
