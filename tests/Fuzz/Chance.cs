namespace Fuzz;

/// <summary>The chance of one input: made of the run's seed and the input's number alone, so that any input can be made again without those before it (SplitMix64).</summary>
internal struct Chance(ulong seed, long number)
{
    private ulong state = Mix(seed) ^ Mix((ulong)number + 0x9E3779B97F4A7C15UL);

    /// <summary>0 to <paramref name="bound"/> − 1; 0 when the bound is 0.</summary>
    public int Next(int bound)
    {
        state += 0x9E3779B97F4A7C15UL;
        return (int)((Mix(state) >> 32) * (uint)bound >> 32);
    }

    public bool OneIn(int odds) => Next(odds) == 0;

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
