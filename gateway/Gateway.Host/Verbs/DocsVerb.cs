using Gateway.Host.Docs;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway docs write</c>: the pages that are made, not typed.</summary>
internal static class DocsVerb
{
    public static int Write(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var (name, text) in GeneratedPages.All())
        {
            var path = Path.Combine(directory, name);
            File.WriteAllText(path, text);
            Output.Line(path);
        }

        return ExitCodes.Good;
    }
}
