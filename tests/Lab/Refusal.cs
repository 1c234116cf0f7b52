using Lab.Processes;

namespace Lab;

/// <summary>Checks that a refusal was told everywhere an operator looks: the log, the metric and <c>gateway status</c>, all by the same public name.</summary>
public sealed class Refusal
{
    private readonly Stage _stage;
    private readonly string _reason;
    private readonly int _linesBefore;
    private readonly double _countBefore;

    private Refusal(Stage stage, string reason, int linesBefore, double countBefore) => (_stage, _reason, _linesBefore, _countBefore) = (stage, reason, linesBefore, countBefore);

    /// <summary>Remembers where log and metric stand before the peer does what must be refused.</summary>
    public static async Task<Refusal> ExpectAsync(Stage stage, string reason) =>
        new(stage, reason, stage.Gateway.Process.Lines.Length, Count(await stage.Gateway.MetricsAsync(), reason));

    /// <summary>Waits for the log line, then reads metric and status.</summary>
    public async Task WasToldAsync()
    {
        await _stage.Gateway.LineAsync($"a log line with {_reason}", l => l.Contains(_reason, StringComparison.Ordinal), Stage.Soon, _linesBefore);

        // Log, metric and status are told one after the other; a line that is seen is no promise that the next has been said.
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await _stage.Gateway.MetricsAsync() is var metrics && Count(metrics, _reason) <= _countBefore)
        {
            if (deadline.IsCancellationRequested) throw new LabFaultException($"no sample with {_reason} grew in /metrics:\n{Samples(metrics)}");
            await look.WaitForNextTickAsync();
        }

        while (await _stage.Gateway.VerbAsync("status", "--json") is var (code, output) && (code != 0 || !output.Contains(_reason, StringComparison.Ordinal)))
        {
            if (deadline.IsCancellationRequested) throw new LabFaultException($"'gateway status --json' ({code}) does not tell {_reason}:\n{output}");
            await look.WaitForNextTickAsync();
        }
    }

    private static double Count(string metrics, string reason) => metrics.Split('\n')
        .Where(l => !l.StartsWith('#') && l.Contains('"' + reason + '"', StringComparison.Ordinal))
        .Sum(l => double.Parse(l[(l.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    private static string Samples(string metrics) => string.Join('\n', metrics.Split('\n').Where(l => l.StartsWith("gateway_", StringComparison.Ordinal)).Take(80));
}
