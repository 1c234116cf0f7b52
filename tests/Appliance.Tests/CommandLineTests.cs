using System.Text.Json;
using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Processes;

namespace Appliance.Tests;

/// <summary>The executable as somebody who has just built it types at it, with no appliance running: words, JSON and exit codes (docs/operations/commands.md).</summary>
public sealed class CommandLineTests : IDisposable
{
    private const int Good = 0;
    private const int FoundBad = 1;
    private const int ConfigurationFaults = 2;
    private const int NotRunning = 4;
    private const int CannotStart = 5;
    private const int Usage = 64;
    private readonly LabDirectory _directory = new("command-line");

    public CommandLineTests() => File.Copy(Path.Combine(Programs.RepositoryRoot, "appliance.json"), _directory.File("appliance.json"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Lab_certificates_make_the_default_configuration_good_and_its_routes_explained()
    {
        Assert.Equal(ConfigurationFaults, (await TypeAsync("config", "check")).Code);

        var (code, files) = await TypeAsync("certs", "lab", "--json");
        Assert.Equal(Good, code);
        using var made = JsonDocument.Parse(files);
        Assert.All(made.RootElement.EnumerateArray(), f => Assert.True(File.Exists(f.GetString()), f.GetString()));

        Assert.Equal(Good, (await TypeAsync("config", "check")).Code);
        Assert.Equal(Good, (await TypeAsync("route", "explain", "bo@contoso.example", "juliet@jabber.example")).Code);
        var refused = await TypeAsync("route", "explain", "bo@contoso.example", "juliet@nowhere.example");
        Assert.Equal(FoundBad, refused.Code);
        Assert.Contains("federation.UnknownDomain", refused.Output, StringComparison.Ordinal);
        var routed = await JsonAsync(Good, "route", "explain", "bo@contoso.example", "juliet@jabber.example");
        Assert.True(routed.GetProperty("isRouted").GetBoolean());
        Assert.Equal("", routed.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Peer_is_added_listed_and_removed_by_the_executable()
    {
        await TypeAsync("certs", "lab");
        var file = _directory.File("appliance.json");
        var before = await File.ReadAllTextAsync(file);
        string[] order = ["peer", "add", "sfb", "--domain", "fabrikam.example", "--edge", "sip.fabrikam.example", "--port", "5061"];

        Assert.Equal(Usage, (await TypeAsync("peer", "add", "sfb", "--domain", "fabrikam.example")).Code);
        var dry = await JsonAsync(Good, [.. order, "--dry-run"]);
        Assert.False(dry.GetProperty("isWritten").GetBoolean());
        Assert.Equal(before, await File.ReadAllTextAsync(file));

        var added = await TypeAsync(order);
        Assert.Equal(Good, added.Code);
        Assert.Contains("next: gateway reload", added.Output, StringComparison.Ordinal);
        Assert.Contains("// The default configuration", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(file + ".bak"));
        Assert.Contains("nothing to change", (await TypeAsync(order)).Output, StringComparison.Ordinal);
        Assert.Equal(ConfigurationFaults, (await TypeAsync("peer", "add", "lync", "--domain", "contoso.example", "--edge", "sip.other.example")).Code);

        var listed = await JsonAsync(Good, "peer", "list");
        Assert.Equal(["contoso", "prosody", "fabrikam.example"], listed.EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Equal("lab", (await JsonAsync(Good, "peer", "show", "fabrikam.example")).GetProperty("trust").GetString());
        Assert.Contains("nobody", (await JsonAsync(FoundBad, "peer", "show", "nobody")).GetProperty("refusal").GetString(), StringComparison.Ordinal);
        Assert.Contains("New-CsAllowedDomain", (await JsonAsync(Good, "generate", "sfb", "fabrikam.example")).GetProperty("text").GetString(), StringComparison.Ordinal);
        var explained = await JsonAsync(Good, "route", "explain", "a@fabrikam.example", "juliet@jabber.example", "--method", "SUBSCRIBE", "--source", "fabrikam.example");
        Assert.Equal("prosody", explained.GetProperty("peer").GetString());

        Assert.Equal(Good, (await TypeAsync("peer", "remove", "fabrikam.example")).Code);
        Assert.Equal(2, (await JsonAsync(Good, "peer", "list")).GetArrayLength());
        Assert.Equal(FoundBad, (await TypeAsync("peer", "remove", "fabrikam.example")).Code);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("doctor")]
    [InlineData("config check")]
    [InlineData("route explain contoso.example jabber.example")]
    public async Task Faults_of_the_configuration_are_told_with_hints_and_end_with_2_as_text_and_as_JSON(string words)
    {
        await File.WriteAllTextAsync(_directory.File("appliance.json"), """{ "listenrs": {}, "log": { "level": "loud" }, "store": { "sqlite": 5 } }""");

        var (code, output) = await TypeAsync(words.Split(' '));
        Assert.Equal(ConfigurationFaults, code);
        foreach (var text in (string[])["$.listenrs", "did you mean listeners?", "$.log.level", "trace, debug", "$.store.sqlite", "$.identity.fqdn"])
            Assert.Contains(text, output, StringComparison.Ordinal);

        var told = await JsonAsync(ConfigurationFaults, words.Split(' '));
        Assert.False(told.GetProperty("isGood").GetBoolean());
        Assert.Contains(told.GetProperty("faults").EnumerateArray(), f => f.GetProperty("path").GetString() == "$.log.level" && f.GetProperty("hint").GetString()!.Length > 0);
    }

    [Fact]
    public async Task Run_that_cannot_start_says_why_and_ends_with_5_and_its_log_is_JSON_where_asked()
    {
        await TypeAsync("certs", "lab");
        var file = _directory.File("appliance.json");
        var document = JsonNode.Parse(await File.ReadAllTextAsync(file), null, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        document["store"] = new JsonObject { ["sqlite"] = "appliance.json" };
        document["log"] = new JsonObject { ["format"] = "json" };
        await File.WriteAllTextAsync(file, document.ToJsonString());

        var (code, output) = await TypeAsync("run");

        Assert.Equal(CannotStart, code);
        var lines = output.Split('\n');
        Assert.Contains("appliance.json cannot be used", Assert.Single(lines, l => l.StartsWith("gateway: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        foreach (var line in lines.Where(l => !l.StartsWith("gateway: ", StringComparison.Ordinal)))
        {
            using var entry = JsonDocument.Parse(line);
            Assert.True(entry.RootElement.TryGetProperty("Message", out _), line);
        }
    }

    [Theory]
    [InlineData("status")]
    [InlineData("reload")]
    public async Task Nobody_on_the_administration_socket_is_said_and_ends_with_4(string verb)
    {
        var (code, output) = await TypeAsync(verb);
        Assert.Equal(NotRunning, code);
        Assert.Contains("is it running", output, StringComparison.Ordinal);
        Assert.Equal("not running", (await JsonAsync(NotRunning, verb)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("sing")]
    [InlineData("status --nonsense")]
    [InlineData("config")]
    [InlineData("route explain contoso.example")]
    [InlineData("route explain no_address! jabber.example")]
    [InlineData("certs lab --issue nonsense")]
    public async Task Wrong_command_line_ends_with_64(string words) =>
        Assert.Equal(Usage, (await TypeAsync(words.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Code);

    [Fact]
    public async Task Schema_is_the_page_that_editors_read()
    {
        var (code, schema) = await TypeAsync("config", "schema");
        Assert.Equal(Good, code);
        Assert.Equal((await File.ReadAllTextAsync(Path.Combine(Programs.RepositoryRoot, "docs", "appliance.schema.json"))).Trim(), schema.Trim());
    }

    private async Task<JsonElement> JsonAsync(int expected, params string[] words)
    {
        var (code, output) = await TypeAsync([.. words, "--json"]);
        Assert.Equal(expected, code);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private Task<(int Code, string Output)> TypeAsync(params string[] words) =>
        LabProcess.RunAsync("gateway " + string.Join(' ', words), GatewayProcess.Executable, words, Stage.Soon, _directory.Root);
}
