using System.Globalization;
using System.Text.Json;

namespace Load.Measure;

/// <summary>Prints figures: one line each as they come, and ratios of two subjects at the end.</summary>
internal sealed class Table(TextWriter console, string? jsonFile)
{
    private readonly List<Figures> all = [];

    public IReadOnlyList<Figures> All => all;

    public void Head() => console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{"scenario",-27}{"load",9}{"per s",9}{"p50 ms",9}{"p99 ms",9}{"max ms",9}{"us CPU",8}  {"cores (subject; load)",-40}{"MiB now/peak",-20}")
        + string.Create(CultureInfo.InvariantCulture, $"{"sent",9}{"failed",7}{"lost",6}{"twice",6}"));

    public void Add(Figures f)
    {
        all.Add(f);
        var subject = f.Processes.Where(p => p.Name != ProcessFigures.Generator).ToList();
        var generator = f.Processes.Where(p => p.Name == ProcessFigures.Generator).Sum(p => p.Cores);
        var cores = string.Join(' ', subject.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.Cores:0.00}"))) + string.Create(CultureInfo.InvariantCulture, $"; {generator:0.00}");
        var memory = string.Join(' ', subject.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Mebibytes:0}/{p.PeakMebibytes:0}")));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{f.Scenario,-27}{f.Load,9}{f.PerSecond,9:0}{f.P50,9:0.00}{f.P99,9:0.00}{f.Longest,9:0.0}{f.SubjectMicroseconds,8:0.0}  {cores,-40}{memory,-20}")
            + string.Create(CultureInfo.InvariantCulture, $"{f.Counts.Sent,9}{f.Counts.Failed,7}{f.Counts.Lost,6}{f.Counts.Duplicates,6}{(f.Remark.Length > 0 ? "  " + f.Remark : "")}"));
        if (jsonFile is not null) File.AppendAllText(jsonFile, JsonSerializer.Serialize(f) + "\n");
    }

    public void Ratios(string first, string second)
    {
        console.WriteLine();
        console.WriteLine($"{first} : {second}, same run");
        foreach (var a in all.Where(f => f.Subject == first))
        {
            if (all.FirstOrDefault(f => f.Subject == second && f.Scenario == a.Scenario && f.Load == a.Load) is not { PerSecond: > 0 } b) continue;
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{a.Scenario,-27}{a.Load,9}   throughput x{a.PerSecond / b.PerSecond:0.00}   CPU a message x{a.SubjectMicroseconds / b.SubjectMicroseconds:0.00}")
                + string.Create(CultureInfo.InvariantCulture, $"   p99 {a.P99:0.00} : {b.P99:0.00} ms"));
        }
    }

    /// <summary>New streams of every subject as a share of what the runtime's bare mutual TLS did under the same load of the same run.</summary>
    public void Shares(string bare, string handshakes, string streams)
    {
        foreach (var b in all.Where(f => f.Subject == bare && f.Scenario == handshakes && f.PerSecond > 0))
        {
            foreach (var f in all.Where(f => f.Scenario == streams && f.Load == b.Load))
            {
                var (share, cpu) = (100 * f.PerSecond / b.PerSecond, f.SubjectMicroseconds / b.SubjectMicroseconds);
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{f.Subject}, {streams}, {f.Load} at once: {f.PerSecond:0}/s, {share:0} % of the ")
                    + string.Create(CultureInfo.InvariantCulture, $"{b.PerSecond:0} {handshakes}/s of {bare}; CPU x{cpu:0.00}"));
            }
        }
    }
}
