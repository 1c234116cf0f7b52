using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Certificates;
using Gateway.Admin;
using Gateway.Admin.Reports;
using Gateway.Host.Composition;
using Gateway.Host.Configuration.Options;
using Host.Tests.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Host.Tests.Running;

/// <summary>A whole appliance in this process, on ports of the kernel's choice, looked at through its administration socket as the verbs do.</summary>
public sealed class ApplianceTests : IAsyncLifetime
{
    private readonly Sample sample = new();
    private readonly HttpClient admin;
    private Appliance appliance = null!;

    public ApplianceTests() => admin = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://gateway") };

    // Nobody looks at the files but who is asked to.
    private static string Configuration => Sample.Good.Replace(":5061", ":0", StringComparison.Ordinal).Replace(":5269", ":0", StringComparison.Ordinal)
        .Replace("\"certificates\": {", "\"certificates\": { \"watchSeconds\": 0,", StringComparison.Ordinal);

    public async Task InitializeAsync()
    {
        var reading = sample.Read(Configuration);
        Assert.Empty(reading.Faults);
        appliance = new Appliance(reading, new LogSwitch(LogLevelOption.Warning), NullLoggerFactory.Instance);
        await appliance.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await appliance.StopAsync(CancellationToken.None);
        await appliance.DisposeAsync();
        admin.Dispose();
        sample.Dispose();
    }

    [Fact]
    public void Administration_socket_is_for_its_owner_only()
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(sample.Folder, "admin.sock")));
    }

    [Fact]
    public async Task Status_names_listeners_peers_domains_certificates_and_engine()
    {
        var status = await GetAsync<StatusReport>("/status");

        Assert.Equal("running", status.State);
        Assert.Equal(["sip", "xmpp"], status.Listeners.Select(l => l.Protocol));
        Assert.All(status.Listeners, l => Assert.True(l.IsBound));
        Assert.Equal(["contoso", "jabber"], status.Peers.Select(p => p.Name));
        Assert.Contains(status.Domains, d => d is { Name: "contoso.example", Kind: "sip", Peer: "contoso" });
        Assert.InRange(Assert.Single(status.Certificates.Own).DaysLeft, 300, 366);
        Assert.Equal(1, status.Engine["epoch"]);
    }

    [Fact]
    public async Task Ready_and_metrics_are_served()
    {
        Assert.Equal("ready\n", await admin.GetStringAsync("/readyz"));
        Assert.Contains("# TYPE gateway_transport_connections gauge", await admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_puts_new_peers_in_force_and_names_what_waits()
    {
        sample.Read(Configuration
            .Replace("\"name\": \"jabber\"", "\"name\": \"capulet\", \"dialback\": true", StringComparison.Ordinal)
            .Replace("\"peers\"", "\"store\": { \"sqlite\": \"other.db\" }, \"peers\"", StringComparison.Ordinal));

        var report = await ReloadAsync();

        Assert.True(report.IsApplied, string.Join("; ", report.Faults));
        Assert.Equal(["peers"], report.Applied);
        Assert.Equal(["store"], report.NeedsRestart);
        var capulet = (await GetAsync<StatusReport>("/status")).Peers.Single(p => p.Name == "capulet");
        Assert.Contains(capulet.Relaxations, r => r.StartsWith("dialback", StringComparison.Ordinal));
    }

    [Fact, Item("PSB-073")]
    public async Task A_start_without_a_certificate_for_the_host_that_Contact_shows_says_so()
    {
        using var elsewhere = new Sample();
        var reading = elsewhere.Read(Configuration.Replace("\"fqdn\": \"gw.jabber.example\"", "\"fqdn\": \"gw.elsewhere.example\"", StringComparison.Ordinal));
        var said = new List<string>();
        using var logs = LoggerFactory.Create(l => l.AddProvider(new Listening(said)));
        await using var unproved = new Appliance(reading, new LogSwitch(LogLevelOption.Warning), logs);
        await unproved.StartAsync(CancellationToken.None);
        await unproved.StopAsync(CancellationToken.None);
        lock (said) Assert.Contains(said, line => line.StartsWith("certificates.WrongName: no certificate of ours names gw.elsewhere.example", StringComparison.Ordinal));
        Assert.DoesNotContain((await GetAsync<StatusReport>("/status")).Refusals, r => r.Reason == "certificates.WrongName");
    }

    [Fact, Item("PSB-073")]
    public async Task A_renewed_certificate_that_no_longer_names_the_host_is_seen_in_status()
    {
        LabAuthority.Load(sample.Folder, DateTimeOffset.UtcNow).Issue("jabber.example").WriteTo(sample.Folder, "gateway");
        Assert.Equal(["certificates"], (await ReloadAsync()).Applied);
        var refusal = Assert.Single((await GetAsync<StatusReport>("/status")).Refusals, r => r.Reason == "certificates.WrongName");
        Assert.Equal("gw.jabber.example", refusal.Subject);
        Assert.NotEmpty(refusal.NextStep);
    }

    [Fact]
    [Item("OCS-048")]
    public async Task Relaxations_in_force_are_a_gauge_by_peer_and_name()
    {
        Assert.DoesNotContain("gateway_host_relaxations{peer=\"jabber\"", await admin.GetStringAsync("/metrics"), StringComparison.Ordinal);
        sample.Read(Configuration.Replace("\"protocol\": \"xmpp\"", "\"protocol\": \"xmpp\", \"dialback\": true, \"tls\": \"optional\"", StringComparison.Ordinal));
        await ReloadAsync();

        var metrics = await admin.GetStringAsync("/metrics");
        Assert.Contains("gateway_host_relaxations{peer=\"jabber\",relaxation=\"dialback\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("gateway_host_relaxations{peer=\"jabber\",relaxation=\"tls optional\"} 1", metrics, StringComparison.Ordinal);
    }

    [Fact]
    [Item("PSB-077")]
    public async Task A_trace_is_shown_with_who_started_it_and_ends_with_its_client()
    {
        using (var trace = await admin.GetAsync("/trace?subject=jabber", HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, trace.StatusCode);
            var running = Assert.Single((await GetAsync<StatusReport>("/status")).Traces);
            Assert.Equal(("jabber", false, 0L), (running.Subject, running.ShowsBodies, running.Lost));
            Assert.Contains($"process {Environment.ProcessId}", running.Who, StringComparison.Ordinal);
        }

        var since = Stopwatch.StartNew();
        while ((await GetAsync<StatusReport>("/status")).Traces.Count > 0) Assert.True(since.Elapsed.TotalSeconds < 60, "Waited 60 s for the trace to be gone.");
    }

    [Fact]
    [Item("PSB-077")]
    public async Task A_trace_needs_somebody_to_follow_and_no_more_than_a_few_run()
    {
        using var nobody = await admin.GetAsync("/trace");
        Assert.Equal(HttpStatusCode.BadRequest, nobody.StatusCode);
        var traces = new List<HttpResponseMessage>();
        for (var n = 0; n < 4; n++) traces.Add(await admin.GetAsync("/trace?subject=jabber", HttpCompletionOption.ResponseHeadersRead));
        using var oneMore = await admin.GetAsync("/trace?subject=jabber", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.Conflict, oneMore.StatusCode);
        foreach (var trace in traces) trace.Dispose();
    }

    [Fact]
    [Item("PSB-037")]
    public async Task The_level_of_the_log_is_shown_and_changed_while_running()
    {
        using var set = await admin.PostAsync("/log?level=debug&room=xmpp&seconds=600", null);
        using var wrong = await admin.PostAsync("/log?level=loud", null);
        using var nowhere = await admin.PostAsync("/log?level=debug&room=kitchen", null);
        var report = await GetAsync<LogReport>("/log");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (set.StatusCode, wrong.StatusCode, nowhere.StatusCode));
        Assert.Equal([("all", "warning"), ("xmpp", "debug")], report.Levels.Select(l => (l.Room, l.Level)));
        Assert.InRange(report.Levels[1].Until!.Value, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(600));
        using var back = await admin.PostAsync("/log?level=default&room=xmpp", null);
        Assert.Single((await GetAsync<LogReport>("/log")).Levels);
    }

    [Fact]
    [Item("PSB-035")]
    public async Task Domains_are_shown_with_their_users_and_a_warning_where_there_are_none()
    {
        var report = await GetAsync<DomainsReport>("/domains");

        Assert.Equal([("contoso.example", "sip", "contoso", 0L), ("jabber.example", "xmpp", "jabber", 0L)], report.Domains.Select(d => (d.Domain.Name, d.Domain.Kind, d.Domain.Peer, d.Users)));
        Assert.All(report.Domains, d => Assert.StartsWith("nobody of it", d.Warning, StringComparison.Ordinal));
    }

    [Fact]
    [Item("RN-049")]
    public async Task A_subscription_that_is_not_there_cannot_be_asked_for_anew_and_no_address_is_a_bad_request()
    {
        using var unknown = await admin.PostAsync("/presence/repair?watcher=bo@contoso.example&presentity=juliet@jabber.example", null);
        using var wrong = await admin.PostAsync("/presence/repair?watcher=bo&presentity=juliet@jabber.example", null);

        var report = JsonSerializer.Deserialize<RepairReport>(await unknown.Content.ReadAsStringAsync(), AdminJson.Options)!;
        Assert.Equal((false, "presence.UnknownWatcher"), (report.IsAsked, report.Reason));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Reload_that_fails_changes_nothing_and_says_every_fault()
    {
        sample.Read(Configuration.Replace("\"fqdn\"", "\"fqnd\"", StringComparison.Ordinal).Replace("\"protocol\": \"xmpp\"", "\"protocol\": \"smtp\"", StringComparison.Ordinal));

        var report = await ReloadAsync();

        Assert.False(report.IsApplied);
        Assert.Contains(report.Faults, f => f.StartsWith("$.identity.fqnd", StringComparison.Ordinal));
        Assert.Contains(report.Faults, f => f.StartsWith("$.peers[1].protocol", StringComparison.Ordinal));
        var status = await GetAsync<StatusReport>("/status");
        Assert.Equal(["contoso", "jabber"], status.Peers.Select(p => p.Name));
        Assert.False(status.Configuration.LastReload!.IsApplied);
    }

    [Fact]
    public async Task Reload_with_a_renewed_certificate_is_a_new_version_and_without_one_is_not()
    {
        await ReloadAsync();
        Assert.Equal(1, (await GetAsync<StatusReport>("/status")).Certificates.Version);

        LabAuthority.Load(sample.Folder, DateTimeOffset.UtcNow).Issue("gw.jabber.example").WriteTo(sample.Folder, "gateway");
        await ReloadAsync();
        Assert.Equal(2, (await GetAsync<StatusReport>("/status")).Certificates.Version);
    }

    [Fact]
    public async Task Explain_names_the_peer_or_the_refusal()
    {
        var routed = await GetAsync<ExplainReport>("/route/explain?from=bo@contoso.example&to=juliet@jabber.example");
        var refused = await GetAsync<ExplainReport>("/route/explain?from=bo@contoso.example&to=x@nowhere.example");

        Assert.Equal((true, "jabber"), (routed.IsRouted, routed.Peer));
        Assert.Equal((false, "federation.UnknownDomain"), (refused.IsRouted, refused.Reason));
    }

    [Fact]
    public async Task Second_appliance_on_the_same_files_fails_with_words()
    {
        await using var second = new Appliance(sample.Read(Configuration), new LogSwitch(LogLevelOption.Warning), NullLoggerFactory.Instance);

        var failure = await Assert.ThrowsAsync<ApplianceFailure>(() => second.StartAsync(CancellationToken.None));

        Assert.Contains("in use by another process", failure.Message, StringComparison.Ordinal);
        Assert.Equal("ready\n", await admin.GetStringAsync("/readyz"));
    }

    private async Task<T> GetAsync<T>(string resource) => JsonSerializer.Deserialize<T>(await admin.GetStringAsync(resource), AdminJson.Options)!;

    private async Task<ReloadReport> ReloadAsync()
    {
        using var response = await admin.PostAsync("/reload", null);
        return JsonSerializer.Deserialize<ReloadReport>(await response.Content.ReadAsStringAsync(), AdminJson.Options)!;
    }

    private sealed class Listening(List<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (said) said.Add(formatter(state, exception));
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(sample.Folder, "admin.sock")), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
