using System.Globalization;

namespace Lab.Appliance;

/// <summary>Reads the Prometheus text exposition as a scraper does.</summary>
public static class MetricLines
{
    public static double Sum(string exposition, string name, params IReadOnlyList<string> labels)
    {
        var sum = 0.0;
        foreach (var line in exposition.Split('\n'))
        {
            if (!line.StartsWith(name, StringComparison.Ordinal) || line.Length <= name.Length || line[name.Length] is not ('{' or ' ')) continue;
            if (!labels.All(l => line.Contains(l, StringComparison.Ordinal))) continue;
            var close = line.LastIndexOf('}');
            var value = line[(close >= 0 ? close + 1 : name.Length)..].Trim().Split(' ')[0];
            sum += double.Parse(value, CultureInfo.InvariantCulture);
        }

        return sum;
    }
}
