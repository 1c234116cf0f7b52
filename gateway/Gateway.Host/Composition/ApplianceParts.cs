using Certificates;
using Gateway.Admin.Metrics;
using Gateway.Admin.Trace;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Host.Configuration;
using Gateway.Transport;
using Microsoft.Extensions.Logging;
using Presence.Core.Ports;

namespace Gateway.Host.Composition;

/// <summary>
/// The parts of one running appliance, built from one model and joined. Construction binds nothing and starts nothing; it reads certificates. The order of the fields is the order of dependence.
/// </summary>
public sealed class ApplianceParts : IAsyncDisposable
{
    private readonly IDisposable nativeResolver;

    public ApplianceParts(ApplianceModel model, TimeProvider time, ILoggerFactory logs)
    {
        Model = model;
        Time = time;
        Logs = logs;
        Collector = new MetricsCollector();
        Collector.KnowPeers(model.Federation.Records.Select(p => p.Name));
        RefusalLog = new RefusalLog(logs.CreateLogger<RefusalLog>(), time);
        Refusals = new RecentRefusals(time) { Sink = RefusalLog.Tell };
        Certificates = new CertificateStore(model.Certificates, time);
        OwnCertificateWatch = new OwnCertificateWatch(time, Refusals, logs.CreateLogger<OwnCertificateWatch>());
        Registry = new PeerRegistry(Certificates, time, Refusals);
        Relaxations = new RelaxationMetric(Registry);
        FederationMetrics = new FederationMetrics();
        var defects = logs.CreateLogger<Crossing>();
        Crossing = new Crossing(Registry, FederationMetrics, Refusals, time) { DefectSink = fault => PartsLog.Defect(defects, fault) };
        (Resolver, nativeResolver) = ResolverFactory.Make(model.Dns, time);
        Hub = new TransportHub(LimitsOf(model), time, new TransportLog(logs.CreateLogger<TransportLog>(), Refusals));
        Tracer = new Tracer(Hub, time);
    }

    public ApplianceModel Model { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Logs { get; }

    public MetricsCollector Collector { get; }

    public RefusalLog RefusalLog { get; }

    public RecentRefusals Refusals { get; }

    public CertificateStore Certificates { get; }

    public OwnCertificateWatch OwnCertificateWatch { get; }

    public PeerRegistry Registry { get; }

    public RelaxationMetric Relaxations { get; }

    public FederationMetrics FederationMetrics { get; }

    public Crossing Crossing { get; }

    public TransportHub Hub { get; }

    public Tracer Tracer { get; }

    public IDnsResolver Resolver { get; }

    public IIdSource Ids { get; } = new Federation.RandomIds();

    /// <summary>Both sides; empty until they are made.</summary>
    public IReadOnlyList<ISideRuntime> Sides { get; set; } = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var side in Sides) await side.DisposeAsync();
        Hub.Dispose();
        nativeResolver.Dispose();
        OwnCertificateWatch.Dispose();
        Certificates.Dispose();
        FederationMetrics.Dispose();
        Relaxations.Dispose();
        RefusalLog.Dispose();
        Collector.Dispose();
    }

    private static TransportLimits LimitsOf(ApplianceModel model) => new()
    {
        ConnectionsMax = model.Limits.ConnectionsMax,
        ConnectionsPerAddressMax = model.Limits.ConnectionsPerAddressMax,
        AcceptsPerSecondMax = model.Limits.AcceptsPerSecondMax,
        AcceptsPerSecondPerAddressMax = model.Limits.AcceptsPerSecondPerAddressMax,
        UnsentBytesMax = model.Limits.UnsentBytesMaxPerConnection,
        HandshakeSecondsMax = model.Limits.HandshakeSecondsMax,
        IdleSecondsMax = model.Limits.IdleSecondsMax,

        // The owner of a connection must be able to see one whole message.
        UnreadBytesMax = Math.Max(1 << 20, 2 * Math.Max(model.Limits.StanzaBytesMax, model.Limits.SipHeadBytesMax + model.Limits.SipBodyBytesMax)),
    };
}

/// <summary>Log lines of the composition itself.</summary>
internal static partial class PartsLog
{
    [LoggerMessage(1001, LogLevel.Error, "A defect of ours was answered for the sender with federation.InternalError; please report it")]
    public static partial void Defect(ILogger logger, Exception fault);

    [LoggerMessage(1002, LogLevel.Information, "gateway {version} starts with {file}")]
    public static partial void Starting(ILogger logger, string version, string file);

    [LoggerMessage(1003, LogLevel.Information, "ready: {listeners}")]
    public static partial void Ready(ILogger logger, string listeners);

    [LoggerMessage(1004, LogLevel.Information, "draining: nothing new is accepted; at most {seconds} s for what is under way")]
    public static partial void Draining(ILogger logger, int seconds);

    [LoggerMessage(1005, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(1006, LogLevel.Information, "reloaded; in force now: {applied}; waiting for a restart: {waiting}")]
    public static partial void Reloaded(ILogger logger, string applied, string waiting);

    [LoggerMessage(1007, LogLevel.Warning, "reload refused, the configuration before stays in force; correct and reload again: {faults}")]
    public static partial void ReloadRefused(ILogger logger, string faults);

    [LoggerMessage(1008, LogLevel.Information, "certificates version {version} in force: {names}")]
    public static partial void CertificatesPublished(ILogger logger, int version, string names);

    [LoggerMessage(1009, LogLevel.Warning, "changed certificates refused, the version before stays in force; correct the files: {faults}")]
    public static partial void CertificatesRefused(ILogger logger, string faults);

    [LoggerMessage(1010, LogLevel.Warning, "certificate {name} ends in {days} days, on {end:yyyy-MM-dd}; renew it and put the new files in place, no restart is needed")]
    public static partial void CertificateEnds(ILogger logger, string name, int days, DateTimeOffset end);

    [LoggerMessage(1011, LogLevel.Warning, "relaxation in force for peer {peer}: {relaxation}")]
    public static partial void Relaxed(ILogger logger, string peer, string relaxation);

    [LoggerMessage(1013, LogLevel.Warning, "trace of {subject} started by {who}, {bodies} texts of users, for at most {seconds} s; `gateway status` shows the traces that run")]
    public static partial void TraceStarted(ILogger logger, string subject, string who, string bodies, int seconds);

    [LoggerMessage(1014, LogLevel.Warning, "as many traces run as may ({count}); the one of {subject} that {who} wants is refused: end another")]
    public static partial void TraceRefused(ILogger logger, int count, string subject, string who);

    [LoggerMessage(1015, LogLevel.Warning, "an operator set the log level of {room} to {level}, {lasting}; `gateway log` shows what is in force")]
    public static partial void LogLevelSet(ILogger logger, string room, string level, string lasting);

    [LoggerMessage(1016, LogLevel.Warning, "configuration: {path}: {text} {hint}")]
    public static partial void Doubtful(ILogger logger, string path, string text, string hint);

    [LoggerMessage(1012, LogLevel.Warning, "the drain took longer than {seconds} s; what was left is cut")]
    public static partial void DrainCut(ILogger logger, int seconds);

    [LoggerMessage(1016, LogLevel.Warning, "certificates.WrongName: no certificate of ours names {fqdn}, which Contact and Record-Route show; SIP peers will not speak with us until one does")]
    public static partial void FqdnUnproved(ILogger logger, string fqdn);
}
