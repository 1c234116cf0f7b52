using System.Globalization;
using Gateway.Admin.Reports;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway streams forget [DOMAIN]</c>: ends the rest of domains that could not be reached.</summary>
internal static class StreamsVerb
{
    public static async Task<int> ForgetAsync(string file, string? socket, string? domain, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        string path = domain is null ? "/streams/forget" : $"/streams/forget?domain={Uri.EscapeDataString(domain)}";
        var report = await client.AskAsync<ForgetReport>(HttpMethod.Post, path, cancellation);
        if (report is null) return client.NotRunning(asJson);
        if (asJson) Output.Json(report);
        else Output.Line(report.Forgotten == 0 ? "nothing to forget" : $"{report.Forgotten.ToString(CultureInfo.InvariantCulture)} failures forgotten: the next stanza tries again");
        return ExitCodes.Good;
    }
}
