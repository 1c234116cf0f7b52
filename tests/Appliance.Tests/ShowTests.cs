using System.Globalization;
using System.Text.RegularExpressions;
using Lab;
using Lab.Processes;

namespace Appliance.Tests;

/// <summary>What <c>make run</c> shows, with the repository's own configuration on other ports: it plays to its end, and a second run works too.</summary>
public sealed partial class ShowTests
{
    [Fact]
    public async Task Show_of_make_run_plays_to_its_end_twice()
    {
        using var directory = new LabDirectory("show");
        var text = await File.ReadAllTextAsync(Path.Combine(Programs.RepositoryRoot, "appliance.json"));
        var ports = new Dictionary<string, string>(StringComparer.Ordinal);
        text = Port().Replace(text, m => m.Groups["host"].Value + NewPort(m.Groups["port"].Value) + "\"");
        var file = directory.File("appliance.json");
        await File.WriteAllTextAsync(file, text);

        for (var run = 1; run <= 2; run++)
        {
            var (code, output) = await LabProcess.RunAsync("the show", Programs.Built("tests/Demo", "Demo"), ["--exit", "--fast", "--config", file], TimeSpan.FromMinutes(3), directory.Root);
            directory.IsKept |= code != 0;
            Assert.True(code == 0, $"run {run} ended with {code}; its records are in {directory.Root}\n{output}");
            Assert.Contains("All steps were seen on both sides.", output, StringComparison.Ordinal);
        }

        string NewPort(string old) => ports.TryGetValue(old, out var known) ? known : ports[old] = LabPorts.Take().ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("(?<host>\"[a-z0-9.]+:)(?<port>[0-9]+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Port();
}
