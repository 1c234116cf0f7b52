using System.Globalization;

namespace Load.Measure;

/// <summary>CPU time and memory of one process, with its descendants or alone, as the kernel counts them (proc(5)).</summary>
internal sealed class ProcessUse(string name, int rootId, bool isAlone = false)
{
    private const double TicksPerSecond = 100;
    private List<int> tree = [];
    private double cpu;
    private double largestMebibytes;

    public string Name { get; } = name;

    public static double BusySeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        double[] counted = [Number(fields[1]), Number(fields[2]), Number(fields[3]), Number(fields[6]), Number(fields[7])];
        return counted.Sum() / TicksPerSecond;
    }

    /// <summary>Finds the processes and forgets their peak. Slow: to be called before time is taken.</summary>
    public void Prepare()
    {
        tree = isAlone ? [rootId] : Tree();
        foreach (var id in tree) ForgetPeak(id);
        largestMebibytes = MebibytesOf(tree);
    }

    /// <summary>From here to <see cref="Stop"/> CPU is counted.</summary>
    public void Start() => cpu = -tree.Sum(CpuSecondsOf);

    public void Stop() => cpu += tree.Sum(CpuSecondsOf);

    public ProcessFigures Figures(double seconds, long items)
    {
        var now = MebibytesOf(tree);
        var peak = tree.Count == 1 ? PeakMebibytesOf(tree[0]) : Math.Max(now, largestMebibytes);
        return new ProcessFigures(Name, cpu / seconds, items > 0 ? cpu * 1e6 / items : 0, now, peak);
    }

    private static double MebibytesOf(List<int> ids) => ids.Sum(PssMebibytesOf);

    // PSS counts memory that several processes share once.
    private static double PssMebibytesOf(int id) => FieldOf($"/proc/{id}/smaps_rollup", "Pss:");

    private static double PeakMebibytesOf(int id) => FieldOf($"/proc/{id}/status", "VmHWM:");

    private static double FieldOf(string file, string field)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return line is null ? 0 : Number(line[field.Length..].Replace("kB", "", StringComparison.Ordinal)) / 1_024;
        }
        catch (Exception e) when (IsGone(e))
        {
            return 0;
        }
    }

    private static void ForgetPeak(int id)
    {
        try
        {
            File.WriteAllText($"/proc/{id}/clear_refs", "5");
        }
        catch (Exception e) when (IsGone(e))
        {
            // then the peak is that of its whole life
        }
    }

    private static double CpuSecondsOf(int id)
    {
        var fields = StatOf(id);
        return fields.Length == 0 ? 0 : (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    // The fields after the name, which may itself hold spaces and parentheses.
    private static string[] StatOf(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (IsGone(e))
        {
            return [];
        }
    }

    private static bool IsGone(Exception e) => e is IOException or UnauthorizedAccessException;

    private static double Number(string text) => double.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private List<int> Tree()
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            var fields = StatOf(id);
            if (fields.Length < 2) continue;
            var parent = int.Parse(fields[1], CultureInfo.InvariantCulture);
            if (!children.TryGetValue(parent, out var list)) children[parent] = list = [];
            list.Add(id);
        }

        var found = new List<int> { rootId };
        for (var i = 0; i < found.Count; i++) found.AddRange(children.GetValueOrDefault(found[i], []));
        return found;
    }
}
