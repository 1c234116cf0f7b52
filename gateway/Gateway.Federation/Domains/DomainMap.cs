using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Gateway.Federation.Domains;

/// <summary>
/// Domain patterns to values: an exact name beats a suffix pattern, a longer suffix beats a shorter one, <c>*</c> comes last. Names are compared as they are: lower-case A-labels.
/// </summary>
public sealed class DomainMap<T>
{
    private readonly FrozenDictionary<string, T> exact;
    private readonly FrozenDictionary<string, T> suffixes;
    private readonly FrozenDictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> suffixLookup;
    private readonly T? any;
    private readonly bool hasAny;

    /// <summary>Builds the map; a pattern that occurs twice is a bug of the caller, whose validator names it first.</summary>
    public DomainMap(IEnumerable<KeyValuePair<string, T>> patterns)
    {
        var names = new Dictionary<string, T>(StringComparer.Ordinal);
        var tails = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (pattern, value) in patterns)
        {
            if (pattern == "*") (any, hasAny) = (value, true);
            else if (pattern.StartsWith("*.", StringComparison.Ordinal)) tails.Add(pattern[2..], value);
            else names.Add(pattern, value);
        }

        exact = names.ToFrozenDictionary(StringComparer.Ordinal);
        suffixes = tails.ToFrozenDictionary(StringComparer.Ordinal);
        suffixLookup = suffixes.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The value of the most exact pattern that fits <paramref name="domain"/>.</summary>
    public bool TryFind(string domain, [MaybeNullWhen(false)] out T value)
    {
        if (exact.TryGetValue(domain, out value)) return true;
        if (suffixes.Count > 0)
        {
            var rest = domain.AsSpan();
            for (var dot = rest.IndexOf('.'); dot >= 0; dot = rest.IndexOf('.'))
            {
                rest = rest[(dot + 1)..];
                if (suffixLookup.TryGetValue(rest, out value)) return true;
            }
        }

        value = any;
        return hasAny;
    }
}
