using System.Text.RegularExpressions;

namespace Gateway.Host.Docs;

/// <summary>
/// What the tests say they prove: the <c>[Clause]</c> and <c>[Item]</c> lines of the test sources and the <c>proves:</c> lines of the scenes. Read as text, so the page can be made without
/// building them.
/// </summary>
public sealed class TestClaims
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Regex Clause = new("""\bClause\("(?<document>[^"]+)", "(?<section>[^"]+)"\)""", RegexOptions.ExplicitCapture, Patience);
    private static readonly Regex Item = new("""\bItem\("(?<id>[^"]+)"\)""", RegexOptions.ExplicitCapture, Patience);
    private static readonly Regex Class = new(@"^(public |internal )?((sealed|static|abstract|partial) )*class (?<name>\w+)", RegexOptions.ExplicitCapture, Patience);
    private static readonly Regex Method = new(@"^\s+public [^=(]*?(?<name>\w+)(<[^>]*>)?\(", RegexOptions.ExplicitCapture, Patience);

    private readonly Dictionary<(string Document, string Section), List<string>> _clauses = [];
    private readonly Dictionary<string, List<string>> _items = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tests = new(StringComparer.Ordinal);

    /// <summary>Tests by clause.</summary>
    public IReadOnlyDictionary<(string Document, string Section), List<string>> Clauses => _clauses;

    /// <summary>Tests by item of the catalogue.</summary>
    public IReadOnlyDictionary<string, List<string>> Items => _items;

    /// <summary>Every public method of a test class, as <c>Class.Method</c>, and every scene, as <c>name.scene</c>: what a list of requirements may name.</summary>
    public IReadOnlySet<string> Tests => _tests;

    public static TestClaims Read(string root)
    {
        var claims = new TestClaims();
        foreach (var file in SourceTree.Files(root, "*.cs", "tests")) claims.Add(File.ReadAllLines(Path.Combine(root, file)));
        var scenes = Path.Combine(root, "interop-fixtures", "scenes");
        if (!Directory.Exists(scenes)) return claims;
        foreach (var file in Directory.GetFiles(scenes, "*.scene").Order(StringComparer.Ordinal)) claims.AddScene(Path.GetFileName(file), File.ReadAllLines(file));
        return claims;
    }

    /// <summary>The lines of one test source.</summary>
    public void Add(IEnumerable<string> lines)
    {
        var type = "";
        List<(string, string)> clauses = [];
        List<string> items = [];
        foreach (var line in lines)
        {
            var text = line.TrimStart();
            if (text.StartsWith('['))
            {
                clauses.AddRange(Clause.Matches(text).Select(m => (Normal(m.Groups["document"].Value), m.Groups["section"].Value)));
                items.AddRange(Item.Matches(text).Select(m => m.Groups["id"].Value));
                continue;
            }

            string name;
            if (Class.Match(line) is { Success: true } opened) name = type = opened.Groups["name"].Value;
            else if (type.Length > 0 && Method.Match(line) is { Success: true } method) name = $"{type}.{method.Groups["name"].Value}";
            else continue;

            _tests.Add(name);
            foreach (var clause in clauses) Tie(_clauses, clause, name);
            foreach (var item in items) Tie(_items, item, name);
            clauses.Clear();
            items.Clear();
        }
    }

    /// <summary>The lines of one scene.</summary>
    public void AddScene(string name, IEnumerable<string> lines)
    {
        _tests.Add(name);
        foreach (var line in lines.Where(l => l.StartsWith("proves:", StringComparison.Ordinal)))
            foreach (var id in line["proves:".Length..].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)) Tie(_items, id, name);
    }

    /// <summary>One spelling for <c>RFC3261</c>, <c>RFC-3261</c> and <c>RFC 3261</c>, as for <c>XEP 0220</c> and <c>XEP-0220</c>.</summary>
    public static string Normal(string document)
    {
        var number = document.Length > 3 ? document[3..].TrimStart(' ', '-') : "";
        if (document.StartsWith("RFC", StringComparison.Ordinal)) return "RFC " + number;
        return document.StartsWith("XEP", StringComparison.Ordinal) ? "XEP-" + number : document;
    }

    private static void Tie<TKey>(Dictionary<TKey, List<string>> claims, TKey key, string test) where TKey : notnull
    {
        if (!claims.TryGetValue(key, out var tests)) claims[key] = tests = [];
        if (!tests.Contains(test, StringComparer.Ordinal)) tests.Add(test);
    }
}
