using System.Globalization;
using System.Text;

namespace Gateway.Admin.Metrics;

/// <summary>Prometheus text exposition format 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void Write(StringBuilder text, InstrumentSeries instrument)
    {
        var series = instrument.All.ToList();
        if (series.Count == 0) return;
        WriteHead(text, instrument.Name, instrument.Help, instrument.IsHistogram ? "histogram" : instrument.IsCounter ? "counter" : "gauge");
        foreach (var one in series)
        {
            if (instrument.IsHistogram) WriteHistogram(text, instrument.Name, instrument.Bounds!, one);
            else WriteSample(text, instrument.Name, one.Labels, one.Value);
        }
    }

    public static void WriteHead(StringBuilder text, string name, string help, string type)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    public static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>Escapes a label's value: backslash, quote, line feed.</summary>
    public static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            if (c == '\\') text.Append("\\\\");
            else if (c == '"') text.Append("\\\"");
            else if (c == '\n') text.Append("\\n");
            else text.Append(c);
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, IReadOnlyList<double> bounds, Series series)
    {
        var comma = series.Labels.Length > 0 ? "," : "";
        var total = 0L;
        for (var at = 0; at <= bounds.Count; at++)
        {
            total += series.Bucket(at);
            var bound = at < bounds.Count ? Number(bounds[at]) : "+Inf";
            WriteSample(text, name + "_bucket", $"{series.Labels}{comma}le=\"{bound}\"", total);
        }

        WriteSample(text, name + "_sum", series.Labels, series.Value);
        WriteSample(text, name + "_count", series.Labels, total);
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : double.IsNaN(value) ? "NaN" : value.ToString("R", CultureInfo.InvariantCulture);
}
