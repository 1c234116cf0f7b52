namespace Gateway.Admin.Metrics;

/// <summary>
/// Keeps label values to what the operator configured and to closed words. A label may be given its known values; any other label may take at most
/// <see cref="ValuesMaxPerLabel"/> different ones in its life. What exceeds that is <c>other</c>, so that no stranger can grow our memory or a collector's.
/// </summary>
public sealed class LabelGuard
{
    public const int ValuesMaxPerLabel = 256;

    public const string Other = "other";

    private readonly Lock gate = new();
    private readonly Dictionary<string, HashSet<string>> seen = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, IReadOnlySet<string>> known = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);

    /// <summary>Sets the only values that <paramref name="label"/> may take from now on.</summary>
    public void Know(string label, IEnumerable<string> values)
    {
        lock (gate)
            known = new Dictionary<string, IReadOnlySet<string>>(known, StringComparer.Ordinal) { [label] = values.ToHashSet(StringComparer.Ordinal) };
    }

    public string Pass(string label, string value)
    {
        if (known.TryGetValue(label, out var values)) return values.Contains(value) ? value : Other;
        lock (gate)
        {
            if (!seen.TryGetValue(label, out var used)) seen[label] = used = new HashSet<string>(StringComparer.Ordinal);
            if (used.Contains(value)) return value;
            if (used.Count >= ValuesMaxPerLabel) return Other;
            used.Add(value);
            return value;
        }
    }
}
