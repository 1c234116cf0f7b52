using Gateway.Admin.Reports;
using Gateway.Host.Configuration.Validation;
using Gateway.Host.Reasons;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway presence repair WATCHER PRESENTITY</c>: a subscription that stands here and is forgotten at the user's home is asked for anew (RN-049).</summary>
internal static class RepairVerb
{
    public static async Task<int> RunAsync(string file, string? socket, string watcher, string presentity, bool asJson, CancellationToken cancellation)
    {
        foreach (var address in new[] { watcher, presentity })
        {
            if (DomainText.IsUser(address)) continue;
            Output.Error($"'{address}' is not user@domain");
            return ExitCodes.Usage;
        }

        using var client = AdminClient.For(file, socket);
        var report = await client.AskAsync<RepairReport>(HttpMethod.Post, $"/presence/repair?watcher={Uri.EscapeDataString(watcher)}&presentity={Uri.EscapeDataString(presentity)}", cancellation);
        if (report is null) return client.NotRunning(asJson);
        if (asJson) Output.Json(report);
        else Output.Line(report.IsAsked ? $"the home of {presentity} is asked anew" : $"not asked: {report.Reason}: {ReasonTable.NextStepOf(report.Reason)}");
        return report.IsAsked ? ExitCodes.Good : ExitCodes.FoundBad;
    }
}
