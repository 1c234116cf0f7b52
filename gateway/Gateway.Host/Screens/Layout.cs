using System.Globalization;
using System.Text;
using Gateway.Federation;

namespace Gateway.Host.Screens;

/// <summary>
/// Lays text out for people. Columns are as wide as their widest cell and never folded, so that a name can be searched for and copied; what has no natural width stands last. Sentences are
/// folded between words at the width of a terminal, and not at all in a pipe.
/// </summary>
public static class Layout
{
    /// <summary>The width of a pipe or file.</summary>
    public const int Unfolded = int.MaxValue;

    private const string Gap = "  ";

    /// <summary>The heads and a line for each row, set in by two; columns of numbers stand to the right.</summary>
    public static IEnumerable<string> Columns(IReadOnlyList<string> heads, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var cells = rows.Select(r => r.Select(Clean).ToArray()).Prepend([.. heads]).ToList();
        var widths = heads.Select((_, i) => cells.Max(c => c[i].Length)).ToArray();
        var areNumbers = heads.Select((_, i) => rows.Count > 0 && cells.Skip(1).All(c => c[i].Length > 0 && c[i].All(char.IsAsciiDigit))).ToArray();
        foreach (var line in cells)
            yield return (Gap + string.Join(Gap, line.Select((c, i) => areNumbers[i] ? c.PadLeft(widths[i]) : c.PadRight(widths[i])))).TrimEnd();
    }

    /// <summary>One thing that is told under a label; further lines of it stand below its first word.</summary>
    public static IEnumerable<string> Entry(string label, int labelWidth, string text, int width)
    {
        var head = Gap + Clean(label).PadRight(labelWidth) + Gap;
        var (line, isFirst) = (new StringBuilder(head), true);
        foreach (var word in Clean(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isFirst && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                (line, isFirst) = (new StringBuilder().Append(' ', head.Length), true);
            }

            if (!isFirst) line.Append(' ');
            line.Append(word);
            isFirst = false;
        }

        yield return line.ToString().TrimEnd();
    }

    /// <summary>How long ago, or for how long: as much of it as one looks at.</summary>
    public static string Age(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d"),
    };

    public static string When(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>One line that cannot steer a terminal, whoever wrote it.</summary>
    public static string Clean(string text) => PrintableText.Of(text.ReplaceLineEndings(" "));
}
