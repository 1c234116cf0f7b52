using System.Runtime.InteropServices;
using Certificates;
using Gateway.Admin;
using Gateway.Federation;
using Gateway.Host.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>
/// The life of the appliance. Start: certificates ▸ store and engine ▸ administration ▸ sides and their listeners ▸ ready.
/// Stop: not ready ▸ nothing new ▸ finish what is under way ▸ goodbye ▸ engine ▸ store ▸ administration.
/// </summary>
public sealed class Appliance : IHostedService, IAsyncDisposable
{
    private readonly ILogger<Appliance> logger;
    private readonly ApplianceParts parts;
    private readonly ApplianceControl control;
    private readonly AdminServer admin;
    private readonly EngineRuntime engine;
    private PosixSignalRegistration? hangUp;
    private int isDisposed;

    public Appliance(ConfigurationReading reading, LogSwitch levels, ILoggerFactory logs)
    {
        var model = reading.Model ?? throw new ArgumentException("Takes a reading without faults.", nameof(reading));
        logger = logs.CreateLogger<Appliance>();
        parts = new ApplianceParts(model, TimeProvider.System, logs);
        engine = new EngineRuntime(parts);
        control = new ApplianceControl(parts, engine, reading, levels, logs.CreateLogger<ApplianceControl>());
        admin = new AdminServer(model.AdminSocket, model.Http, control, logs);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        PartsLog.Starting(logger, ApplianceVersion.Text, parts.Model.File);
        NativeLibraries.Assert();
        LoadCertificates();
        parts.Registry.Publish(new FederationTables(parts.Model.Federation));
        control.TellRelaxations();
        await engine.OpenStoreAsync(cancellationToken);
        parts.Sides = SideFactory.Make(parts, await engine.DialbackSecretAsync(cancellationToken));
        await engine.StartAsync(cancellationToken);
        await StartAdminAsync(cancellationToken);
        foreach (var side in parts.Sides) await side.StartAsync(cancellationToken);
        engine.Speak();

        // SIGHUP's own meaning is to end the process; we take its other meaning.
        hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = ReloadAsync();
        });
        control.State = "running";
        var listeners = parts.Sides.SelectMany(s => s.Listeners()).Select(l => $"{l.Protocol} {l.Address}");
        PartsLog.Ready(logger, string.Join(", ", listeners.Append($"http {admin.HttpAddress}").Append($"admin {parts.Model.AdminSocket}")));
    }

    // Nobody waits for what a signal asked for: a fault nobody foresaw is told in the log at least.
    private Task ReloadAsync() => control.ReloadAsync(CancellationToken.None).ContinueWith(
        failed => PartsLog.ReloadRefused(logger, failed.Exception!.GetBaseException().ToString()), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var seconds = parts.Model.Limits.DrainSecondsMax;
        if (control.State == "running")
        {
            PartsLog.Draining(logger, seconds);
            control.State = "draining";
            parts.Crossing.BeginDrain();
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), parts.Time);

            // One after the other, SIP first: what its conversations could not deliver is told over XMPP streams that must still be open.
            foreach (var side in parts.Sides) await side.DrainAsync(deadline.Token);
            if (deadline.IsCancellationRequested) PartsLog.DrainCut(logger, seconds);
        }

        await engine.StopAsync();
        await DisposeAsync();
        PartsLog.Stopped(logger);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0) return;
        hangUp?.Dispose();
        await engine.DisposeAsync();
        await parts.DisposeAsync();
        await admin.DisposeAsync();
    }

    private void LoadCertificates()
    {
        parts.Certificates.Published += set => control.OnCertificatesPublished(set);
        parts.Certificates.Refused += faults => PartsLog.CertificatesRefused(logger, string.Join("; ", faults));
        var faults = parts.Certificates.Reload();
        if (faults.Count > 0) throw new ApplianceFailure("certificates: " + string.Join("; ", faults));
    }

    private async Task StartAdminAsync(CancellationToken cancellation)
    {
        try
        {
            await admin.StartAsync(cancellation);
        }
        catch (IOException fault)
        {
            throw new ApplianceFailure($"the administration listeners cannot start: {fault.Message}", fault);
        }
    }
}
