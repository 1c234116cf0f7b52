using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// What is known against the targets of one peer: a target that failed is left alone for a time that doubles with each failure, and is forgotten with its first success
/// (RFC 3263 §4.3, RFC 3261 §21.5.4).
/// </summary>
internal sealed class TargetBook(TimeSpan first, TimeSpan longest)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    private sealed record Entry(int Failures, DateTimeOffset Until, LinkFailure Failure);

    /// <summary>The name of one target in the book and in status: host and address.</summary>
    public static string KeyOf(DialTarget attempt) => attempt.Endpoints.Count == 0 ? attempt.Host : $"{attempt.Host} {attempt.Endpoints[0]}";

    /// <summary>Those that may be tried now, in their order; forgets what is no target any more.</summary>
    public IReadOnlyList<DialTarget> Usable(IReadOnlyList<DialTarget> attempts, DateTimeOffset now)
    {
        lock (gate)
        {
            if (entries.Count == 0) return attempts;
            var known = attempts.Select(KeyOf).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in entries.Keys.Where(k => !known.Contains(k)).ToList()) entries.Remove(gone);
            return [.. attempts.Where(a => !entries.TryGetValue(KeyOf(a), out var entry) || entry.Until <= now)];
        }
    }

    /// <summary>When the first target may be tried again, and what was against it.</summary>
    public (DateTimeOffset At, LinkFailure Failure) Next(DateTimeOffset otherwise)
    {
        lock (gate)
        {
            var next = entries.Values.MinBy(e => e.Until);
            return next is null ? (otherwise, LinkFailure.None) : (next.Until, next.Failure);
        }
    }

    public void Failed(DialTarget attempt, LinkFailure failure, DateTimeOffset now) => Failed(KeyOf(attempt), failure, now);

    public void Failed(string key, LinkFailure failure, DateTimeOffset now)
    {
        lock (gate)
        {
            var failures = entries.TryGetValue(key, out var known) ? Math.Min(known.Failures + 1, 30) : 1;
            var wait = Math.Min(first.TotalSeconds * Math.Pow(2, failures - 1), longest.TotalSeconds);
            entries[key] = new Entry(failures, now + TimeSpan.FromSeconds(wait), failure);
        }
    }

    /// <summary>The target itself said for how long.</summary>
    public void Overloaded(string key, LinkFailure failure, DateTimeOffset until)
    {
        lock (gate) entries[key] = new Entry(1, until, failure);
    }

    public void Restored(DialTarget attempt)
    {
        lock (gate) entries.Remove(KeyOf(attempt));
    }

    /// <summary>The targets left alone at this moment, for status.</summary>
    public IReadOnlyList<(string Target, DateTimeOffset Until, int Failures, LinkFailure Failure)> Quarantined(DateTimeOffset now)
    {
        lock (gate) return [.. entries.Where(e => e.Value.Until > now).Select(e => (e.Key, e.Value.Until, e.Value.Failures, e.Value.Failure)).OrderBy(e => e.Key, StringComparer.Ordinal)];
    }
}
