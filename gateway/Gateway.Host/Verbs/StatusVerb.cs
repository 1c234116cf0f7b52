using System.Globalization;
using Gateway.Admin.Reports;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway status</c>: the running appliance on one screen.</summary>
internal static class StatusVerb
{
    public static async Task<int> RunAsync(string file, string? socket, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        var status = await client.AskAsync<StatusReport>(HttpMethod.Get, "/status", cancellation);
        if (status is null) return NotRunning(asJson);
        if (asJson) Output.Json(status);
        else Print(status);
        return ExitCodes.Good;
    }

    public static int NotRunning(bool asJson)
    {
        const string text = "no gateway answers on the administration socket: is it running, with this configuration file, under this user?";
        if (asJson) Output.Json(new { State = "not running", Text = text });
        else Output.Error(text);
        return ExitCodes.NotRunning;
    }

    private static void Print(StatusReport status)
    {
        Output.Line($"gateway {status.Version}: {status.State} for {TimeSpan.FromSeconds(status.UptimeSeconds):d\\.hh\\:mm\\:ss}, configuration {status.Configuration.Path}");
        if (status.Configuration.LastReload is { IsApplied: false } failed)
            Output.Line($"  the reload of {When(failed.At)} failed and changed nothing: {string.Join("; ", failed.Faults)}");
        Output.Table("listeners", ["protocol", "address", "bound", "connections"],
            status.Listeners.Select(l => new[] { l.Protocol, l.Address, l.IsBound ? "yes" : "no", Number(l.Connections) }));
        Output.Table("peers", ["peer", "protocol", "profile", "domains", "connections", "pace", "limits of its own", "relaxations in force", "last failure"],
            status.Peers.Select(p => new[]
            {
                p.Name, p.Protocol, p.Profile, string.Join(' ', p.Domains), Number(p.Connections.Count), p.Pace, string.Join(", ", p.Limits), string.Join(", ", p.Relaxations), p.LastFailure,
            }));
        ConnectionsVerb.Print([.. status.Peers.SelectMany(p => p.Connections.Select(c => new ConnectionRow(p.Name, c)))]);
        var failing = status.Peers.SelectMany(p => p.Quarantined.Select(q => new[] { p.Name, q.Target, Number(q.Failures), When(q.Until), q.Reason })).ToList();
        if (failing.Count > 0) Output.Table("targets left alone", ["peer", "target", "failures", "next try", "why"], failing);
        if (status.Traces.Count > 0)
            Output.Table("traces", ["of", "by", "since", "texts of users", "lines", "not shown"],
                status.Traces.Select(t => new[] { t.Subject, t.Who, When(t.Since), t.ShowsBodies ? "shown" : "", Number(t.Lines), Number(t.Lost) }));
        Output.Table("domains", ["domain", "kind", "through", "blocked"], status.Domains.Select(d => new[] { d.Name, d.Kind, d.Peer, d.IsBlocked ? "yes" : "" }));
        Output.Table("recent refusals", ["who", "reason", "count", "last", "what happened", "next step"],
            status.Refusals.Select(r => new[] { r.Subject, r.Reason, Number(r.Count), When(r.LastAt), r.Text, r.NextStep }));
        Output.Table($"certificates, version {status.Certificates.Version}", ["name", "for", "days left", "SHA-256"],
            status.Certificates.Own.Select(c => new[] { c.Name, string.Join(' ', c.Domains), Number(c.DaysLeft), c.Fingerprint[..Math.Min(16, c.Fingerprint.Length)] }));
        foreach (var fault in status.Certificates.Faults) Output.Line($"  certificates not reloaded: {fault}");
        Output.Table("engine", ["number", "value"], status.Engine.Select(e => new[] { e.Key, Number(e.Value) }));
    }

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    internal static string When(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
