using Load.Measure;

namespace Load.Tests;

/// <summary>Percentiles out of buckets.</summary>
public sealed class LatenciesTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void A_percentile_is_within_a_sixtieth_of_the_truth(double share)
    {
        var latencies = new Latencies();
        for (var i = 1; i <= 10_000; i++) latencies.Add(TimeSpan.FromMicroseconds(i * 10));

        var truth = share * 100;
        Assert.InRange(latencies.Percentile(share), truth * 0.999, truth * (1 + (1.0 / 60)));
        Assert.Equal(100, latencies.LongestMilliseconds);
    }

    [Fact]
    public void Nothing_recorded_is_zero() => Assert.Equal(0, new Latencies().Percentile(0.99));
}
