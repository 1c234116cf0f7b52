using Gateway.Admin.Reports;
using Gateway.Host.Screens;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway status</c>: the running appliance, what is wrong with it last.</summary>
internal static class StatusVerb
{
    public static async Task<int> RunAsync(string file, string? socket, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        var status = await client.AskAsync<StatusReport>(HttpMethod.Get, "/status", cancellation);
        if (status is null) return client.NotRunning(asJson);
        if (asJson) Output.Json(status);
        else Output.Lines(StatusScreen.Lines(status, Output.Now, Output.Width));
        return ExitCodes.Good;
    }
}
