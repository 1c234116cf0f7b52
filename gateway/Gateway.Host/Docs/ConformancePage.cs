using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Host.Docs;

/// <summary>
/// <c>docs/conformance.md</c>: the requirements of the lists in <c>docs/conformance/</c> and the clauses and items that tests are tied to, each with its tests. Read from the source tree, so it is
/// written only where there is one.
/// </summary>
public static class ConformancePage
{
    private static readonly Regex Named = new(@"(?<document>(RFC|XEP)[ -]\d{4})(,? §(?<section>[\d]+(\.\d+)*))?", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));

    public static string? Write(string root)
    {
        if (!Directory.Exists(Path.Combine(root, "gateway"))) return null;
        var claims = TestClaims.Read(root);
        var requirements = Requirement.ReadAll(root);
        var named = NamedClauses(root);
        var text = new StringBuilder("""
            # Conformance

            What we claim and what holds us to it. Made by `make docs`; do not edit. The lists of requirements stand in [conformance/](conformance/README.md); a test is tied to a clause by
            `[Clause]`, to an item of the catalogue by `[Item]`, a scene to an item by its `proves:` line. *named in* says which rooms' sources follow a clause; without a test beside it the
            clause is exercised only by tests that do not name it.


            """);
        WriteCatalogue(text, claims, requirements);
        var documents = named.Keys.Concat(claims.Clauses.Keys).Select(k => k.Document).Concat(requirements.Select(r => r.Document)).Distinct(StringComparer.Ordinal);
        foreach (var document in documents.Where(d => d != Requirement.Catalogue).OrderBy(Sortable, StringComparer.Ordinal)) WriteDocument(text, document, claims, requirements, named);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void WriteCatalogue(StringBuilder text, TestClaims claims, IReadOnlyList<Requirement> requirements)
    {
        var listed = requirements.Where(r => r.Document == Requirement.Catalogue).ToList();
        if (listed.Count == 0 && claims.Items.Count == 0) return;
        text.Append("## The catalogue\n\n| item | demand | held by |\n|---|---|---|\n");
        var others = claims.Items.Where(i => listed.TrueForAll(r => r.Section != i.Key)).Select(i => (i.Key, "", Tests(i.Value)));
        foreach (var (id, demand, held) in listed.Select(r => (r.Section, r.Text, HeldBy(r, claims))).Concat(others).OrderBy(r => Sortable(r.Item1), StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"| {id} | {Cell(demand)} | {held} |\n");
        text.Append('\n');
    }

    private static void WriteDocument(
        StringBuilder text, string document, TestClaims claims, IReadOnlyList<Requirement> requirements, Dictionary<(string Document, string Section), SortedSet<string>> named)
    {
        text.Append(CultureInfo.InvariantCulture, $"## {document}\n\n");
        var listed = requirements.Where(r => r.Document == document).OrderBy(r => Sortable(r.Section), StringComparer.Ordinal).ToList();
        if (listed.Count > 0)
        {
            var tested = listed.Count(r => r.TestsIn(claims).Count > 0);
            var unmet = listed.Count(r => r.Reason.StartsWith("not met", StringComparison.Ordinal));
            text.Append(CultureInfo.InvariantCulture, $"{listed.Count} requirements listed, {tested} with a test, {unmet} not met.\n\n| clause | requirement | held by |\n|---|---|---|\n");
            foreach (var requirement in listed) text.Append(CultureInfo.InvariantCulture, $"| §{requirement.Section} | {Cell(requirement.Text)} | {HeldBy(requirement, claims)} |\n");
            text.Append('\n');
        }

        var clauses = named.Keys.Concat(claims.Clauses.Keys).Where(k => k.Document == document && k.Section.Length > 0).Distinct()
            .OrderBy(k => Sortable(k.Section), StringComparer.Ordinal).ToList();
        if (clauses.Count == 0)
        {
            if (listed.Count == 0) text.Append("Named without a clause.\n\n");
            return;
        }

        text.Append("| clause | named in | tests by name |\n|---|---|---|\n");
        foreach (var key in clauses)
            text.Append(CultureInfo.InvariantCulture, $"| §{key.Section} | {string.Join(", ", named.GetValueOrDefault(key, []))} | {Tests(claims.Clauses.GetValueOrDefault(key, []))} |\n");
        text.Append('\n');
    }

    private static Dictionary<(string Document, string Section), SortedSet<string>> NamedClauses(string root)
    {
        var found = new Dictionary<(string, string), SortedSet<string>>();
        foreach (var file in SourceTree.Files(root, "*.cs", "gateway", "presence-core", "certs"))
            foreach (Match match in Named.Matches(File.ReadAllText(Path.Combine(root, file))))
            {
                var key = (TestClaims.Normal(match.Groups["document"].Value), match.Groups["section"].Value);
                if (!found.TryGetValue(key, out var rooms)) found[key] = rooms = new(StringComparer.Ordinal);
                rooms.Add(file.Split('/')[1]);
            }

        return found;
    }

    private static string HeldBy(Requirement requirement, TestClaims claims)
    {
        var tests = requirement.TestsIn(claims);
        if (requirement.Reason.Length == 0) return tests.Count == 0 ? "**no test**" : Tests(tests);
        return tests.Count == 0 ? Cell(requirement.Reason) : $"{Tests(tests)}; {Cell(requirement.Reason)}";
    }

    private static string Tests(IReadOnlyList<string> tests) => string.Join("<br>", tests.Select(t => $"`{t}`"));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    // Numbers by their value, so that 8.2 comes before 8.10 and OCS-9 before OCS-23.
    private static string Sortable(string name) => Regex.Replace(name, @"\d+", m => m.Value.PadLeft(6, '0'), RegexOptions.None, TimeSpan.FromSeconds(1));
}
