using Fuzz;

namespace Fuzz.Tests;

/// <summary>
/// The short run of the fuzzer: the corpus with everything found so far, then inputs of fixed seeds. `dotnet run -c Release --project tests/Fuzz -- sip --count 50000000` is the long one; a finding is
/// played again by its number or its file.
/// </summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData("sip", 60_000)]
    [InlineData("xmpp", 60_000)]
    [InlineData("documents", 60_000)]
    [InlineData("dns", 60_000)]
    public void No_input_crashes_hangs_or_grows(string name, int count)
    {
        var log = new StringWriter();
        var target = Target.All().Single(t => t.Name == name);
        var findings = new Runner(target, new RunOptions { Seed = 4475, Count = count }, log).Run();

        Assert.True(target.Corpus.Seeds.Count > 5 && findings.Count == 0, log.ToString());
    }

    [Fact]
    public void An_input_is_its_number_whatever_came_before_it()
    {
        var one = new Mutator(Target.All()[0].Corpus);
        var other = new Mutator(Target.All()[0].Corpus);
        for (var number = 0; number < 50; number++)
        {
            var chance = new Chance(7, number);
            _ = one.Make(ref chance);
        }

        var (first, second) = (new Chance(7, 50), new Chance(7, 50));
        Assert.Equal(one.Make(ref first).ToArray(), other.Make(ref second).ToArray());
    }

    [Fact]
    public void A_target_that_throws_allocates_or_answers_wrongly_is_found()
    {
        var log = new StringWriter();
        var findings = new Runner(new Broken(), new RunOptions { Count = 2_000, FindingsMax = 3 }, log).Run();

        Assert.Contains(findings, f => f.What.Contains("out of range", StringComparison.OrdinalIgnoreCase) || f.What.Contains("bounds", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("number", log.ToString(), StringComparison.Ordinal);
    }

    // Reads one byte behind what it was given whenever a NUL stands in it.
    private sealed class Broken : Target
    {
        public override string Name => "broken";

        public override Corpus Corpus { get; } = new([[1, 2, 3, 4, 5]], [[0]]);

        public override void Run(ReadOnlySpan<byte> input, ref Chance chance)
        {
            if (input.Contains((byte)0)) _ = input[input.Length];
        }
    }
}
