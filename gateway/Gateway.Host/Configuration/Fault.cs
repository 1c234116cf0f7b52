namespace Gateway.Host.Configuration;

/// <summary>One mistake in <c>appliance.json</c>: where (a JSON path), what, and what to do about it.</summary>
public sealed record Fault(string Path, string Text, string Hint)
{
    public override string ToString() => $"{Path}: {Text} ({Hint})";
}

/// <summary>All mistakes of one reading, in the order they were found. Validators add to it; nobody stops at the first.</summary>
public sealed class FaultList
{
    private readonly List<Fault> faults = [];
    private readonly List<Fault> warnings = [];
    private readonly HashSet<string> brokenPaths = new(StringComparer.Ordinal);

    public IReadOnlyList<Fault> All => faults;

    /// <summary>What is wrong and is taken all the same.</summary>
    public IReadOnlyList<Fault> Warnings => warnings;

    public bool IsEmpty => faults.Count == 0;

    public void Add(string path, string text, string hint)
    {
        faults.Add(new Fault(path, text, hint));
        brokenPaths.Add(path);
    }

    public void Warn(string path, string text, string hint) => warnings.Add(new Fault(path, text, hint));

    /// <summary>Whether this very setting was already complained about, so that a validator need not repeat it in other words.</summary>
    public bool IsBroken(string path) => brokenPaths.Contains(path);
}
