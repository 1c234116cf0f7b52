using Gateway.Admin.Reports;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway reload</c>.</summary>
internal static class ReloadVerb
{
    public static async Task<int> RunAsync(string file, string? socket, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        var report = await client.AskAsync<ReloadReport>(HttpMethod.Post, "/reload", cancellation);
        if (report is null) return client.NotRunning(asJson);
        if (asJson) Output.Json(report);
        else Print(report);
        return report.IsApplied ? ExitCodes.Good : ExitCodes.FoundBad;
    }

    private static void Print(ReloadReport report)
    {
        if (!report.IsApplied)
        {
            Output.Error("not reloaded; the configuration before stays in force:");
            foreach (var fault in report.Faults) Output.Error("  " + fault);
            return;
        }

        Output.Line(report.Applied.Count == 0 ? "reloaded; nothing changed that takes effect at once" : "reloaded: " + string.Join(", ", report.Applied));
        foreach (var warning in report.Warnings) Output.Line("warning: " + warning);
        if (report.NeedsRestart.Count > 0) Output.Line("changed, but waits for a restart: " + string.Join(", ", report.NeedsRestart));
    }
}
