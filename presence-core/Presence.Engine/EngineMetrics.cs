using System.Diagnostics.Metrics;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>The engine's instruments, meter <c>gateway.engine</c>. Labels come from closed enums and type names.</summary>
internal sealed class EngineMetrics : IDisposable
{
    public const string MeterName = "gateway.engine";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _commands;
    private readonly Counter<long> _effects;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _failures;
    private readonly Histogram<int> _batchUnits;

    public EngineMetrics(Func<long> unitsCached, Func<long> commandsOpen, Func<long> effectsOpen)
    {
        _commands = _meter.CreateCounter<long>("gateway_engine_commands_total", description: "Commands answered, by kind and reason.");
        _effects = _meter.CreateCounter<long>("gateway_engine_effects_total", description: "Effects handed to the performer, by kind and verdict.");
        _commits = _meter.CreateCounter<long>("gateway_engine_commits_total", description: "Unit commits, by verdict.");
        _failures = _meter.CreateCounter<long>("gateway_engine_failures_total", description: "Failures inside the engine, by reason.");
        _batchUnits = _meter.CreateHistogram<int>("gateway_engine_batch_units", description: "Units committed together.");
        _meter.CreateObservableGauge("gateway_engine_cached_units", unitsCached, description: "Units in memory.");
        _meter.CreateObservableGauge("gateway_engine_open_commands", commandsOpen, description: "Commands taken and not yet answered.");
        _meter.CreateObservableGauge("gateway_engine_open_effects", effectsOpen, description: "Effects waiting or being performed.");
    }

    public void Answered(PresentityCommand command, PresenceReason reason)
    {
        if (_commands.Enabled) _commands.Add(1, new("kind", command.GetType().Name), new("reason", Name(reason)));
    }

    public void Performed(PresenceEffect effect, EffectVerdict verdict)
    {
        if (_effects.Enabled) _effects.Add(1, new("kind", effect.GetType().Name), new("verdict", verdict == EffectVerdict.Done ? "done" : "retry"));
    }

    public void Committed(CommitVerdict verdict)
    {
        if (_commits.Enabled) _commits.Add(1, new KeyValuePair<string, object?>("verdict", verdict.ToString()));
    }

    public void Failed(EngineReason reason) => _failures.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Batch(int units) => _batchUnits.Record(units);

    public void Dispose() => _meter.Dispose();

    private static string Name(PresenceReason reason) => reason.ToString();
}
