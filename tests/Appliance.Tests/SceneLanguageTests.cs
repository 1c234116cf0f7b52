using Lab;
using Lab.Processes;
using Lab.Scenes;

namespace Appliance.Tests;

/// <summary>The scenes as text: each is readable, says why it exists, and a wrong line is named with its number.</summary>
public sealed class SceneLanguageTests
{
    [Fact]
    public void Every_scene_can_be_read_and_says_why_it_exists()
    {
        var files = Directory.GetFiles(Path.Combine(Programs.RepositoryRoot, "interop-fixtures", "scenes"), "*.scene");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var scene = SceneReader.Read(file);
            Assert.NotEmpty(scene.Lines);
            Assert.NotEmpty(scene.Why);
        }
    }

    [Theory]
    [InlineData("Romeo does sing", "nobody is called Romeo")]
    [InlineData("Bo sings", "no such verb: sings")]
    [InlineData("Bo had notify  state: active", "wants a number")]
    public void Line_that_means_nothing_is_named_with_its_number(string line, string why)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, $"# why\n[lync] Bo\n\n{line}\n");
        var fault = Assert.Throws<LabFaultException>(() => SceneReader.Read(file));
        File.Delete(file);
        Assert.Contains("line 4: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pattern_matches_addresses_wildcards_absence_and_bound_names()
    {
        var names = new SceneNames(new Dictionary<string, string>(StringComparer.Ordinal) { ["Bo"] = "bo1@contoso.example" });
        Assert.True(names.Matches("${Bo}", "bo1@contoso.example"));
        Assert.False(names.Matches("${Bo}", "bo2@contoso.example"));
        Assert.True(names.Matches("a*c", "abc"));
        Assert.False(names.Matches("a*c", "abd"));
        Assert.True(names.Matches("${none}", null));
        Assert.False(names.Matches("${none}", ""));
        Assert.True(names.Matches("${id}", "77"));
        names.Bind("${id}", "77");
        Assert.True(names.Matches("${id}", "77"));
        Assert.False(names.Matches("${id}", "78"));
    }
}
