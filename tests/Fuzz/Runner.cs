using System.Diagnostics;
using System.Globalization;

namespace Fuzz;

/// <summary>What a run was told.</summary>
internal sealed record RunOptions
{
    public ulong Seed { get; init; } = 1;

    /// <summary>Number of the first input.</summary>
    public long First { get; init; }

    public long Count { get; init; } = 1_000_000;

    /// <summary>Where findings are written; null writes none.</summary>
    public string? Folder { get; init; }

    public int FindingsMax { get; init; } = 20;

    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>One input that did harm.</summary>
internal sealed record Finding(long Number, string What, byte[] Input);

/// <summary>
/// Feeds a target one input after the other on the calling thread, each bounded: no exception, no more memory than its size allows, no input that takes much of the processor each time it is tried. Over the
/// run what is kept stays flat. A watch thread ends the program when one input never returns.
/// </summary>
internal sealed class Runner(Target target, RunOptions options, TextWriter log)
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(60);
    private const int ChancesOfFile = 64;
    private const long GrowthMax = 96L * 1024 * 1024;

    private readonly Mutator mutator = new(target.Corpus);
    private readonly List<Finding> findings = [];
    private long current = -1;

    public IReadOnlyList<Finding> Run()
    {
        // Whole seeds first: what is known to be hard stays handled.
        foreach (var seed in target.Corpus.Seeds) Play(seed);
        using var watch = Watch();
        var clock = Stopwatch.StartNew();
        var (reported, settled) = (TimeSpan.Zero, 0L);
        var end = options.First + options.Count;
        for (var number = options.First; number < end && findings.Count < options.FindingsMax; number++)
        {
            Volatile.Write(ref current, number);
            var chance = new Chance(options.Seed, number);
            var input = mutator.Make(ref chance);
            Try(number, input, chance);
            if ((number & 0xFFF) != 0 || clock.Elapsed - reported < options.ReportEvery) continue;
            reported = clock.Elapsed;
            // What is alive: the working set also holds what the collector has not looked at yet.
            var alive = GC.GetTotalMemory(forceFullCollection: true);
            if (settled == 0) settled = alive;
            Report(number - options.First + 1, clock.Elapsed, Environment.WorkingSet);
            if (alive - settled > GrowthMax) Add(number, $"what is kept grew from {settled} to {alive} bytes", input);
        }

        Volatile.Write(ref current, -1);
        Report(options.Count, clock.Elapsed, Environment.WorkingSet);
        return findings;
    }

    /// <summary>Makes and plays the input of that number again.</summary>
    public IReadOnlyList<Finding> Play(long number)
    {
        var chance = new Chance(options.Seed, number);
        var input = mutator.Make(ref chance).ToArray();
        log.WriteLine(System.Text.Encoding.Latin1.GetString(input));
        Try(number, input, chance);
        return findings;
    }

    /// <summary>Plays a file with many chances: how it is cut and what is asked of it is not in the file.</summary>
    public IReadOnlyList<Finding> Play(byte[] input)
    {
        for (var number = 0; number < ChancesOfFile; number++) Try(number, input, new Chance(options.Seed, number));
        return findings;
    }

    private void Try(long number, ReadOnlySpan<byte> input, Chance chance)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = ThreadClock.Used;
        try
        {
            var own = chance;
            target.Run(input, ref own);
        }
        catch (Exception finding) when (finding is not OutOfMemoryException)
        {
            Add(number, finding.ToString(), input);
            return;
        }

        var taken = ThreadClock.Used - started;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > target.AllocatedMax(input.Length)) Add(number, $"{allocated} bytes allocated for an input of {input.Length}", input);
        if (taken > Slow && IsSlowAgain(input, chance)) Add(number, $"takes {taken.TotalMilliseconds} ms", input);
    }

    // The collector or the compiler may have had a hand in it: slow is what is slow each time.
    private bool IsSlowAgain(ReadOnlySpan<byte> input, Chance chance)
    {
        for (var times = 0; times < 5; times++)
        {
            var own = chance;
            var started = ThreadClock.Used;
            target.Run(input, ref own);
            if (ThreadClock.Used - started < Slow) return false;
        }

        return true;
    }

    private void Add(long number, string what, ReadOnlySpan<byte> input)
    {
        findings.Add(new Finding(number, what, input.ToArray()));
        log.WriteLine($"FINDING {target.Name} seed {options.Seed} number {number}: {what}");
        if (options.Folder is null) return;
        Directory.CreateDirectory(options.Folder);
        File.WriteAllBytes(Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"{target.Name}-{options.Seed}-{number}.bin")), input);
    }

    private void Report(long done, TimeSpan elapsed, long workingSet) => log.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{target.Name} seed {options.Seed}: {done:N0} inputs, {done / Math.Max(elapsed.TotalSeconds, 0.001):N0}/s, {workingSet / 1024 / 1024} MB, {findings.Count} findings"));

    // Reports from outside, because a hung input cannot: the number is enough to make it again.
    private Timer Watch()
    {
        var (last, since) = (-1L, Stopwatch.GetTimestamp());
        return new Timer(_ =>
        {
            var now = Volatile.Read(ref current);
            if (now != last || now < 0) (last, since) = (now, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(since) > Hung)
            {
                log.WriteLine($"HANG {target.Name} seed {options.Seed} number {now}");
                log.Flush();
                Environment.Exit(3);
            }
        }, null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
    }
}
