namespace Gateway.Host.Docs;

/// <summary>The files of a source tree, without what a build leaves in it.</summary>
internal static class SourceTree
{
    public static IEnumerable<string> Files(string root, string pattern, params string[] folders) => folders
        .Select(f => Path.Combine(root, f)).Where(Directory.Exists)
        .SelectMany(f => Directory.GetFiles(f, pattern, SearchOption.AllDirectories))
        .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
