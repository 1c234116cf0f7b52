using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.Admin.Metrics;
using Gateway.Admin.Reports;
using Gateway.Admin.Trace;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Admin;

/// <summary>
/// The two ways in for operators: the administration socket (mode 0600; everything) and HTTP on loopback (health and metrics only). Two servers, so that neither can offer the other's resources.
/// </summary>
public sealed class AdminServer(string socketPath, IPEndPoint? http, IApplianceControl control, ILoggerFactory logs) : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly List<WebApplication> running = [];

    /// <summary>The HTTP address as bound; differs from the configured one when that had port 0.</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>Binds both; throws <see cref="IOException"/> with words for the operator when an address is taken.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        ClearStaleSocket(socketPath);
        var admin = Build(options => options.ListenUnixSocket(socketPath));
        MapAdmin(admin);
        running.Add(admin);
        await admin.StartAsync(cancellation);
        if (http is null) return;

        var health = Build(options => options.Listen(http));
        MapHealth(health);
        running.Add(health);
        await health.StartAsync(cancellation);
        HttpAddress = health.Urls.FirstOrDefault(http.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in running) await server.DisposeAsync();
        running.Clear();
    }

    private WebApplication Build(Action<KestrelServerOptions> listen)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = 64 * 1_024;
            options.Limits.MaxConcurrentConnections = 64;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

            // A trace says nothing for as long as nothing crosses, and who pages through it takes his time.
            options.Limits.MinResponseDataRate = null;
            listen(options);
        });
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = Bind);
        var app = builder.Build();
        app.UseRouting();
        return app;
    }

    // Between bind and listen nobody can connect yet: the mode is right before the first client can try.
    private static Socket Bind(EndPoint endPoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        if (endPoint is UnixDomainSocketEndPoint && !OperatingSystem.IsWindows()) File.SetUnixFileMode(endPoint.ToString()!, OwnerOnly);
        return socket;
    }

    private static void ClearStaleSocket(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody listens: a killed process left it behind.
            File.Delete(path);
            return;
        }

        throw new IOException($"another gateway already answers on {path}");
    }

    private void MapAdmin(WebApplication app)
    {
        app.MapGet("/status", context => WriteAsync(context, control.Status()));
        app.MapGet("/connections", context => WriteAsync(context, control.Connections(context.Request.Query["peer"].FirstOrDefault(), context.Request.Query["direction"].FirstOrDefault())));
        app.MapPost("/reload", async context =>
        {
            var report = await control.ReloadAsync(context.RequestAborted);
            await WriteAsync(context, report, report.IsApplied ? 200 : 422);
        });
        app.MapPost("/streams/forget", context => WriteAsync(context, control.Forget(context.Request.Query["domain"].FirstOrDefault())));
        app.MapGet("/route/explain", context => WriteAsync(context, control.Explain(Question(context.Request.Query))));
        app.MapGet("/domains", async context => await WriteAsync(context, await control.DomainsAsync(context.RequestAborted)));
        app.MapPost("/presence/repair", async context =>
        {
            var query = context.Request.Query;
            var report = await control.RepairAsync(query["watcher"].ToString(), query["presentity"].ToString(), context.RequestAborted);
            if (report is null) context.Response.StatusCode = 400;
            else await WriteAsync(context, report);
        });
        app.MapGet("/log", context => WriteAsync(context, control.LogLevels()));
        app.MapPost("/log", context =>
        {
            var query = context.Request.Query;
            int? seconds = int.TryParse(query["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : null;
            var report = control.SetLogLevel(query["level"].ToString(), query["room"].ToString(), seconds);
            return report is null ? WriteAsync(context, control.LogLevels(), 400) : WriteAsync(context, report);
        });
        app.MapGet("/trace", context => new TraceResponse(control).RunAsync(context));
        app.MapGet("/doctor", async context => await WriteAsync(context, await control.DoctorAsync(context.Request.Query["peer"].FirstOrDefault(), context.RequestAborted)));
        MapHealth(app);
    }

    private static ExplainQuestion Question(IQueryCollection query) => new(query["from"].ToString(), query["to"].ToString())
    {
        Method = query["method"].FirstOrDefault(), Event = query["event"].FirstOrDefault(), Source = query["source"].FirstOrDefault(),
    };

    private void MapHealth(WebApplication app)
    {
        app.MapGet("/healthz", context => context.Response.WriteAsync("ok\n"));
        app.MapGet("/readyz", async context =>
        {
            var readiness = control.Readiness();
            context.Response.StatusCode = readiness.IsReady ? 200 : 503;
            await context.Response.WriteAsync(readiness.IsReady ? "ready\n" : string.Join("\n", readiness.Missing) + "\n");
        });
        app.MapGet("/metrics", async context =>
        {
            context.Response.ContentType = MetricsCollector.ContentType;
            await context.Response.WriteAsync(control.WriteMetrics());
        });
    }

    private static Task WriteAsync<T>(HttpContext context, T report, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, report, AdminJson.Options, context.RequestAborted);
    }
}
