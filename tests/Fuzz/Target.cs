namespace Fuzz;

/// <summary>One room under hostile input. An exception out of <see cref="Run"/> is a finding; a wrong answer is one too, thrown as <see cref="FindingException"/>.</summary>
internal abstract class Target
{
    public abstract string Name { get; }

    public abstract Corpus Corpus { get; }

    /// <summary>Bytes one input may cost, beside those for each byte of it.</summary>
    public virtual long AllocatedMax(int inputBytes) => 512 * 1024 + 400L * inputBytes;

    public abstract void Run(ReadOnlySpan<byte> input, ref Chance chance);

    public static IReadOnlyList<Target> All() => [new Targets.SipTarget(), new Targets.XmppTarget(), new Targets.DocumentsTarget(), new Targets.DnsTarget()];

    protected static void Require(bool holds, string what)
    {
        if (!holds) throw new FindingException(what);
    }
}

/// <summary>Something that must hold does not.</summary>
internal sealed class FindingException(string what) : Exception(what);
