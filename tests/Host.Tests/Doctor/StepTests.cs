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

/// <summary>The doctor's steps behind TLS and before it, against scripted systems on loopback: PS-056, PSB-023, PSB-036.</summary>
public sealed class StepTests : IAsyncLifetime
{
    private const string Header = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' id='1' version='1.0'>";
    private const string StartTls = Header + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
    private const string External = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>";
    private const string Dialback = "<dialback xmlns='urn:xmpp:features:dialback'/>";

    private readonly LabAuthority authority = LabAuthority.Create(DateTimeOffset.UtcNow);
    private readonly TransportHub hub = new(new TransportLimits { ConnectSecondsMax = 60, HandshakeSecondsMax = 60 }, TimeProvider.System);
    private readonly TableResolver names = new();
    private readonly List<Listener> listeners = [];
    private IPEndPoint? own;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var listener in listeners) await listener.DisposeAsync();
        hub.Dispose();
    }

    [Theory, Item("PS-056")]
    [InlineData("200 OK", "", DoctorVerdict.Good, "200 OK")]
    [InlineData("405 Method Not Allowed", "", DoctorVerdict.Good, "it speaks SIP with us")]
    [InlineData("403 Forbidden", "ms-diagnostics: 1027;reason=\"x\"\r\n", DoctorVerdict.Failed, "number 1027")]
    [InlineData("503 Service Unavailable", "", DoctorVerdict.Warning, "503")]
    public async Task Options_is_a_step_with_its_answer(string status, string headers, DoctorVerdict verdict, string words)
    {
        var report = await CheckSipAsync(ListenSip(("\r\n\r\n", $"SIP/2.0 100 Trying\r\n{{via}}\r\n\r\nSIP/2.0 {status}\r\n{{via}}\r\n{headers}CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")));

        var step = Assert.Single(report.Checks, c => c.Check == "options");
        Assert.Equal(verdict, step.Verdict);
        Assert.Contains(words, step.Text, StringComparison.Ordinal);
        Assert.Equal(verdict == DoctorVerdict.Good, step.NextStep.Length == 0);
    }

    [Fact, Item("PS-056")]
    public async Task Silence_after_TLS_is_the_failure_of_its_own_step()
    {
        var report = await CheckSipAsync(ListenSip(("OPTIONS", "END")));

        var failed = Assert.Single(report.Checks, c => c.Verdict == DoctorVerdict.Failed);
        Assert.Equal("options", failed.Check);
        Assert.Contains("does not answer OPTIONS of jabber.example", failed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_said_to_a_system_that_does_not_prove_who_it_is()
    {
        var peer = Scripted(("OPTIONS", "END"));
        var report = await CheckSipAsync(Listen(peer, "sip.fabrikam.example", direct: true));

        Assert.Contains(report.Checks, c => c is { Check: "options", Verdict: DoctorVerdict.NotTried });
        Assert.Equal(0, peer.Heard.Length);
    }

    [Fact, Item("OCS-032"), Item("PSB-036")]
    public async Task The_way_is_looked_for_in_the_products_order_and_each_absent_record_is_named()
    {
        var port = (ushort)ListenSip(("\r\n\r\n", "SIP/2.0 200 OK\r\n{via}\r\n\r\n"));
        names.Service("_sips._tcp.contoso.example", new SrvRecord(10, 0, port, "sip.contoso.example")).Host("sip.contoso.example", "127.0.0.1");

        var report = await CheckAsync(Sip([]));

        var step = Assert.Single(report.Checks, c => c.Check == "dns");
        Assert.Equal(DoctorVerdict.Good, step.Verdict);
        Assert.Contains($"SRV _sips._tcp.contoso.example: 10 0 {port} sip.contoso.example", step.Text, StringComparison.Ordinal);
        Assert.Contains("absent: SRV _sipfederationtls._tcp.contoso.example, NAPTR contoso.example", step.Text, StringComparison.Ordinal);
        Assert.Contains(report.Checks, c => c is { Check: "options", Verdict: DoctorVerdict.Good });
    }

    [Fact, Item("PSB-D-04"), Item("PSB-D-05")]
    public async Task A_record_without_target_address_is_told_with_both_names_and_no_record_with_what_was_asked()
    {
        names.Service("_sipfederationtls._tcp.contoso.example", new SrvRecord(0, 0, 5061, "sip.contoso.example"));
        var sip = Assert.Single((await CheckAsync(Sip([]))).Checks, c => c.Check == "dns");
        var xmpp = Assert.Single((await CheckAsync(Xmpp([]))).Checks, c => c.Check == "dns");

        Assert.Equal((DoctorVerdict.Failed, DoctorVerdict.Failed), (sip.Verdict, xmpp.Verdict));
        Assert.Contains("_sipfederationtls._tcp.contoso.example names 'sip.contoso.example', which has no address", sip.Text, StringComparison.Ordinal);
        Assert.Contains("'jabber.example' has no SRV record _xmpps-server._tcp.jabber.example, no SRV record _xmpp-server._tcp.jabber.example, no address of its own", xmpp.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_IPv6_literal_in_the_configuration_is_dialled_and_proved()
    {
        var port = Listen(Scripted(("\r\n\r\n", "SIP/2.0 200 OK\r\n{via}\r\n\r\n")), "sip.contoso.example", direct: true, address: "::1");
        var report = await CheckAsync(Sip([$"[::1]:{port}"]));

        Assert.False(report.HasFailures, Words(report));
        Assert.Contains(report.Checks, c => c.Check == "tcp and tls" && c.Text.Contains($"[::1]:{port}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_targets_of_both_XMPP_services_are_walked()
    {
        var plain = (ushort)ListenXmpp(("to='jabber.example'", StartTls), ("starttls", "TLS"), ("to='jabber.example'", $"{Header}<stream:features>{External}</stream:features>"), ("EXTERNAL", "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"));
        var direct = (ushort)Listen(Scripted(("to='jabber.example'", $"{Header}<stream:features>{External}</stream:features>"), ("EXTERNAL", "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")), "jabber.example", direct: true);
        names.Service("_xmpp-server._tcp.jabber.example", new SrvRecord(10, 0, plain, "a.jabber.example")).Host("a.jabber.example", "127.0.0.1");
        names.Service("_xmpps-server._tcp.jabber.example", new SrvRecord(20, 0, direct, "b.jabber.example")).Host("b.jabber.example", "127.0.0.1");

        var report = await CheckAsync(Xmpp([]));

        Assert.False(report.HasFailures, Words(report));
        Assert.Equal(["a.jabber.example", "b.jabber.example"], report.Checks.Where(c => c is { Check: "external", Verdict: DoctorVerdict.Good }).Select(c => c.Text.Split(' ')[0]));
    }

    [Theory, Item("PS-056"), Item("PSB-023")]
    [InlineData("host-unknown", "does not serve jabber.example")]
    [InlineData("policy-violation", "must allow contoso.example")]
    [InlineData("not-authorized", "does not believe our certificate")]
    public async Task A_stream_error_is_named_with_what_to_do(string condition, string next)
    {
        var error = $"{Header}<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>so &amp; so</text></stream:error></stream:stream>";
        var report = await CheckXmppAsync(("to='jabber.example'", StartTls), ("starttls", "TLS"), ("to='jabber.example'", error));

        var failed = Assert.Single(report.Checks, c => c.Verdict == DoctorVerdict.Failed);
        Assert.Equal("stream", failed.Check);
        Assert.EndsWith($"with {condition}: so & so", failed.Text, StringComparison.Ordinal);
        Assert.Contains(next, failed.NextStep, StringComparison.Ordinal);
    }

    [Fact, Item("PSB-023")]
    public async Task A_server_that_sends_us_away_before_TLS_is_told_as_what_it_is()
    {
        var report = await CheckXmppAsync(("to='jabber.example'", $"{Header}<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"));

        var failed = Assert.Single(report.Checks, c => c.Verdict == DoctorVerdict.Failed);
        Assert.Contains("host-unknown before TLS", failed.Text, StringComparison.Ordinal);
        Assert.Contains("does not serve jabber.example", failed.NextStep, StringComparison.Ordinal);
    }

    [Fact, Item("PS-130")]
    public async Task Records_that_lead_to_ourselves_are_told_and_not_dialled()
    {
        var listener = Scripted(("to=", StartTls));
        own = new IPEndPoint(IPAddress.Loopback, Listen(listener, "gw.jabber.example", direct: false));
        names.Service("_xmpp-server._tcp.jabber.example", new SrvRecord(10, 0, (ushort)own.Port, "somewhere.jabber.example")).Host("somewhere.jabber.example", "127.0.0.1");

        var failed = Assert.Single((await CheckAsync(Xmpp([]))).Checks, c => c.Verdict == DoctorVerdict.Failed);
        Assert.Equal("dns", failed.Check);
        Assert.Contains("this is our own listener", failed.Text, StringComparison.Ordinal);
        Assert.Equal(0, listener.Heard.Length);
    }

    [Fact, Item("PSB-023")]
    public async Task Without_STARTTLS_the_way_ends_before_the_certificate()
    {
        var report = await CheckXmppAsync(("to='jabber.example'", $"{Header}<stream:features>{Dialback}</stream:features>"));

        Assert.Contains(report.Checks, c => c is { Check: "tcp and tls", Verdict: DoctorVerdict.Failed } && c.Text.Contains("offers no STARTTLS", StringComparison.Ordinal));
        Assert.Contains(report.Checks, c => c is { Check: "stream", Verdict: DoctorVerdict.NotTried });
    }

    [Fact, Item("PSB-036")]
    public async Task Refused_EXTERNAL_without_dialback_is_no_way_at_all()
    {
        var report = await CheckXmppAsync(Upto($"<stream:features>{External}</stream:features>", isDialbackInHeader: false, ("EXTERNAL", "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/><text xml:lang='en'>host name mismatch</text></failure>")));

        Assert.Contains(report.Checks, c => c is { Check: "external", Verdict: DoctorVerdict.Failed } && c.Text.EndsWith("not-authorized: host name mismatch", StringComparison.Ordinal));
        Assert.Contains(report.Checks, c => c is { Check: "dialback", Verdict: DoctorVerdict.Failed } && c.Text.Contains("no way to prove contoso.example", StringComparison.Ordinal));
    }

    [Fact, Item("PSB-036")]
    public async Task Dialback_that_our_record_does_not_allow_is_no_way_although_it_is_offered()
    {
        var report = await CheckXmppAsync(Upto($"<stream:features>{Dialback}</stream:features>", isDialbackInHeader: true));

        Assert.Contains(report.Checks, c => c is { Check: "external", Verdict: DoctorVerdict.Failed });
        Assert.Contains(report.Checks, c => c is { Check: "dialback", Verdict: DoctorVerdict.Failed } && c.Text.Contains("our record of it does not allow dialback", StringComparison.Ordinal));
    }

    [Fact, Item("PSB-036")]
    public async Task A_discovered_server_whose_certificate_names_its_host_only_is_refused_as_the_appliance_would()
    {
        var port = (ushort)Listen(Scripted(("to='jabber.example'", StartTls), ("starttls", "TLS")), "a.jabber.example", direct: false);
        names.Service("_xmpp-server._tcp.jabber.example", new SrvRecord(10, 0, port, "a.jabber.example")).Host("a.jabber.example", "127.0.0.1");

        var failed = Assert.Single((await CheckAsync(Xmpp([]))).Checks, c => c.Verdict == DoctorVerdict.Failed);
        Assert.Equal("certificate", failed.Check);
        Assert.Contains("certificates.WrongName", failed.Text, StringComparison.Ordinal);
        Assert.StartsWith("it names a.jabber.example. ", failed.NextStep, StringComparison.Ordinal);
    }

    [Theory, Item("PSB-036")]
    [InlineData("invalid", DoctorVerdict.Good)]
    [InlineData("valid", DoctorVerdict.Failed)]
    public async Task Dialback_is_tried_on_ourselves_where_it_is_what_remains(string answer, DoctorVerdict verdict)
    {
        var ours = Scripted(
            ("to='contoso.example'", StartTls), ("starttls", "TLS"), ("to='contoso.example'", $"{Header}<stream:features>{Dialback}</stream:features>"),
            ("db:verify", $"<db:verify from='contoso.example' to='jabber.example' id='doctor' type='{answer}'/>"));
        own = new IPEndPoint(IPAddress.Any, Listen(ours, "contoso.example", direct: false));
        names.Host("xmpp.jabber.example", "127.0.0.1");
        var port = ListenXmpp(Upto($"<stream:features>{Dialback}</stream:features>", isDialbackInHeader: true));

        var report = await CheckAsync(Xmpp([$"xmpp.jabber.example:{port}"]) with { AllowsDialback = true });

        Assert.Contains(report.Checks, c => c is { Check: "external", Verdict: DoctorVerdict.Warning });
        Assert.Equal(verdict, Assert.Single(report.Checks, c => c.Check == "dialback").Verdict);
        Assert.Contains("from='jabber.example' to='contoso.example' id='doctor'", ours.Heard.ToString(), StringComparison.Ordinal);
    }

    [Fact, Item("PSB-036")]
    public async Task The_names_by_which_we_are_found_are_looked_at_from_here_as_well()
    {
        names.Service("_sipfederationtls._tcp.jabber.example", new SrvRecord(0, 0, 5061, "gw.jabber.example"));
        names.Service("_xmpp-server._tcp.contoso.example", new SrvRecord(0, 0, 5269, "other.example"));
        var model = new FederationModel { Peers = [Sip(["sip.contoso.example:1"]), Xmpp(["xmpp.jabber.example:1"])] };

        var steps = (await RunAsync(model, null)).Checks.Where(c => c.Check == "names").ToList();

        Assert.Equal([DoctorVerdict.Good, DoctorVerdict.Warning], steps.Select(s => s.Verdict));
        Assert.Contains("names other.example, not gw.jabber.example", steps[1].Text, StringComparison.Ordinal);
        Assert.Contains("_xmpp-server._tcp.contoso.example. IN SRV 0 0 5269 gw.jabber.example.", steps[1].NextStep, StringComparison.Ordinal);
    }

    [Fact, Item("PS-058")]
    public async Task A_peer_that_is_switched_off_is_told_as_that_and_not_dialled()
    {
        var report = await CheckAsync(Sip(["sip.contoso.example:1"]) with { Policy = LinkPolicy.Denied });

        Assert.Equal(["record", "dns"], report.Checks.Select(c => c.Check));
        Assert.Contains("policy is denied", report.Checks[0].Text, StringComparison.Ordinal);
    }

    private static string Words(DoctorReport report) => string.Join('\n', report.Checks);

    private static PeerModel Sip(string[] addresses) => new("contoso", Protocol.Sip)
    {
        Addresses = [.. addresses], TlsSubjects = ["sip.contoso.example"], TrustSet = "lab", AllowsPrivateTargets = true,
        FromDomains = new[] { "contoso.example" }.ToFrozenSet(StringComparer.Ordinal),
    };

    private static PeerModel Xmpp(string[] addresses) => new("jabber", Protocol.Xmpp)
    {
        Addresses = [.. addresses], TrustSet = "lab", AllowsPrivateTargets = true, FromDomains = new[] { "jabber.example" }.ToFrozenSet(StringComparer.Ordinal),
    };

    private static (string, string)[] Upto(string features, bool isDialbackInHeader, params (string, string)[] rest)
    {
        var header = isDialbackInHeader ? Header : Header.Replace(" xmlns:db='jabber:server:dialback'", "", StringComparison.Ordinal);
        return [("to='jabber.example'", StartTls), ("starttls", "TLS"), ("to='jabber.example'", header + features), .. rest];
    }

    private static ScriptedPeer Scripted(params (string, string)[] script) => new(script);

    private int ListenSip(params (string, string)[] script) => Listen(Scripted(script), "sip.contoso.example", direct: true);

    private int ListenXmpp(params (string, string)[] script) => Listen(Scripted(script), "jabber.example", direct: false);

    private int Listen(ScriptedPeer peer, string name, bool direct, string address = "127.0.0.1")
    {
        var certificates = new FixedCertificates(new CertificateSet(1, [authority.Issue(name).ToOwn("far")], [authority.ToTrust("lab")]));
        var tls = new TlsServerOptions { Certificates = certificates, Client = ClientCertificate.Requested, ApplicationProtocols = direct ? ["xmpp-server"] : [] };
        peer.Tls = tls;
        listeners.Add(Listener.Start(hub, new ListenerOptions { Name = name, Address = address, Tls = direct ? tls : null }, _ => peer));
        return listeners[^1].Endpoint.Port;
    }

    private Task<DoctorReport> CheckSipAsync(int port)
    {
        names.Host("sip.contoso.example", "127.0.0.1");
        return CheckAsync(Sip([$"sip.contoso.example:{port}"]));
    }

    private Task<DoctorReport> CheckXmppAsync(params (string, string)[] script)
    {
        var port = ListenXmpp(script);
        names.Host("xmpp.jabber.example", "127.0.0.1");
        return CheckAsync(Xmpp([$"xmpp.jabber.example:{port}"]));
    }

    // The other side's peer is there too, so that there is a domain of ours to speak for.
    private Task<DoctorReport> CheckAsync(PeerModel peer) =>
        RunAsync(new FederationModel { Peers = [peer, peer.Protocol == Protocol.Sip ? Xmpp(["xmpp.jabber.example:1"]) : Sip(["sip.contoso.example:1"])] }, peer.Name);

    private async Task<DoctorReport> RunAsync(FederationModel model, string? peer)
    {
        var certificates = new FixedCertificates(new CertificateSet(1, [authority.Issue("gw.jabber.example", "contoso.example").ToOwn("gateway")], [authority.ToTrust("lab")]));
        var registry = new PeerRegistry(certificates, TimeProvider.System, new RecentRefusals(TimeProvider.System));
        registry.Publish(new FederationTables(model));
        var parts = new DoctorParts("gw.jabber.example", model, certificates, registry, names, hub)
        {
            Find = DoctorVerb.Finder(AttemptRules.Default), Diagnose = static number => $"number {number}", XmppListener = own, Patience = TimeSpan.FromMinutes(1),
        };
        return await GatewayDoctor.CheckAsync(parts, peer, CancellationToken.None);
    }
}
