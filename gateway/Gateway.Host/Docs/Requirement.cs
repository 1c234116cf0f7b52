namespace Gateway.Host.Docs;

/// <summary>
/// One line of a list in <c>docs/conformance/</c>: a MUST in our words. It is met by the tests it names, else by every test tied to its clause; or it says why it is <c>not ours</c> or
/// <c>not met</c>.
/// </summary>
public sealed record Requirement(string Document, string Section, string Text, IReadOnlyList<string> NamedTests, string Reason)
{
    /// <summary>The document under which items of the catalogue stand; their section is the item's id.</summary>
    public const string Catalogue = "catalogue";

    private const int Columns = 5;

    /// <summary>File and line, for whoever must mend it.</summary>
    public required string Place { get; init; }

    /// <summary>The lists of a source tree, in the order of their names.</summary>
    public static IReadOnlyList<Requirement> ReadAll(string root) =>
        [.. SourceTree.Files(root, "*.tsv", "docs/conformance").SelectMany(f => Read(f, File.ReadAllLines(Path.Combine(root, f))))];

    /// <summary>One list: <c>document, section, requirement, tests, reason</c>, a tab between; <c>#</c> opens a comment. The last two may be left out.</summary>
    public static IReadOnlyList<Requirement> Read(string file, IReadOnlyList<string> lines)
    {
        List<Requirement> found = [];
        for (var at = 0; at < lines.Count; at++)
        {
            if (lines[at].Length == 0 || lines[at][0] == '#') continue;
            var cells = lines[at].Split('\t').Select(c => c.Trim()).ToList();
            if (cells.Count is < 3 or > Columns) throw new FormatException($"{file}:{at + 1}: a line is document, section, requirement, tests, reason, with tabs between");
            while (cells.Count < Columns) cells.Add("");
            var tests = cells[3].Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
            found.Add(new Requirement(TestClaims.Normal(cells[0]), cells[1], cells[2], tests, cells[4]) { Place = $"{file}:{at + 1}" });
        }

        return found;
    }

    /// <summary>The tests that hold us to it.</summary>
    public IReadOnlyList<string> TestsIn(TestClaims claims)
    {
        if (NamedTests.Count > 0) return NamedTests;
        return Document == Catalogue ? claims.Items.GetValueOrDefault(Section, []) : claims.Clauses.GetValueOrDefault((Document, Section), []);
    }

    /// <summary>What is wrong with the line itself, or null.</summary>
    public string? FaultIn(TestClaims claims)
    {
        var unknown = NamedTests.Where(t => !claims.Tests.Contains(t)).ToList();
        if (unknown.Count > 0) return $"{Place}: no such test: {string.Join(", ", unknown)}";
        if (Reason.Length > 0 && !Reason.StartsWith("not ours: ", StringComparison.Ordinal) && !Reason.StartsWith("not met: ", StringComparison.Ordinal))
            return $"{Place}: a reason opens with 'not ours: ' or 'not met: '";
        return TestsIn(claims).Count == 0 && Reason.Length == 0 ? $"{Place}: {Document} {Section} has neither a test nor a reason: {Text}" : null;
    }
}
