using Gateway.Admin.Reports;
using Gateway.Host.Screens;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway domains</c>: the domains of the tables, through whom they are reached, and how many of their users are known (PSB-035).</summary>
internal static class DomainsVerb
{
    public static async Task<int> RunAsync(string file, string? socket, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        var report = await client.AskAsync<DomainsReport>(HttpMethod.Get, "/domains", cancellation);
        if (report is null) return client.NotRunning(asJson);
        if (asJson) Output.Json(report);
        else
            Output.Table("domains", ["kind", "users", "blocked", "through", "domain", "warning"],
                report.Domains.Select(d => new[] { d.Domain.Kind, Layout.Number(d.Users), d.Domain.IsBlocked ? "yes" : "", d.Domain.Peer, d.Domain.Name, d.Warning }));
        return ExitCodes.Good;
    }
}
