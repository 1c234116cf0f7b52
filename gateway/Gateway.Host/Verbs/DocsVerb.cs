using Gateway.Host.Docs;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway docs write</c>: the pages that are made, not typed.</summary>
internal static class DocsVerb
{
    public static async Task<int> WriteAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var (name, text) in await GeneratedPages.AllAsync(Directory.GetCurrentDirectory()))
        {
            var path = Path.Combine(directory, name);
            await File.WriteAllTextAsync(path, text);
            Output.Line(path);
        }

        return ExitCodes.Good;
    }
}
