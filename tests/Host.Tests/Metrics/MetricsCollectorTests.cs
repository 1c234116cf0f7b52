using System.Diagnostics.Metrics;
using Gateway.Admin.Metrics;

namespace Host.Tests.Metrics;

/// <summary>Prometheus text: heads, escaping, buckets, bounded labels.</summary>
public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter meter = new("test." + Guid.NewGuid().ToString("N"));
    private readonly MetricsCollector collector;

    public MetricsCollectorTests() => collector = new MetricsCollector(name => name == meter.Name);

    public void Dispose()
    {
        collector.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void Counter_has_help_type_total_and_escaped_labels()
    {
        var counter = meter.CreateCounter<long>("gateway_test_things", description: "Things with \\ and\nlines.");
        counter.Add(2, new KeyValuePair<string, object?>("what", "a\"b\\c\nd"));
        counter.Add(3, new KeyValuePair<string, object?>("what", "a\"b\\c\nd"));

        var text = collector.Write();

        Assert.Contains("# HELP gateway_test_things_total Things with \\\\ and\\nlines.\n# TYPE gateway_test_things_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("gateway_test_things_total{what=\"a\\\"b\\\\c\\nd\"} 5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Histogram_buckets_are_cumulative_and_end_with_the_count()
    {
        var histogram = meter.CreateHistogram<double>("gateway_test_seconds", unit: "s");
        histogram.Record(0.0009);
        histogram.Record(0.3);
        histogram.Record(100);

        var lines = collector.Write().Split('\n');

        Assert.Contains("gateway_test_seconds_bucket{le=\"0.0005\"} 0", lines);
        Assert.Contains("gateway_test_seconds_bucket{le=\"0.001\"} 1", lines);
        Assert.Contains("gateway_test_seconds_bucket{le=\"0.5\"} 2", lines);
        Assert.Contains("gateway_test_seconds_bucket{le=\"25\"} 2", lines);
        Assert.Contains("gateway_test_seconds_bucket{le=\"+Inf\"} 3", lines);
        Assert.Contains("gateway_test_seconds_count 3", lines);
    }

    [Fact]
    public void Peer_that_is_not_configured_is_other_and_others_add_up()
    {
        collector.KnowPeers(["contoso"]);
        meter.CreateObservableCounter("gateway_test_seen", () => new[] { Seen(1, "contoso"), Seen(2, "stranger.example"), Seen(4, "another.example") });

        for (var scrape = 0; scrape < 2; scrape++)
        {
            var lines = collector.Write().Split('\n');
            Assert.Contains("gateway_test_seen_total{peer=\"contoso\"} 1", lines);
            Assert.Contains("gateway_test_seen_total{peer=\"other\"} 6", lines);
            Assert.DoesNotContain(lines, l => l.Contains("stranger", StringComparison.Ordinal));
        }

        static Measurement<long> Seen(long value, string peer) => new(value, new KeyValuePair<string, object?>("peer", peer));
    }

    [Fact]
    public void Label_with_endless_values_stays_bounded()
    {
        var counter = meter.CreateCounter<long>("gateway_test_endless");
        for (var i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("value", "v" + i));

        var samples = collector.Write().Split('\n').Where(l => l.StartsWith("gateway_test_endless_total{", StringComparison.Ordinal)).ToList();

        Assert.Equal(LabelGuard.ValuesMaxPerLabel + 1, samples.Count);
        Assert.Contains($"gateway_test_endless_total{{value=\"other\"}} {10_000 - LabelGuard.ValuesMaxPerLabel}", samples);
    }

    [Fact]
    public void Gauge_shows_its_last_value_and_process_numbers_are_there()
    {
        meter.CreateGauge<long>("gateway_test_level").Record(7);
        meter.CreateUpDownCounter<long>("gateway_test_open").Add(-2);

        var lines = collector.Write().Split('\n');

        Assert.Contains("gateway_test_level 7", lines);
        Assert.Contains("gateway_test_open -2", lines);
        Assert.Contains(lines, l => l.StartsWith("process_resident_memory_bytes ", StringComparison.Ordinal));
    }
}
