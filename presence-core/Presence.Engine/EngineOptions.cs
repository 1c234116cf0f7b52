using Presence.Core;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>How the engine runs: its name, its bounds, and what it runs on. The defaults serve one node.</summary>
public sealed record EngineOptions
{
    /// <summary>This node's name in the store.</summary>
    public string Node { get; init; } = "gateway";

    public PresentitySettings Settings { get; init; } = PresentitySettings.Default;

    /// <summary>Where all work of the engine runs; a simulation gives one that runs on one thread.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>
    /// Opened before and disposed after a few steps of a shard, on one thread: what the effects performed in between send may leave gathered. Null gathers nothing.
    /// </summary>
    public Func<IDisposable>? Gather { get; init; }

    public IIdSource Ids { get; init; } = new RandomIds();

    /// <summary>Units are spread over so many owners that work at the same time.</summary>
    public int Shards { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>Units kept in memory; beyond it the ones idle longest are forgotten and loaded again when needed.</summary>
    public int UnitsMax { get; init; } = 50_000;

    /// <summary>Commands taken and not yet answered, whole engine; beyond it the answer is Busy.</summary>
    public int CommandsMax { get; init; } = 100_000;

    /// <summary>Commands waiting at one unit; beyond it the answer is Busy.</summary>
    public int CommandsPerUnitMax { get; init; } = 5_000;

    /// <summary>Commands decided on one unit before they are committed together.</summary>
    public int DecisionsPerCommitMax { get; init; } = 256;

    /// <summary>Units committed in one batch.</summary>
    public int UnitsPerBatchMax { get; init; } = 2_000;

    /// <summary>How often a lost race for a version is run again before the answer is Busy.</summary>
    public int StaleMax { get; init; } = 8;

    /// <summary>Units woken per second after a start: their peers are asked again at this pace at most.</summary>
    public int WakesPerSecond { get; init; } = 500;

    public int EffectRetrySecondsMin { get; init; } = 1;

    public int EffectRetrySecondsMax { get; init; } = 60;

    /// <summary>An effect that could not be performed so often is given up; time and the next start bring the watcher right.</summary>
    public int EffectAttemptsMax { get; init; } = 1_000;

    /// <summary>How long a performed effect may stay in the store's outbox when no other commit takes its mark along.</summary>
    public int DoneFlushSeconds { get; init; } = 1;

    /// <summary>How long <see cref="PresenceEngine.StopAsync"/> waits for what was taken.</summary>
    public int StopSecondsMax { get; init; } = 10;

    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>(Settings.Faults());
        if (Shards < 1 || UnitsMax < Shards) faults.Add("Shards must be at least 1 and UnitsMax at least as many.");
        if (CommandsMax < 1 || CommandsPerUnitMax < 1 || DecisionsPerCommitMax < 1 || UnitsPerBatchMax < 1) faults.Add("Bounds must be at least 1.");
        if (StaleMax < 1 || WakesPerSecond < 1 || EffectAttemptsMax < 1) faults.Add("StaleMax, WakesPerSecond and EffectAttemptsMax must be at least 1.");
        if (EffectRetrySecondsMin < 1 || EffectRetrySecondsMin > EffectRetrySecondsMax) faults.Add("EffectRetrySecondsMin must lie between 1 and EffectRetrySecondsMax.");
        return faults;
    }
}
