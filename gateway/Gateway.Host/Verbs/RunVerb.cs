using Gateway.Host.Composition;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Gateway.Host.Verbs;

/// <summary><c>gateway run</c>: configuration, log, parts, signals; then waits for its end.</summary>
internal static class RunVerb
{
    public static async Task<int> RunAsync(string file, bool asJson, CancellationToken cancellation)
    {
        var reading = ConfigurationFile.Read(file);
        if (reading.Model is not { } model) return Output.Faults(reading, asJson);

        using var host = Build(reading, model, asJson);
        try
        {
            await host.StartAsync(cancellation);
        }
        catch (ApplianceFailure failure)
        {
            Output.Error($"gateway: {failure.Message}");
            await host.StopAsync(CancellationToken.None);
            return ExitCodes.Failed;
        }

        await host.WaitForShutdownAsync(cancellation);
        return ExitCodes.Good;
    }

    private static IHost Build(ConfigurationReading reading, ApplianceModel model, bool asJson)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var levels = new LogSwitch(model.Log.Level);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddFilter(levels.Passes);
        if (asJson || model.Log.Format == LogFormat.Json)
            builder.Logging.AddJsonConsole(options => (options.UseUtcTimestamp, options.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        else
            builder.Logging.AddSimpleConsole(options =>
                (options.SingleLine, options.UseUtcTimestamp, options.TimestampFormat, options.ColorBehavior) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ ", LoggerColorBehavior.Disabled));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerProvider>(services => new PrintableLog(
            new ConsoleLoggerProvider(services.GetRequiredService<IOptionsMonitor<ConsoleLoggerOptions>>(), services.GetServices<ConsoleFormatter>())));

        builder.Services.AddSingleton(levels);
        builder.Services.AddSingleton(reading);
        builder.Services.AddSingleton<Appliance>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Appliance>());

        // The drain has its own bound; the host only catches what hangs beyond it.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(model.Limits.DrainSecondsMax + 20));
        return builder.Build();
    }
}
