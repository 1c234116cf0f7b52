using System.Text.Json;
using Gateway.Admin;
using Gateway.Host.Configuration;
using Spectre.Console;

namespace Gateway.Host.Verbs;

/// <summary>Prints results: tables for people with faults on standard error, JSON on standard output for scripts.</summary>
internal static class Output
{
    public static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, AdminJson.Options));

    public static void Line(string text) => Console.Out.WriteLine(text);

    public static void Error(string text) => Console.Error.WriteLine(text);

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

    public static void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, string whenEmpty = "none")
    {
        var lines = rows.ToList();
        if (lines.Count == 0)
        {
            Line($"{title}: {whenEmpty}");
            return;
        }

        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(title)) };
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (var line in lines) table.AddRow(line.Select(Markup.Escape).ToArray());
        Screen().Write(table);
    }

    // A pipe has no width: wide enough that no cell is folded.
    private static IAnsiConsole Screen()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Out), Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (Console.IsOutputRedirected) console.Profile.Width = 240;
        return console;
    }
}
