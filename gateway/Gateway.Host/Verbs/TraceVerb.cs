using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Certificates;
using Gateway.Admin;
using Gateway.Admin.Reports;
using Gateway.Admin.Trace;
using Gateway.Federation;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway trace PEER|DOMAIN|NUMBER</c>: shows message by message what crosses with a peer, until Ctrl-C or the end of its time (PSB-077).</summary>
internal static class TraceVerb
{
    /// <summary>What the verb was told.</summary>
    public sealed record Wish(string Subject, int Seconds, string? File, int MegabytesMax, bool ShowsBodies, bool AsJson);

    public static async Task<int> RunAsync(string configuration, string? socket, Wish wish, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var client = AdminClient.For(configuration, socket);
        var bodies = wish.ShowsBodies ? "true" : "false";
        var resource = $"/trace?subject={Uri.EscapeDataString(DomainNames.ToAscii(wish.Subject))}&seconds={wish.Seconds.ToString(CultureInfo.InvariantCulture)}&bodies={bodies}";
        using var response = await client.OpenAsync(resource, stop.Token);
        if (response is null) return client.NotRunning(wish.AsJson);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var refusal = $"as many traces run as may ({Tracer.SessionsMax}): `gateway status` shows them; end one";
            if (wish.AsJson) Output.Json(new { wish.Subject, Refusal = refusal });
            else Output.Error(refusal);
            return ExitCodes.FoundBad;
        }

        await using var writer = Open(wish.File);
        await TellAsync(client, wish);
        var shown = await CopyAsync(response, writer, wish, stop.Token);
        Output.Error($"{shown.ToString(CultureInfo.InvariantCulture)} messages shown");
        return ExitCodes.Good;
    }

    // Silence has two reasons: nothing crosses, or nothing of this name does.
    private static async Task TellAsync(AdminClient client, Wish wish)
    {
        Output.Error($"following {wish.Subject}{(wish.File is null ? "" : $" into {wish.File}")}; Ctrl-C ends it");
        var subject = DomainNames.ToAscii(wish.Subject);
        if (subject.All(char.IsAsciiDigit)) return;
        if (await client.AskAsync<StatusReport>(HttpMethod.Get, "/status", CancellationToken.None) is not { } status) return;
        if (status.Peers.Any(p => p.Name == wish.Subject) || status.Domains.Any(d => d.Name == subject)) return;
        Output.Error($"{wish.Subject} is no peer and no domain of the tables: only a stranger who claims this domain would be seen. Peers: {string.Join(", ", status.Peers.Select(p => p.Name))}");
    }

    private static async Task<long> CopyAsync(HttpResponseMessage response, TextWriter writer, Wish wish, CancellationToken stop)
    {
        var (shown, characters) = (0L, 0L);
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            while (await reader.ReadLineAsync(stop) is { } text)
            {
                if (JsonSerializer.Deserialize<TraceLine>(text, AdminJson.Options) is not { } line) continue;
                if (line.Kind == "message") shown++;
                var written = wish.AsJson ? text : PrintableText.Of(Words(line), keepsLines: true);
                await writer.WriteLineAsync(written.AsMemory(), stop);
                if (wish.File is null || (characters += written.Length) <= (long)wish.MegabytesMax << 20) continue;
                Output.Error($"{wish.File} has reached {wish.MegabytesMax} MB; the trace ends here (--megabytes)");
                break;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or HttpRequestException)
        {
            // Ctrl-C, or the appliance has gone: what was shown stands.
        }

        return shown;
    }

    /// <summary>One line for people: when, which way, over what; the message below it, set in.</summary>
    internal static string Words(TraceLine line)
    {
        var at = line.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return line.Kind switch
        {
            "message" => $"{at} {(line.Direction == "in" ? "<<" : ">>")} {line.Connection}, {line.Bytes} bytes\n    {SetIn(line.Text)}",
            "closed" => $"{at} -- {line.Connection} ended: {line.Text}",
            "lost" => $"{at} -- {line.Lost} messages are not shown here: they came faster than this trace takes or was read",
            _ => $"{at} -- {line.Text}; {line.Lost} messages were not shown",
        };
    }

    private static string SetIn(string text) => text.TrimEnd().ReplaceLineEndings("\n").Replace("\n", "\n    ", StringComparison.Ordinal);

    private static TextWriter Open(string? file)
    {
        if (file is null) return new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read };

        // What others say to each other is for the operator alone.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new StreamWriter(file, options) { AutoFlush = true };
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }
}
