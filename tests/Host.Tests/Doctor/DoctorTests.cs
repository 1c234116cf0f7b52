using System.Collections.Frozen;
using System.Net;
using Certificates;
using Gateway.Admin.Doctor;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Host.Verbs;
using Gateway.Transport;
using Gateway.Xmpp;

namespace Host.Tests.Doctor;

/// <summary>The doctor against peers of every health, over real sockets on loopback.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly LabAuthority authority = LabAuthority.Create(Now);
    private readonly TransportHub hub = new(new TransportLimits { ConnectSecondsMax = 60, HandshakeSecondsMax = 60 }, TimeProvider.System);
    private readonly List<Listener> listeners = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var listener in listeners) await listener.DisposeAsync();
        hub.Dispose();
    }

    [Fact]
    public async Task Edge_with_a_serverAuth_certificate_is_a_warning_and_no_failure()
    {
        var report = await CheckAsync(Listen(LabLeafOptions.For("sip.contoso.example") with { Usage = LabUsage.ServerAuth }));

        Assert.False(report.HasFailures, Words(report));
        Assert.Contains(report.Checks, c => c is { Check: "certificate", Verdict: DoctorVerdict.Good, Subject: "contoso" });
        Assert.Contains(report.Checks, c => c is { Check: "usage", Verdict: DoctorVerdict.Warning });
    }

    [Fact]
    public async Task Wrong_name_fails_and_says_which_names_are_there()
    {
        var report = await CheckAsync(Listen(LabLeafOptions.For("sip.fabrikam.example")));

        var check = Assert.Single(report.Checks, c => c.Verdict == DoctorVerdict.Failed);
        Assert.Contains("certificates.WrongName", check.Text, StringComparison.Ordinal);
        Assert.Contains("sip.fabrikam.example", check.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_near_its_end_is_a_warning_and_past_it_a_failure()
    {
        var soon = await CheckAsync(Listen(LabLeafOptions.For("sip.contoso.example") with { NotAfter = Now.AddDays(5) }));
        var past = await CheckAsync(Listen(LabLeafOptions.For("sip.contoso.example") with { NotBefore = Now.AddDays(-9), NotAfter = Now.AddDays(-1) }));

        Assert.Contains(soon.Checks, c => c is { Check: "expiry", Verdict: DoctorVerdict.Warning, Subject: "contoso" });
        Assert.Contains(past.Checks, c => c.Verdict == DoctorVerdict.Failed && c.Text.Contains("certificates.Expired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Own_certificate_that_ended_while_we_run_is_a_failure()
    {
        var report = await CheckAsync(Listen(LabLeafOptions.For("sip.contoso.example")), peer: null, ownEnd: Now.AddMinutes(-1));

        Assert.Contains(report.Checks, c => c is { Check: "expiry", Verdict: DoctorVerdict.Failed } && c.Text.StartsWith("gateway ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_listening_fails_at_tcp_and_later_hops_are_not_tried()
    {
        // A port of the kernel's choice that was let go may be somebody else's by now; the lowest one is nobody's.
        var report = await CheckAsync(1);

        Assert.Contains(report.Checks, c => c.Verdict == DoctorVerdict.Failed && c.Text.Contains("transport.ConnectRefused", StringComparison.Ordinal));
        Assert.Contains(report.Checks, c => c is { Check: "certificate", Verdict: DoctorVerdict.NotTried });
    }

    [Fact]
    public async Task Host_without_address_fails_at_dns()
    {
        var report = await CheckAsync(5061, "nowhere.contoso.example");

        Assert.Contains(report.Checks, c => c is { Check: "dns", Verdict: DoctorVerdict.Failed } && c.NextStep.Contains("dns.hosts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Own_certificate_without_our_name_fails()
    {
        var report = await CheckAsync(Listen(LabLeafOptions.For("sip.contoso.example")), own: "other.example", peer: null);

        Assert.Contains(report.Checks, c => c is { Subject: "gateway", Check: "certificate", Verdict: DoctorVerdict.Failed });
    }

    private static string Words(DoctorReport report) => string.Join('\n', report.Checks);

    private int Listen(LabLeafOptions leaf)
    {
        var certificates = new FixedCertificates(new CertificateSet(1, [authority.Issue(leaf).ToOwn("edge")], [authority.ToTrust("lab")]));
        var options = new ListenerOptions { Name = "edge", Address = "127.0.0.1", Tls = new TlsServerOptions { Certificates = certificates } };
        listeners.Add(Listener.Start(hub, options, _ => new ScriptedPeer(("\r\n\r\n", "SIP/2.0 200 OK\r\n{via}\r\n\r\n"))));
        return listeners[^1].Endpoint.Port;
    }

    private async Task<DoctorReport> CheckAsync(int port, string host = "sip.contoso.example", string own = "gw.jabber.example", string? peer = "contoso", DateTimeOffset? ownEnd = null)
    {
        var model = new FederationModel
        {
            Peers =
            [
                new PeerModel("contoso", Protocol.Sip)
                {
                    Addresses = [$"{host}:{port}"], TlsSubjects = ["sip.contoso.example"], TrustSet = "lab",
                    FromDomains = new[] { "contoso.example" }.ToFrozenSet(StringComparer.Ordinal),
                },
            ],
        };
        var ours = authority.Issue(LabLeafOptions.For(own) with { NotBefore = ownEnd?.AddDays(-9), NotAfter = ownEnd });
        var certificates = new FixedCertificates(new CertificateSet(1, [ours.ToOwn("gateway")], [authority.ToTrust("lab")]));
        var registry = new PeerRegistry(certificates, TimeProvider.System, new RecentRefusals(TimeProvider.System));
        registry.Publish(new FederationTables(model));
        var hosts = new Dictionary<string, IReadOnlyList<IPAddress>>(StringComparer.Ordinal) { ["sip.contoso.example"] = [IPAddress.Loopback] };
        var resolver = new StaticHosts(hosts, new Dictionary<string, IReadOnlyList<SrvRecord>>(StringComparer.Ordinal), new TableResolver());
        return await GatewayDoctor.CheckAsync(new DoctorParts("gw.jabber.example", model, certificates, registry, resolver, hub) { Find = DoctorVerb.Finder(AttemptRules.Default), Patience = TimeSpan.FromMinutes(1) }, peer, CancellationToken.None);
    }
}
