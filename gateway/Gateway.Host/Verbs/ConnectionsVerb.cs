using Gateway.Admin.Reports;
using Gateway.Host.Screens;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway connections [PEER] [--in|--out] [--details]</c>: what stands between us and the peers, connection by connection (PS-131).</summary>
internal static class ConnectionsVerb
{
    public static async Task<int> RunAsync(string file, string? socket, string? peer, string? direction, bool isDetailed, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        var resource = $"/connections?peer={Uri.EscapeDataString(peer ?? "")}&direction={direction}";
        var report = await client.AskAsync<ConnectionsReport>(HttpMethod.Get, resource, cancellation);
        if (report is null) return client.NotRunning(asJson);
        if (report.Connections.Count == 0 && peer is not null && await UnknownAsync(client, peer, cancellation) is { } refusal)
        {
            if (asJson) Output.Json(new { Peer = peer, Refusal = refusal });
            else Output.Error(refusal);
            return ExitCodes.FoundBad;
        }

        if (asJson) Output.Json(report);
        else Output.Lines(isDetailed ? ConnectionsScreen.Details(report.Connections, Output.Now, Output.Width) : ConnectionsScreen.List(report.Connections, Output.Now));
        return ExitCodes.Good;
    }

    // "None" for a name that is written wrongly would be believed.
    private static async Task<string?> UnknownAsync(AdminClient client, string peer, CancellationToken cancellation)
    {
        if (await client.AskAsync<StatusReport>(HttpMethod.Get, "/status", cancellation) is not { } status || status.Peers.Any(p => p.Name == peer)) return null;
        return $"no peer is named {peer}; there is: {string.Join(", ", status.Peers.Select(p => p.Name))}";
    }
}
