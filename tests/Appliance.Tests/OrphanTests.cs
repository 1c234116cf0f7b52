using System.Globalization;
using Lab;
using Lab.Processes;

namespace Appliance.Tests;

/// <summary>A host of a lab that is killed leaves nothing behind: no server that holds a port, no gateway that goes on calling the peers of the next run.</summary>
public sealed class OrphanTests
{
    [Fact]
    public async Task Everything_that_a_host_started_ends_when_the_host_is_killed()
    {
        using var directory = new LabDirectory("orphans");
        var file = await DemoConfiguration.WriteAsync(directory);
        await using var host = LabProcess.Start("the host", Programs.Built("tests/Demo", "Demo"), ["--fast", "--config", file], directory.Root);
        host.CloseInput();
        await host.Lines.SeeAsync("the host has started everybody", l => l.Contains("Everything keeps running", StringComparison.Ordinal), TimeSpan.FromMinutes(3));
        var started = Seen.All().Where(p => p.Parent == host.Id).ToList();
        foreach (var name in (string[])["gateway", "dnsmasq", "LyncEdge"]) Assert.Contains(started, p => p.Name == name);

        host.Signal(9);

        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (Seen.All().Where(p => started.Exists(s => (s.Id, s.Began) == (p.Id, p.Began))).ToList() is { Count: > 0 } left)
        {
            Assert.False(deadline.IsCancellationRequested, "these outlive their host: " + string.Join(", ", left));
            await look.WaitForNextTickAsync();
        }
    }

    /// <summary>One process as the kernel tells it (proc(5), stat); the dead that wait to be collected are left out.</summary>
    private sealed record Seen(int Id, string Name, int Parent, string Began)
    {
        public static IReadOnlyList<Seen> All() => [.. Directory.EnumerateDirectories("/proc").Select(Read).OfType<Seen>()];

        private static Seen? Read(string folder)
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return null;
            try
            {
                var text = File.ReadAllText(Path.Combine(folder, "stat"));
                var name = text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..text.LastIndexOf(')')];
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : new Seen(id, name, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19]);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }
}
