using Gateway.Host.Docs;

namespace Host.Tests;

/// <summary>The generated pages in <c>docs/</c> are what the program says of itself now; <c>make docs</c> writes them.</summary>
public sealed class GeneratedPagesTests
{
    [Fact]
    public async Task Pages_in_docs_are_up_to_date()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Gateway.sln"))) root = Path.GetDirectoryName(root)!;

        var stale = new List<string>();
        foreach (var (name, text) in await GeneratedPages.AllAsync(root))
        {
            // Every comment that names a clause changes this one: it is written anew with each release.
            if (name == "conformance.md") continue;
            var file = Path.Combine(root, "docs", name);
            if (!File.Exists(file) || await File.ReadAllTextAsync(file) != text) stale.Add(name);
        }

        Assert.True(stale.Count == 0, $"run `make docs`: {string.Join(", ", stale)}");
    }
}
