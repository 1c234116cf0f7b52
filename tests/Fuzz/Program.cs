using System.Globalization;

namespace Fuzz;

/// <summary><c>Fuzz TARGET [--count N] [--seed S] [--first N] [--out FOLDER]</c>; <c>Fuzz TARGET --number N</c> makes and plays one input again, <c>Fuzz TARGET --file PATH</c> plays a file.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var target = args.Length == 0 ? null : Target.All().FirstOrDefault(t => t.Name == args[0]);
        if (target is null || args.Length % 2 == 0)
        {
            Console.Error.WriteLine($"Fuzz {string.Join('|', Target.All().Select(t => t.Name))} [--count N] [--seed S] [--first N] [--out FOLDER] [--number N] [--file PATH]");
            return 2;
        }

        var said = args.Skip(1).Chunk(2).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        long Number(string name, long otherwise) => said.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        var options = new RunOptions
        {
            Seed = (ulong)Number("--seed", 1), First = Number("--first", 0), Count = Number("--count", 1_000_000), Folder = said.GetValueOrDefault("--out", "findings"),
        };
        var runner = new Runner(target, options, Console.Out);
        if (said.TryGetValue("--file", out var file)) return Played(runner.Play(File.ReadAllBytes(file)));
        if (said.ContainsKey("--number")) return Played(runner.Play(Number("--number", 0)));
        Console.WriteLine($"{target.Name}: seed {options.Seed}, inputs {options.First} to {options.First + options.Count - 1}, {target.Corpus.Seeds.Count} seeds of the corpus");
        var findings = runner.Run();
        Console.WriteLine($"{target.Name}: {findings.Count} findings");
        return findings.Count == 0 ? 0 : 1;
    }

    private static int Played(IReadOnlyList<Finding> findings)
    {
        Console.WriteLine($"\n{findings.Count} findings");
        return findings.Count == 0 ? 0 : 1;
    }
}
