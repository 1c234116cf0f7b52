using System.Text.Json;
using Gateway.Host.Configuration;

namespace Host.Tests.Configuration;

/// <summary>What a reload may change at once, and what waits.</summary>
public sealed class ConfigurationDiffTests
{
    [Theory]
    [InlineData("""{ "peers": [1] }""", """{ "peers": [2] }""", "peers", "")]
    [InlineData("""{ "peers": [1] }""", """{ "peers": [ 1 ] /* same */ }""", "", "")]
    [InlineData("""{ "store": {"sqlite": "a"} }""", """{ "store": {"sqlite": "b"}, "log": {} }""", "log", "store")]
    [InlineData("""{ "listeners": {} }""", "{ }", "", "listeners")]
    public void Sections_are_sorted_into_live_and_waiting(string running, string wanted, string live, string waiting)
    {
        var diff = ConfigurationDiff.Between(Parse(running), Parse(wanted));

        Assert.Equal(live, string.Join(' ', diff.Live));
        Assert.Equal(waiting, string.Join(' ', diff.NeedsRestart));
        Assert.Equal(live.Length + waiting.Length == 0, diff.IsEmpty);
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }).RootElement;
}
