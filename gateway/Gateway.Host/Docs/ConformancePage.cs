using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Host.Docs;

/// <summary>
/// <c>docs/conformance.md</c>: the clauses that tests hold us to (<c>[Clause("RFC6665", "4.2.1")]</c>) and the ones the product's sources name. Read from the source tree, so it is written only where
/// there is one.
/// </summary>
public static class ConformancePage
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Regex Clause = new("""\[Clause\("(?<document>[A-Z\-]+ ?\d+)", "(?<section>[\w.]+)"\)\]""", RegexOptions.ExplicitCapture, Patience);
    private static readonly Regex Named = new(@"(?<document>(RFC|XEP)[ -]\d{4})(,? §(?<section>[\d]+(\.\d+)*))?", RegexOptions.ExplicitCapture, Patience);

    public static string? Write(string root)
    {
        if (!Directory.Exists(Path.Combine(root, "gateway"))) return null;
        var tested = Collect(root, Clause, "tests");
        var named = Collect(root, Named, "gateway", "presence-core", "certs");
        var text = new StringBuilder("""
            # Conformance

            The standards the sources name, clause by clause, and how many tests are held to a clause by name (`[Clause]`). Made by `make docs`; do not edit. A clause without a test here is still
            exercised by tests that do not name it; the column shows what is *claimed* and where the proof is still to be tied to it.


            """);
        foreach (var document in named.Keys.Concat(tested.Keys).Select(k => k.Document).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            text.Append("## ").Append(document).Append("\n\n| clause | named in | tests by name |\n|---|---|---|\n");
            foreach (var key in named.Keys.Concat(tested.Keys).Where(k => k.Document == document && k.Section.Length > 0).Distinct().OrderBy(k => Sortable(k.Section), StringComparer.Ordinal))
            {
                var rooms = string.Join(", ", named.GetValueOrDefault(key, []).Select(RoomOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
                var tests = tested.GetValueOrDefault(key, []).Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
                text.Append($"| §{key.Section} | {rooms} | {tests} |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static Dictionary<(string Document, string Section), List<string>> Collect(string root, Regex pattern, params string[] folders)
    {
        var found = new Dictionary<(string, string), List<string>>();
        foreach (var file in folders.SelectMany(f => Directory.GetFiles(Path.Combine(root, f), "*.cs", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(root, file).Replace('\\', '/');
            if (path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal)) continue;
            foreach (Match match in pattern.Matches(File.ReadAllText(file)))
            {
                var key = (Normal(match.Groups["document"].Value), match.Groups["section"].Value);
                if (!found.TryGetValue(key, out var places)) found[key] = places = [];
                places.Add(path);
            }
        }

        return found;
    }

    private static string Normal(string document) =>
        document.StartsWith("RFC", StringComparison.Ordinal) ? "RFC " + document[3..].TrimStart(' ', '-') : "XEP-" + document[3..].TrimStart(' ', '-');

    private static string RoomOf(string path) => path.Split('/')[1];

    private static string Sortable(string section) => string.Join('.', section.Split('.').Select(p => p.PadLeft(4, '0')));
}
