using Presence.Core;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>What the engine's parts share: ports, options, clock, and the way failures are told.</summary>
internal sealed class EngineParts
{
    private PresentitySettings? _settings;

    public required IPresenceStore Store { get; init; }

    public required IEffectPerformer Performer { get; init; }

    public required EngineOptions Options { get; init; }

    public required DeadlineClock Clock { get; init; }

    public required IEngineObserver? Observer { get; init; }

    public required long Epoch { get; init; }

    /// <summary>Set when the engine stops: performers give up, what is undone stays in the outbox.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>By what presentities decide now; the options' until they are replaced.</summary>
    public PresentitySettings Settings
    {
        get => Volatile.Read(ref _settings) ?? Options.Settings;
        set => Volatile.Write(ref _settings, value);
    }

    public EngineMetrics Metrics { get; set; } = null!;

    public Committer Committer { get; set; } = null!;

    public DueWatch DueWatch { get; set; } = null!;

    public void Report(EngineReason reason, string what, Exception? cause)
    {
        Metrics.Failed(reason);
        Observer?.OnFailure(reason, what, cause);
    }

    /// <summary>Begins work on the injected scheduler; its failures are its own to report.</summary>
    public void Start(Func<Task> work) => _ = Begin(work);

    public void Start(Action<object?> work, object state) =>
        _ = Task.Factory.StartNew(work, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Options.Scheduler);

    public Task Begin(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, Options.Scheduler).Unwrap();
}
