using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tidy.Tests;

/// <summary>The pages lead somewhere, and nothing in the repository belongs to one machine.</summary>
public sealed class DocumentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Every_link_of_every_page_resolves()
    {
        var link = new Regex(@"\]\(([^)#\s]+)(#[^)]*)?\)", RegexOptions.None, Patience);
        var broken = new List<string>();
        foreach (var page in Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)))
            foreach (Match match in link.Matches(Repository.Read(page)))
            {
                var target = match.Groups[1].Value;
                if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                var path = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target));
                if (!File.Exists(path) && !Directory.Exists(path)) broken.Add($"{page}: {target}");
            }

        None(broken);
    }

    [Fact]
    public void No_file_names_a_place_on_somebodys_machine()
    {
        var machine = new Regex(@"(?<![\w.])(/root/|/home/\w|/Users/\w|C:\\Users)", RegexOptions.None, Patience);
        var text = new[] { ".cs", ".csproj", ".props", ".json", ".md", ".sh", ".txt", ".sln", ".lua", ".scene", ".editorconfig" };
        None(Repository.Files.Where(f => !f.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal) && text.Any(e => f.EndsWith(e, StringComparison.Ordinal)))
            .Where(f => machine.IsMatch(Repository.Read(f))));
    }

    [Fact]
    public void Every_package_has_its_line_in_the_dependencies_page()
    {
        var page = Repository.Read("docs/dependencies.md");
        var packages = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value);

        None(packages.Where(p => !page.Contains($"`{p}`", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("SIPSorcery")]
    [InlineData("XmppDotNet")]
    [InlineData("BouncyCastle.Cryptography")]
    [InlineData("DnsClient")]
    [InlineData("prometheus-net")]
    public void What_became_of_each_package_named_for_the_job_is_said(string package)
    {
        Assert.Contains($"| {package} |", Repository.Read("docs/dependencies.md"), StringComparison.Ordinal);
        Assert.Contains(package, Repository.Read("README.md"), StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{package}\"", Repository.Read("Directory.Packages.props"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Gateway.sln").Replace('\\', '/');

        None(Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains(f, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_project_locks_its_packages() =>
        None(Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(f => !File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(f)!, "packages.lock.json"))));

    [Fact]
    public void Every_verb_and_target_the_pages_name_exists()
    {
        var targets = new Regex(@"^([a-z]+):", RegexOptions.Multiline, Patience).Matches(Repository.Read("Makefile")).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var named = new Regex(@"`make ([a-z]+)", RegexOptions.None, Patience);
        var pages = Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal));

        None(pages.SelectMany(p => named.Matches(Repository.Read(p)).Select(m => m.Groups[1].Value).Where(t => !targets.Contains(t)).Select(t => $"{p}: make {t}")));
    }

    [Fact]
    public void Every_source_the_architecture_names_exists()
    {
        var named = new Regex(@"[`/ ](\w[\w.]*\.cs)`", RegexOptions.None, Patience).Matches(Repository.Read("ARCHITECTURE.md")).Select(m => m.Groups[1].Value);
        var names = Repository.Files.Select(f => Path.GetFileName(f)).ToHashSet(StringComparer.Ordinal);

        None(named.Where(n => !names.Contains(n)));
    }

    private static void None(IEnumerable<string> places)
    {
        var found = places.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
