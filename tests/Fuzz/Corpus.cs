namespace Fuzz;

/// <summary>What inputs are made from: whole files of one target, in the order of their names, and the words of its grammar.</summary>
internal sealed class Corpus(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
{
    public IReadOnlyList<byte[]> Seeds { get; } = seeds;

    public IReadOnlyList<byte[]> Words { get; } = words;

    /// <summary>The files beside the program under <c>corpus/</c> and the target's name.</summary>
    public static Corpus Load(string target, params string[] words)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "corpus", target);
        var seeds = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(s => s.Length > 0).ToList();
        return new Corpus(seeds, [.. words.Select(System.Text.Encoding.Latin1.GetBytes)]);
    }
}
