using Gateway.Host.Docs;

namespace Host.Tests;

/// <summary>The lists of requirements in <c>docs/conformance/</c>: nothing in them stands without a test or a reason, and what they name exists.</summary>
public sealed class ConformanceTests
{
    private static readonly string[] _source =
    [
        "/// <summary>An example: [Clause(\"RFC 1\", \"9\")].</summary>",
        "[" + "Clause(\"RFC3261\", \"8\")]",
        "public sealed class DoorTests",
        "{",
        "    [Fact, " + "Clause(\"RFC 3261\", \"8.2\"), " + "Item(\"OCS-023\")]",
        "    [InlineData(",
        "        \"x(\")]",
        "    public async Task Opens_for_friends(string name)",
        "    {",
        "        var text = \"" + "Clause\";",
        "    public void Other<T>() => No();",
    ];

    [Fact]
    public void Every_listed_requirement_has_a_test_or_a_reason()
    {
        var root = Root();
        var claims = TestClaims.Read(root);
        var faults = Requirement.ReadAll(root).Select(r => r.FaultIn(claims)).OfType<string>().ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_lists_are_there_and_the_page_shows_each_line()
    {
        var root = Root();
        var page = ConformancePage.Write(root)!;

        Assert.NotEmpty(Requirement.ReadAll(root));
        Assert.All(Requirement.ReadAll(root), r => Assert.Contains(r.Text.Replace("|", "\\|", StringComparison.Ordinal), page, StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_test_is_tied_to_is_read_from_its_source()
    {
        var claims = new TestClaims();
        claims.Add(_source);
        claims.AddScene("a.scene", ["# why", "proves: OCS-023, FLOW-E", "Bo does proves: X"]);

        Assert.Equal(["DoorTests"], claims.Clauses[("RFC 3261", "8")]);
        Assert.Equal(["DoorTests.Opens_for_friends"], claims.Clauses[("RFC 3261", "8.2")]);
        Assert.Equal(["DoorTests.Opens_for_friends", "a.scene"], claims.Items["OCS-023"]);
        Assert.Equal(["a.scene"], claims.Items["FLOW-E"]);
        Assert.Equal(2, claims.Clauses.Count);
        Assert.Contains("DoorTests.Other", claims.Tests);
    }

    [Theory]
    [InlineData("RFC 3261\t8.2\tmust", null)]
    [InlineData("RFC3261\t8.2\tmust\tDoorTests.Other", null)]
    [InlineData("catalogue\tOCS-023\tmust", null)]
    [InlineData("RFC 3261\t9\tmust\t\tnot ours: no proxy", null)]
    [InlineData("RFC 3261\t9\tmust", "l.tsv:1: RFC 3261 9 has neither a test nor a reason: must")]
    [InlineData("RFC 3261\t8.2\tmust\tDoorTests.Gone", "l.tsv:1: no such test: DoorTests.Gone")]
    [InlineData("RFC 3261\t9\tmust\t\tlater", "l.tsv:1: a reason opens with 'not ours: ' or 'not met: '")]
    public void A_line_without_test_or_reason_is_a_fault(string line, string? fault)
    {
        var claims = new TestClaims();
        claims.Add(_source);

        Assert.Equal(fault, Assert.Single(Requirement.Read("l.tsv", ["# comment", line])).FaultIn(claims)?.Replace(":2:", ":1:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_that_is_no_line_says_where() =>
        Assert.Contains("l.tsv:1:", Assert.Throws<FormatException>(() => Requirement.Read("l.tsv", ["RFC 3261 8.2 must"])).Message, StringComparison.Ordinal);

    private static string Root()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Gateway.sln"))) root = Path.GetDirectoryName(root)!;
        return root;
    }
}
