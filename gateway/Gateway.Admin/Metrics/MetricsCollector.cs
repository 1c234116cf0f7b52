using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;

namespace Gateway.Admin.Metrics;

/// <summary>
/// Listens to every instrument of the rooms (meters named <c>gateway.*</c> and <c>presence.*</c>) and writes them as Prometheus text. One per process: what is recorded before it exists is lost.
/// </summary>
public sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> instruments = new();
    private readonly LabelGuard guard = new();
    private readonly Lock scraping = new();
    private readonly Func<string, bool> isOurs;

    public MetricsCollector() : this(IsRoomMeter)
    {
    }

    /// <summary>For tests that must not see the meters of their neighbours.</summary>
    public MetricsCollector(Func<string, bool> isOurs)
    {
        this.isOurs = isOurs;
        listener.InstrumentPublished = Publish;
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        listener.Start();
    }

    public static string ContentType => PrometheusText.ContentType;

    /// <summary>Names of the configured peers: the only values of the label <c>peer</c> besides <c>other</c>.</summary>
    public void KnowPeers(IEnumerable<string> names) => guard.Know("peer", names);

    /// <summary>Everything as text, instruments in the order of their names.</summary>
    public string Write()
    {
        var text = new StringBuilder(16 * 1_024);
        lock (scraping)
        {
            foreach (var (_, series) in instruments)
                if (series.IsObserved) series.BeginObservation();
            listener.RecordObservableInstruments();
            foreach (var series in instruments.Values.OrderBy(s => s.Name, StringComparer.Ordinal)) PrometheusText.Write(text, series);
        }

        WriteProcess(text);
        return text.ToString();
    }

    /// <summary>Each instrument seen so far with what it says of itself: the source of <c>docs/metrics.md</c>.</summary>
    public IReadOnlyList<(string Name, string Type, string Unit, string Help)> Describe() =>
    [
        .. instruments
            .Select(i => (i.Value.Name, i.Value.IsHistogram ? "histogram" : i.Value.IsCounter ? "counter" : "gauge", i.Key.Unit ?? "", i.Value.Help))
            .DistinctBy(i => i.Name)
            .OrderBy(i => i.Name, StringComparer.Ordinal),
    ];

    public void Dispose() => listener.Dispose();

    private static bool IsRoomMeter(string name) =>
        name.StartsWith("gateway.", StringComparison.OrdinalIgnoreCase) || name.StartsWith("presence.", StringComparison.OrdinalIgnoreCase);

    private void Publish(Instrument instrument, MeterListener to)
    {
        if (isOurs(instrument.Meter.Name)) to.EnableMeasurementEvents(instrument, instruments.GetOrAdd(instrument, i => new InstrumentSeries(i, guard)));
    }

    private static void WriteProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        PrometheusText.WriteHead(text, "process_cpu_seconds_total", "CPU time of the process, user and system.", "counter");
        PrometheusText.WriteSample(text, "process_cpu_seconds_total", "", process.TotalProcessorTime.TotalSeconds);
        PrometheusText.WriteHead(text, "process_resident_memory_bytes", "Memory of the process that is in RAM.", "gauge");
        PrometheusText.WriteSample(text, "process_resident_memory_bytes", "", process.WorkingSet64);
        PrometheusText.WriteHead(text, "process_start_time_seconds", "When the process started, seconds since 1970.", "gauge");
        PrometheusText.WriteSample(text, "process_start_time_seconds", "", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        PrometheusText.WriteHead(text, "dotnet_gc_heap_bytes", "Managed memory in use.", "gauge");
        PrometheusText.WriteSample(text, "dotnet_gc_heap_bytes", "", GC.GetTotalMemory(forceFullCollection: false));
    }
}
