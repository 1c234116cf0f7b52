using System.Globalization;
using System.Text.RegularExpressions;
using Lab;

namespace Appliance.Tests;

/// <summary>The repository's own configuration on ports that nobody else has.</summary>
internal static partial class DemoConfiguration
{
    public static async Task<string> WriteAsync(LabDirectory directory)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Programs.RepositoryRoot, "appliance.json"));
        var ports = new Dictionary<string, string>(StringComparer.Ordinal);
        text = Port().Replace(text, m => m.Groups["host"].Value + NewPort(m.Groups["port"].Value) + "\"");
        var file = directory.File("appliance.json");
        await File.WriteAllTextAsync(file, text);
        return file;

        string NewPort(string old) => ports.TryGetValue(old, out var known) ? known : ports[old] = LabPorts.Take().ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("(?<host>\"[a-z0-9.]+:)(?<port>[0-9]+)\"", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Port();
}
