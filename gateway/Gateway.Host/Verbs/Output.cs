using System.Text.Json;
using Gateway.Admin;
using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Host.Screens;

namespace Gateway.Host.Verbs;

/// <summary>Prints results: text for people with faults on standard error, JSON on standard output for scripts. Nothing that people read steers their terminal, whoever wrote it.</summary>
internal static class Output
{
    public static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, AdminJson.Options));

    public static void Line(string text) => Console.Out.WriteLine(PrintableText.Of(text, keepsLines: true));

    public static void Error(string text) => Console.Error.WriteLine(PrintableText.Of(text, keepsLines: true));

    /// <summary>All faults of a configuration, with the exit code that says so.</summary>
    public static int Faults(ConfigurationReading reading, bool asJson)
    {
        if (asJson) Json(new { reading.File, reading.IsGood, reading.Faults });
        else Faults(reading.File, reading.Faults);
        return ExitCodes.ConfigurationFaults;
    }

    public static void Faults(string file, IReadOnlyList<Fault> faults)
    {
        Error($"{file}: {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}");
        foreach (var fault in faults)
        {
            Error($"  {fault.Path}: {fault.Text}");
            Error($"      {fault.Hint}");
        }
    }

    /// <summary>Lines for people.</summary>
    public static void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines) Line(line);
    }

    /// <summary>A title with columns under it, or one line that says that there is nothing.</summary>
    public static void Table(string title, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.ToList();
        if (lines.Count == 0)
        {
            Line($"{title}: none");
            return;
        }

        Line(title);
        Lines(Layout.Columns(heads, lines));
    }

    /// <summary>Where sentences are folded: never in a pipe or file.</summary>
    public static int Width => Console.IsOutputRedirected ? Layout.Unfolded : Math.Max(60, Console.WindowWidth);

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}
