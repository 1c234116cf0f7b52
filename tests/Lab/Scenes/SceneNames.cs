using System.Text.RegularExpressions;

namespace Lab.Scenes;

/// <summary>
/// The value of a field in a scene: <c>${Name}</c> is an actor's address or a value bound earlier, an unknown <c>${name}</c> alone binds on receipt, <c>*</c> stands for anything,
/// <c>${none}</c> for a field that is absent.
/// </summary>
public sealed class SceneNames(IReadOnlyDictionary<string, string> addresses)
{
    private static readonly TimeSpan MatchTimeMax = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> _bound = new(addresses, StringComparer.Ordinal);

    public string Fill(string value)
    {
        foreach (var (name, text) in _bound) value = value.Replace("${" + name + "}", text, StringComparison.Ordinal);
        return value;
    }

    public bool Matches(string pattern, string? actual)
    {
        if (pattern == "${none}") return actual is null;
        if (actual is null) return false;
        var filled = Fill(pattern);
        if (IsUnbound(filled)) return true;
        if (!filled.Contains('*', StringComparison.Ordinal)) return filled == actual;
        var expression = "^" + string.Join(".*", filled.Split('*').Select(Regex.Escape)) + "$";
        return Regex.IsMatch(actual, expression, RegexOptions.Singleline | RegexOptions.NonBacktracking, MatchTimeMax);
    }

    public void Bind(string pattern, string? actual)
    {
        if (actual is not null && IsUnbound(Fill(pattern))) _bound[pattern[2..^1]] = actual;
    }

    private static bool IsUnbound(string text) => text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1;
}
