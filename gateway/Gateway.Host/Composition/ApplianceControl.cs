using Certificates;
using Gateway.Admin;
using Gateway.Admin.Reports;
using Gateway.Admin.Trace;
using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Options;
using Gateway.Host.Configuration.Validation;
using Gateway.Host.Verbs;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>Answers the operator: status, readiness, reload, explanation, checks, metrics.</summary>
public sealed class ApplianceControl(ApplianceParts parts, EngineRuntime engine, ConfigurationReading first, LogSwitch levels, ILogger<ApplianceControl> logger)
    : IApplianceControl
{
    private readonly DateTimeOffset startedAt = parts.Time.GetUtcNow();
    private readonly SemaphoreSlim reloading = new(1, 1);
    private volatile ConfigurationReading running = first;
    private volatile ReloadReport? lastReload;
    private DateTimeOffset loadedAt = parts.Time.GetUtcNow();

    /// <summary><c>starting</c>, <c>running</c>, <c>draining</c>.</summary>
    public string State { get; set; } = "starting";

    public StatusReport Status() => new StatusBuilder(parts).Build(
        State, startedAt, new ConfigurationStatus(running.File, loadedAt, lastReload), running.Model!.Federation, engine.Numbers());

    public ConnectionsReport Connections(string? peer, string? direction) => new(
    [
        .. Status().Peers.Where(p => string.IsNullOrEmpty(peer) || p.Name == peer)
            .SelectMany(p => p.Connections.Where(c => string.IsNullOrEmpty(direction) || c.Direction == direction).Select(c => new ConnectionRow(p.Name, c))),
    ]);

    public ReadinessReport Readiness()
    {
        var missing = new List<string>();
        if (State != "running") missing.Add(State);
        if (!engine.IsStoreOpen) missing.Add("the store is not open");
        foreach (var listener in parts.Sides.SelectMany(s => s.Listeners()).Where(l => !l.IsBound)) missing.Add($"{listener.Protocol} {listener.Address} is not bound");
        return new ReadinessReport(missing.Count == 0, missing);
    }

    public async Task<ReloadReport> ReloadAsync(CancellationToken cancellation)
    {
        await reloading.WaitAsync(cancellation);
        try
        {
            return lastReload = Reload();
        }
        finally
        {
            reloading.Release();
        }
    }

    public ForgetReport Forget(string? domain) => new(domain, parts.Sides.Sum(s => s.ForgetFailures(domain)));

    public TraceSession? StartTrace(TraceRequest request)
    {
        var session = parts.Tracer.Start(request);
        if (session is null) PartsLog.TraceRefused(logger, Tracer.SessionsMax, request.Subject, request.Who);
        else PartsLog.TraceStarted(logger, request.Subject, request.Who, request.ShowsBodies ? "with" : "without", request.Seconds);
        return session;
    }

    public async Task<DomainsReport> DomainsAsync(CancellationToken cancellation)
    {
        var rows = new List<DomainUsers>();
        foreach (var domain in Status().Domains)
        {
            var users = await engine.CountUsersAsync(domain.Name, cancellation);
            rows.Add(new DomainUsers(domain, users, users == 0 ? "nobody of it watches or is watched: is the name right, and does its traffic come here?" : ""));
        }

        return new DomainsReport(rows);
    }

    public async Task<RepairReport?> RepairAsync(string watcher, string presentity, CancellationToken cancellation)
    {
        if (!DomainText.IsUser(watcher) || !DomainText.IsUser(presentity)) return null;
        var reason = await engine.AskAnewAsync(RouteExplainVerb.Parse(presentity), RouteExplainVerb.Parse(watcher), cancellation);
        return new RepairReport(watcher, presentity, reason.Length == 0, reason);
    }

    public LogReport LogLevels() => levels.Report();

    public LogReport? SetLogLevel(string level, string room, int? seconds)
    {
        var isDefault = level.Equals("default", StringComparison.OrdinalIgnoreCase);
        var isLevel = Enum.TryParse<LogLevelOption>(level, ignoreCase: true, out var wanted) && level.All(char.IsAsciiLetter);
        if (!(isDefault || isLevel) || (room.Length > 0 && !LogSwitch.Rooms.Contains(room, StringComparer.Ordinal))) return null;
        levels.Set(room, isDefault ? null : wanted, seconds is { } span ? TimeSpan.FromSeconds(span) : null);
        PartsLog.LogLevelSet(logger, room.Length > 0 ? room : "all", level, seconds is null ? "until the next start" : $"for {seconds} s");
        return levels.Report();
    }

    public ExplainReport Explain(ExplainQuestion asked) => RouteExplainVerb.Explain(parts.Registry.Current, asked, parts.Registry.Health.Find);

    public Task<DoctorReport> DoctorAsync(string? peer, CancellationToken cancellation) => DoctorVerb.CheckAsync(running.Model!, peer, cancellation);

    public string WriteMetrics() => parts.Collector.Write();

    /// <summary>Says each exception from the safe rule and what cannot be meant, at start and after a reload.</summary>
    public void TellRelaxations()
    {
        foreach (var warning in running.Warnings) PartsLog.Doubtful(logger, warning.Path, warning.Text, warning.Hint);
        foreach (var peer in parts.Registry.Current.Model.Records)
            foreach (var relaxation in StatusBuilder.RelaxationsOf(peer)) PartsLog.Relaxed(logger, peer.Name, relaxation);
    }

    public void OnCertificatesPublished(CertificateSet set)
    {
        PartsLog.CertificatesPublished(logger, set.Version, string.Join(", ", set.Own.Select(o => o.Name)));
        parts.OwnCertificateWatch.Watch(set);

        // Listeners and what Contact shows are those of the start; an edge that cannot find the one in the other never answers (field fact A6, PSB-073).
        var model = parts.Model;
        var speaksSip = !model.SipListeners.IsEmpty || model.Federation.Peers.Any(p => p.Protocol == Protocol.Sip);
        if (!speaksSip || set.ForDomain(model.Fqdn) is not null) return;
        PartsLog.FqdnUnproved(logger, model.Fqdn);
        parts.Refusals.Add(model.Fqdn, "certificates." + CertificateReason.WrongName, "No certificate of ours names it, but Contact and Record-Route show it to SIP peers.");
    }

    // bind ▸ validate ▸ diff ▸ apply the live parts as one; any fault leaves everything as it was.
    private ReloadReport Reload()
    {
        var now = parts.Time.GetUtcNow();
        // A certificate that ended while it was in use must not keep an operator from changing anything else.
        var wanted = ConfigurationFile.Read(running.File, parts.Certificates.Current.Presents);
        if (wanted.Model is not { } model) return Refuse(now, [.. wanted.Faults.Select(f => f.ToString())]);

        // Certificates first: peers may name a trust set that only the new ones have.
        var version = parts.Certificates.Current.Version;
        var faults = ReloadCertificates(model.Certificates, now);
        if (faults.Count > 0) return Refuse(now, [.. faults.Select(f => f.ToString())]);

        var diff = ConfigurationDiff.Between(running.Bound.Json, wanted.Bound.Json);
        parts.Collector.KnowPeers(model.Federation.Records.Select(p => p.Name));
        parts.Registry.Publish(new FederationTables(model.Federation));
        if (diff.Live.Contains("policy", StringComparer.Ordinal)) engine.Apply(model.Federation.Policy.Access);
        levels.Set(model.Log.Level);
        (running, loadedAt) = (wanted, now);
        TellRelaxations();
        // The files may have changed where the settings did not.
        var isRenewed = parts.Certificates.Current.Version != version && !diff.Live.Contains("certificates", StringComparer.Ordinal);
        IReadOnlyList<string> applied = isRenewed ? ["certificates", .. diff.Live] : diff.Live;
        PartsLog.Reloaded(logger, Named(applied), Named(diff.NeedsRestart));
        return new ReloadReport(true, now) { Applied = applied, NeedsRestart = diff.NeedsRestart, Warnings = [.. wanted.Warnings.Select(w => w.ToString())] };
    }

    // The same certificates are not a new version: connections under the old one would be drained for nothing.
    private IReadOnlyList<CertificateFault> ReloadCertificates(CertificateSourcesOptions options, DateTimeOffset now)
    {
        var current = parts.Certificates.Current;
        var wanted = CertificateLoader.Load(options, current.Version + 1, now, current.Presents);
        return wanted.Set is { } set && Identity(set) == Identity(current) ? [] : parts.Certificates.Reload(options);
    }

    private static string Identity(CertificateSet set) => string.Join('|',
    [
        set.Default?.Name ?? "",
        .. set.Own.Select(o => $"{o.Name} {o.Fingerprint} {string.Join(' ', o.Domains)} {string.Join(' ', o.Intermediates.Select(Fingerprints.Of))}"),
        .. set.Trust.Select(t => $"{t.Name} {t.IncludesSystemRoots} {t.RsaBitsMin} {string.Join(' ', t.Withdrawn.Order(StringComparer.Ordinal))}"),
        .. set.Trust.SelectMany(t => t.Roots.Concat(t.Intermediates).Select(c => $"{t.Name} {Fingerprints.Of(c)}")),
    ]);

    private static string Named(IReadOnlyCollection<string> sections) => sections.Count == 0 ? "nothing" : string.Join(", ", sections);

    private ReloadReport Refuse(DateTimeOffset now, IReadOnlyList<string> faults)
    {
        PartsLog.ReloadRefused(logger, string.Join("; ", faults));
        return new ReloadReport(false, now) { Faults = faults };
    }
}
