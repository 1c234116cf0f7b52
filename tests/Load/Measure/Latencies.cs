namespace Load.Measure;

/// <summary>Latencies as counts in buckets of 1/64 of their power of two: exact enough to print, no allocation and no lock to record.</summary>
internal sealed class Latencies
{
    private const int SubBits = 6;
    private const int SubCount = 1 << SubBits;
    private readonly long[] counts = new long[SubCount * 40];
    private long total;
    private long longestMicroseconds;

    public long Count => Volatile.Read(ref total);

    public double LongestMilliseconds => Volatile.Read(ref longestMicroseconds) / 1_000.0;

    public void Add(TimeSpan latency)
    {
        var microseconds = Math.Max(0, latency.Ticks / TimeSpan.TicksPerMicrosecond);
        Interlocked.Increment(ref counts[IndexOf(microseconds)]);
        Interlocked.Increment(ref total);
        var longest = Volatile.Read(ref longestMicroseconds);
        while (microseconds > longest)
        {
            var seen = Interlocked.CompareExchange(ref longestMicroseconds, microseconds, longest);
            if (seen == longest) break;
            longest = seen;
        }
    }

    public void Clear()
    {
        Array.Clear(counts);
        (total, longestMicroseconds) = (0, 0);
    }

    /// <summary>The latency that <paramref name="share"/> of all did not exceed, in milliseconds.</summary>
    public double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(share * Count);
        var seen = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += Volatile.Read(ref counts[i]);
            if (seen >= wanted && seen > 0) return Math.Min(UpperOf(i) / 1_000.0, LongestMilliseconds);
        }

        return 0;
    }

    private static int IndexOf(long microseconds)
    {
        if (microseconds < SubCount) return (int)microseconds;
        var power = 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)microseconds) - SubBits;
        var index = ((power + 1) << SubBits) + (int)((microseconds >> power) - SubCount);
        return Math.Min(index, (SubCount * 40) - 1);
    }

    private static long UpperOf(int index)
    {
        if (index < SubCount) return index;
        var power = (index >> SubBits) - 1;
        return ((SubCount + (index & (SubCount - 1)) + 1L) << power) - 1;
    }
}
