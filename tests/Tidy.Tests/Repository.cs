using System.Xml.Linq;

namespace Tidy.Tests;

/// <summary>The repository as the laws look at it: files, projects, references.</summary>
internal static class Repository
{
    private static readonly string[] Skipped = ["bin", "obj", ".git", ".vs", "run", "artifacts", "TestResults", ".cache"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    /// <summary>C# of the product.</summary>
    public static IReadOnlyList<SourceFile> Product { get; } = [.. Sources("certs/", "gateway/", "presence-core/")];

    /// <summary>C# of the product and of the tests.</summary>
    public static IReadOnlyList<SourceFile> Everything { get; } = [.. Sources("certs/", "gateway/", "presence-core/", "tests/")];

    /// <summary>The rooms: name, and the path of the project file.</summary>
    public static IReadOnlyDictionary<string, string> Rooms { get; } = Files
        .Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("tests/", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => f, StringComparer.Ordinal);

    /// <summary>The rooms that a project file references.</summary>
    public static IReadOnlyList<string> ReferencesOf(string project) =>
    [
        .. XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))),
    ];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static IEnumerable<SourceFile> Sources(params string[] folders) => Files
        .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && folders.Any(d => f.StartsWith(d, StringComparison.Ordinal)))
        .Select(f => new SourceFile(f, Read(f).Split('\n')));

    private static IEnumerable<string> Walk(string directory)
    {
        foreach (var file in Directory.GetFiles(directory)) yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        foreach (var inner in Directory.GetDirectories(directory))
        {
            if (Skipped.Contains(Path.GetFileName(inner), StringComparer.Ordinal)) continue;
            foreach (var file in Walk(inner)) yield return file;
        }
    }

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Gateway.sln"))) directory = Path.GetDirectoryName(directory)!;
        return Path.GetFullPath(directory);
    }
}

/// <summary>One C# file with its lines.</summary>
internal sealed record SourceFile(string Path, IReadOnlyList<string> Lines)
{
    public string Text { get; } = string.Join('\n', Lines);

    /// <summary>Whether the file belongs to the room of that name.</summary>
    public bool IsIn(string room) => Path.Contains($"/{room}/", StringComparison.Ordinal);

    /// <summary>The lines that hold a word, as places to go to.</summary>
    public IEnumerable<string> Where(Func<string, bool> isBad) =>
        Lines.Select((line, at) => (line, at)).Where(l => isBad(l.line)).Select(l => $"{Path}:{l.at + 1}: {l.line.Trim()}");
}
