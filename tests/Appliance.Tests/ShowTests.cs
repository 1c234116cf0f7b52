using Lab;
using Lab.Processes;

namespace Appliance.Tests;

/// <summary>What <c>make run</c> shows, with the repository's own configuration on other ports: it plays to its end, and a second run works too.</summary>
public sealed class ShowTests
{
    [Fact]
    public async Task Show_of_make_run_plays_to_its_end_twice()
    {
        using var directory = new LabDirectory("show");
        var file = await DemoConfiguration.WriteAsync(directory);

        for (var run = 1; run <= 2; run++)
        {
            var (code, output) = await LabProcess.RunAsync("the show", Programs.Built("tests/Demo", "Demo"), ["--exit", "--fast", "--config", file], TimeSpan.FromMinutes(3), directory.Root);
            directory.IsKept |= code != 0;
            Assert.True(code == 0, $"run {run} ended with {code}; its records are in {directory.Root}\n{output}");
            Assert.Contains("All steps were seen on both sides.", output, StringComparison.Ordinal);
        }
    }
}
