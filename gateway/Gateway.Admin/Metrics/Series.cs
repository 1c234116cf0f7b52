namespace Gateway.Admin.Metrics;

/// <summary>The numbers of one instrument under one set of labels. Written from any thread without a lock.</summary>
internal sealed class Series(string labels, IReadOnlyList<double>? bounds)
{
    private readonly long[] buckets = bounds is null ? [] : new long[bounds.Count + 1];
    private double value;

    /// <summary>The labels as they are printed between braces; empty without labels.</summary>
    public string Labels { get; } = labels;

    public double Value => Volatile.Read(ref value);

    public void Set(double to) => Volatile.Write(ref value, to);

    public void Add(double amount)
    {
        var seen = Volatile.Read(ref value);
        while (true)
        {
            var found = Interlocked.CompareExchange(ref value, seen + amount, seen);
            if (found.Equals(seen)) return;
            seen = found;
        }
    }

    /// <summary>One observation of a histogram: counted in its bucket, added to the sum.</summary>
    public void Observe(double amount)
    {
        var at = 0;
        while (at < bounds!.Count && amount > bounds[at]) at++;
        Interlocked.Increment(ref buckets[at]);
        Add(amount);
    }

    public long Bucket(int at) => Interlocked.Read(ref buckets[at]);
}
