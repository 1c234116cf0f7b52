using System.Globalization;
using Gateway.Admin.Reports;
using Gateway.Host.Composition;
using Gateway.Host.Screens;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway log [LEVEL]</c>: shows how much the running appliance logs, or changes it, for one room or all, for a while or until the next start (PSB-037).</summary>
internal static class LogVerb
{
    public static async Task<int> RunAsync(string file, string? socket, string? level, string? room, int seconds, bool asJson, CancellationToken cancellation)
    {
        using var client = AdminClient.For(file, socket);
        var resource = level is null ? "/log" : $"/log?level={Uri.EscapeDataString(level)}&room={Uri.EscapeDataString(room ?? "")}&seconds={seconds.ToString(CultureInfo.InvariantCulture)}";
        if (level is not null && !IsKnown(level, room)) return ExitCodes.Usage;
        var report = await client.AskAsync<LogReport>(level is null ? HttpMethod.Get : HttpMethod.Post, resource, cancellation);
        if (report is null) return client.NotRunning(asJson);
        if (asJson) Output.Json(report);
        else
            Output.Table($"least level written; the configuration says {report.Configured}", ["room", "level", "until"],
                report.Levels.Select(l => new[] { l.Room, l.Level, l.Until is { } until ? Layout.When(until) : "" }));
        return ExitCodes.Good;
    }

    private static bool IsKnown(string level, string? room)
    {
        string[] words = ["trace", "debug", "information", "warning", "error", "default"];
        var isKnown = words.Contains(level, StringComparer.OrdinalIgnoreCase) && (room is null || LogSwitch.Rooms.Contains(room, StringComparer.Ordinal));
        if (!isKnown) Output.Error($"LEVEL is one of {string.Join(", ", words)}; --room one of {string.Join(", ", LogSwitch.Rooms)}");
        return isKnown;
    }
}
