using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Gateway.Admin.Trace;

/// <summary><c>GET /trace</c> on the administration socket: one JSON object a line, for as long as the client stays and the trace may last.</summary>
internal sealed class TraceResponse(IApplianceControl control)
{
    private static readonly JsonSerializerOptions OneLine = new(AdminJson.Options) { WriteIndented = false };

    public async Task RunAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var subject = query["subject"].ToString();
        var seconds = int.TryParse(query["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : TraceRequest.SecondsMax;
        using var session = subject.Length == 0 ? null : control.StartTrace(new TraceRequest(subject, seconds, query["bodies"] == "true", ClientOf(context)));
        if (session is null)
        {
            context.Response.StatusCode = subject.Length == 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict;
            return;
        }

        context.Response.ContentType = "application/x-ndjson; charset=utf-8";

        // The client shall know that it is heard before anything crosses.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        try
        {
            await foreach (var line in session.LinesAsync(context.RequestAborted)) await WriteAsync(context, line, session.Over);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or reads nothing although the time is over: nobody is left to be told.
            context.Abort();
        }
    }

    private static async Task WriteAsync(HttpContext context, TraceLine line, CancellationToken over)
    {
        // The last line is written when the time is over: it has no other bound than the client.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, line.Kind == "message" ? over : default);
        await JsonSerializer.SerializeAsync(context.Response.Body, line, OneLine, patience.Token);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), patience.Token);
        await context.Response.Body.FlushAsync(patience.Token);
    }

    // SO_PEERCRED of Linux: process, user and group of who connected, said by the kernel.
    private static string ClientOf(HttpContext context)
    {
        if (!OperatingSystem.IsLinux() || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket) return "unknown";
        var credentials = new byte[12];
        const int SocketLevel = 1;
        const int PeerCredentials = 17;
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return string.Create(CultureInfo.InvariantCulture, $"user {BitConverter.ToInt32(credentials, 4)}, process {BitConverter.ToInt32(credentials, 0)}");
    }
}
