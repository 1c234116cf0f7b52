using Gateway.Admin.Reports;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway connections [PEER] [--in|--out]</c>: what stands between us and the peers, connection by connection (PS-131).</summary>
internal static class ConnectionsVerb
{
    public static async Task<int> RunAsync(string file, string? socket, string? peer, string? direction, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        var resource = $"/connections?peer={Uri.EscapeDataString(peer ?? "")}&direction={direction}";
        var report = await client.AskAsync<ConnectionsReport>(HttpMethod.Get, resource, cancellation);
        if (report is null) return StatusVerb.NotRunning(asJson);
        if (asJson) Output.Json(report);
        else Print(report.Connections);
        return ExitCodes.Good;
    }

    /// <summary>The table, here and in <c>status</c>.</summary>
    public static void Print(IReadOnlyList<ConnectionRow> rows) => Output.Table(
        "connections",
        ["peer", "direction", "domains", "remote", "phase", "proved by", "why", "TLS", "certificates", "features", "in", "out", "last", "dialogs", "queued", "unacknowledged", "since"],
        rows.Select(row => Cells(row.Peer, row.Connection)));

    private static string[] Cells(string peer, ConnectionStatus c) =>
    [
        peer, c.Direction, string.Join("; ", c.Domains), c.Remote, c.Phase, string.Join("; ", c.Proofs), string.Join("; ", c.Trust), c.Tls, StatusVerb.Number(c.CertificateVersion),
        string.Join(' ', c.Features), StatusVerb.Number(c.ItemsIn), StatusVerb.Number(c.ItemsOut), c.LastItem is { } last ? StatusVerb.When(last) : "",
        StatusVerb.Number(c.Dialogs), StatusVerb.Number(c.Queued),
        StatusVerb.Number(c.Unacknowledged), c.Since is { } since ? StatusVerb.When(since) : "",
    ];
}
