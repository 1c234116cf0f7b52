using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Gateway.Admin.Metrics;

/// <summary>One instrument with all its series. The way to a series that exists takes one look-up; labels are judged and escaped only when a series is made.</summary>
internal sealed class InstrumentSeries
{
    public const int SeriesMax = 4_096;

    private static readonly double[] SecondsBounds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];
    private static readonly double[] OtherBounds = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];

    private readonly LabelGuard guard;
    private readonly ConcurrentDictionary<string, Series> byRawKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Series> byLabels = new(StringComparer.Ordinal);

    public InstrumentSeries(Instrument instrument, LabelGuard guard)
    {
        this.guard = guard;
        var kind = instrument.GetType().Name;
        IsHistogram = kind.StartsWith("Histogram", StringComparison.Ordinal);
        IsObserved = instrument.IsObservable;
        IsCounter = kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal);
        IsGauge = kind.StartsWith("Gauge", StringComparison.Ordinal);
        Name = PrometheusName(instrument.Name, IsCounter);
        Help = instrument.Description is { Length: > 0 } text ? text : instrument.Name;
        if (IsHistogram) Bounds = AdviceOf(instrument) ?? (instrument.Unit == "s" ? SecondsBounds : OtherBounds);
    }

    public string Name { get; }

    public string Help { get; }

    public bool IsHistogram { get; }

    public bool IsCounter { get; }

    public bool IsObserved { get; }

    /// <summary>A gauge that is set, not added to.</summary>
    public bool IsGauge { get; }

    public IReadOnlyList<double>? Bounds { get; }

    public IEnumerable<Series> All => byLabels.Values.OrderBy(s => s.Labels, StringComparer.Ordinal);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        if (IsHistogram) series.Observe(value);
        else if (IsGauge) series.Set(value);
        else series.Add(value);
    }

    /// <summary>Observed instruments report everything anew at each scrape; what two labels fell together to is added up.</summary>
    public void BeginObservation()
    {
        foreach (var series in byLabels.Values) series.Set(0);
    }

    internal static string PrometheusName(string name, bool isCounter)
    {
        var text = new StringBuilder(name.Length + 6);
        foreach (var c in name) text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        var plain = text.ToString();
        return isCounter && !plain.EndsWith("_total", StringComparison.Ordinal) ? plain + "_total" : plain;
    }

    private static IReadOnlyList<double>? AdviceOf(Instrument instrument) => instrument switch
    {
        Histogram<double> h => h.Advice?.HistogramBucketBoundaries,
        Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToList(),
        Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToList(),
        _ => null,
    };

    private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var raw = tags.Length switch
        {
            0 => "",
            1 when tags[0].Value is string only => only,
            _ => RawKey(tags),
        };
        return byRawKey.TryGetValue(raw, out var series) ? series : Make(raw, tags);
    }

    private Series Make(string raw, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = WriteLabels(tags, byLabels.Count >= SeriesMax);
        var series = byLabels.GetOrAdd(labels, key => new Series(key, Bounds));

        // The raw keys are what strangers could multiply: beyond the bound they are not remembered, only mapped each time.
        if (byRawKey.Count < 2 * SeriesMax) byRawKey.TryAdd(raw, series);
        return series;
    }

    private string WriteLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags, bool isFull)
    {
        var text = new StringBuilder();
        foreach (var (label, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            var words = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
            text.Append(PrometheusName(label, isCounter: false)).Append("=\"");
            PrometheusText.AppendEscaped(text, isFull ? LabelGuard.Other : guard.Pass(label, words));
            text.Append('"');
        }

        return text.ToString();
    }

    private static string RawKey(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (label, value) in tags) text.Append(label).Append('\u0001').Append(value).Append('\u0002');
        return text.ToString();
    }
}
