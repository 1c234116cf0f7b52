using System.Globalization;
using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Names;
using Lab.Sip;
using Lab.Trust;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>
/// One appliance with Prosody, ejabberd, the scripted Openfire and another appliance, each holding a domain for every cell of the trust matrix. All of it is set at the start: a cell is chosen by its names alone, so that
/// nothing is started or reloaded between cells.
/// </summary>
public sealed class TrustStage : IAsyncLifetime
{
    public const string Prosody = "prosody";
    public const string Ejabberd = "ejabberd";
    public const string Openfire = "openfire";
    public const string Gateway2 = "gateway";
    public static readonly string[] Names = [Prosody, Ejabberd, Openfire, Gateway2];
    private readonly LabDirectory _directory = new("trust");
    private readonly Dictionary<string, FarServer> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Clear, int Direct)> _ports = Names.ToDictionary(n => n, _ => (LabPorts.Take(), LabPorts.Take()), StringComparer.Ordinal);
    private readonly int _directPort = LabPorts.Take();
    private LabAuthority? _authority;
    private LabAuthority? _stranger;
    private Dnsmasq? _dns;
    private GatewayProcess? _gateway;
    private LyncEdge? _edge;

    public GatewayProcess Gateway => _gateway ?? throw new InvalidOperationException("the stage is not open");

    public LyncEdge Edge => _edge ?? throw new InvalidOperationException("the stage is not open");

    public FarServer Server(string name) => _servers[name];

    private static string[] Ours => [.. Cell.Kinds.Select(k => Cell.OursOf(k.Policy, k.Mode))];

    public async Task InitializeAsync()
    {
        _authority = new LabAuthority(_directory.Folder("certs"));
        _stranger = new LabAuthority(_directory.Folder("certs-stranger"), "Somebody else");
        var file = new ApplianceFile
        {
            Certificate = _authority.Issue("gateway", [Stage.GatewayHost, .. Ours], LabCertificateKind.Both), AuthorityFile = _authority.CertificateFile,
            DnsPort = LabPorts.Take(), EdgePort = LabPorts.Take(),
            Adjust = a => Adjust(a, _directPort, Ours, [.. Cell.Policies.SelectMany(FarDomainsOf)], FarDomainsOf),
        };
        _dns = await Dnsmasq.StartAsync(_directory, Records(file), file.DnsPort);
        var prosody = StartProsodyAsync(file.DnsPort);
        var ejabberd = StartEjabberdAsync(file.DnsPort);
        _edge = await LyncEdge.StartAsync(_directory, new LyncEdgeOptions("lync2013", _authority.CertificateFile, Stage.GatewayHost, file.SipPort)
        {
            Port = file.EdgePort, Certificate = _authority.Issue("edge", ["sip.contoso.example"]), Domains = Ours,
        });
        _gateway = new GatewayProcess(file.WriteTo(_directory.Root), file.HttpPort, _directory.File("gateway.log"));
        await _gateway.StartAsync();
        _servers[Prosody] = await prosody;
        _servers[Ejabberd] = await ejabberd;
        _servers[Openfire] = await StartOpenfireAsync(file.XmppPort);
        _servers[Gateway2] = await StartGatewayAsync(file.DnsPort);
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values) await server.DisposeAsync();
        if (_edge is not null) await _edge.DisposeAsync();
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_dns is not null) await _dns.DisposeAsync();
        _authority?.Dispose();
        _stranger?.Dispose();
        _directory.Dispose();
    }

    private static string[] FarDomains(string server, string certificate) => [.. Cell.Of(server).Where(c => c.Certificate == certificate).Select(c => c.Far).Distinct(StringComparer.Ordinal)];

    private LabCertificate Issue(string server, string certificate)
    {
        var (file, names) = ($"{server}-{certificate}", FarDomains(server, certificate));
        return certificate switch
        {
            "self-signed" => _authority!.SelfSigned(file, names),
            "expired" => _authority!.Issue(file, names, LabCertificateKind.Both, isExpired: true),
            "wrong-name" => _authority!.Issue(file, ["montague.example"], LabCertificateKind.Both),
            "unknown-ca" => _stranger!.Issue(file, names, LabCertificateKind.Both),
            _ => _authority!.Issue(file, names, LabCertificateKind.Both),
        };
    }

    private List<FederatedDomain> Domains(string server) =>
        [.. Cell.Certificates.SelectMany(c => Domains(server, c))];

    private IEnumerable<FederatedDomain> Domains(string server, string certificate)
    {
        // ejabberd presents the certificate whose names fit, and where none does any other one it has; a common name is a fit for it, and none for us.
        if (server == Ejabberd && certificate == "wrong-name")
            return FarDomains(server, certificate).Select(d => new FederatedDomain(d, _authority!.Issue(d, ["montague.example"], LabCertificateKind.Both, commonName: d)));
        var own = Issue(server, certificate);
        return FarDomains(server, certificate).Select(d => new FederatedDomain(d, own));
    }

    private static string[] Lenient => [.. Cell.Kinds.Where(k => k.Policy != "required").Select(k => Cell.OursOf(k.Policy, k.Mode))];

    private async Task<FarServer> StartProsodyAsync(int dnsPort)
    {
        var domains = Domains(Prosody);
        var server = await Lab.Xmpp.Prosody.StartAsync(_directory, new ProsodyOptions("main.prosody.example", dnsPort, domains[0].Certificate, _authority!.CertificateFile)
        {
            ServerPort = _ports[Prosody].Clear, DirectPort = _ports[Prosody].Direct, Components = [.. domains.Select(d => d with { SpeaksTls = !d.Name.Contains(".clear.", StringComparison.Ordinal) })], DialbackDomains = Lenient, RequiresTls = false,
        });
        return new RealFarServer(server.Options.ComponentPort, server.Process, (line, domain, foreign) =>
            line.Contains($"{foreign}->{domain} closed", StringComparison.Ordinal) || line.Contains($"{foreign}->{domain} failed", StringComparison.Ordinal), server);
    }

    private async Task<FarServer> StartEjabberdAsync(int dnsPort)
    {
        var server = await Lab.Xmpp.Ejabberd.StartAsync(_directory, new EjabberdOptions("main.ejabberd.example", dnsPort, _authority!.CertificateFile, Domains(Ejabberd))
        {
            ServerPort = _ports[Ejabberd].Clear, DirectPort = _ports[Ejabberd].Direct, DialbackDomains = Lenient, StartTls = "optional",
        });
        // Where TLS begins at once and we end the stream in the same breath, ejabberd tells of the connection and not yet of the domains; each such line is taken for one cell only.
        return new RealFarServer(server.Options.ComponentPort, server.Process, (line, domain, foreign) =>
            line.Contains($"{foreign} -> {domain}", StringComparison.Ordinal)
            || (domain.Contains(".direct.", StringComparison.Ordinal) && line.Contains("Closing inbound s2s connection 127.0.0.1 -> main.ejabberd.example", StringComparison.Ordinal)),
            server, isOneForAll: true);
    }

    private async Task<FarServer> StartOpenfireAsync(int gatewayPort)
    {
        var peer = await ScriptedPeer.StartAsync(_directory, _authority!.CertificateFile, gatewayPort, _ports[Openfire].Clear, _ports[Openfire].Direct);
        foreach (var kind in Cell.Kinds.Where(k => k.Mode == "direct"))
            await peer.DoAsync("route", ("domain", Cell.OursOf(kind.Policy, kind.Mode)), ("to", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_directPort}")));
        var certificates = Cell.Certificates.ToDictionary(c => c, c => Issue(Openfire, c), StringComparer.Ordinal);
        foreach (var cell in Cell.Of(Openfire).Where(c => c.Way == "in"))
        {
            await peer.DomainAsync(
                cell.Far, cell.Policy == "clear" ? null : certificates[cell.Certificate], ("like", "openfire"), ("direct", cell.Mode == "direct"), ("dialback", cell.Policy != "required"));
        }

        return new ScriptedFarServer(peer);
    }

    // The mirror image: its SIP domains are our XMPP domains, and its records of ours have the same policies.
    private async Task<FarServer> StartGatewayAsync(int dnsPort)
    {
        var far = Cell.Of(Gateway2).Select(c => c.Far).Distinct(StringComparer.Ordinal).ToArray();
        var file = new ApplianceFile
        {
            Certificate = _authority!.Issue("gateway-two", ["two.example", "sip.two.example"], LabCertificateKind.Both), AuthorityFile = _authority.CertificateFile, DnsPort = dnsPort,
            EdgePort = LabPorts.Take(), XmppPort = _ports[Gateway2].Clear, Fqdn = "two.example", SipDomain = "two.example",
            Adjust = a =>
            {
                foreach (var certificate in Cell.CertificatesOf(Gateway2))
                {
                    var own = Issue(Gateway2, certificate);
                    a["certificates"]!["own"]!.AsArray().Add(new JsonObject
                    {
                        ["name"] = certificate, ["certificate"] = own.CertificateFile, ["key"] = own.KeyFile, ["profile"] = "any", ["chainChecked"] = false,
                        ["domains"] = new JsonArray([.. FarDomains(Gateway2, certificate)]),
                    });
                }

                Adjust(a, _ports[Gateway2].Direct, far, Ours, c => [.. Cell.Modes.Where(m => c != "clear" || m == "starttls").Select(m => Cell.OursOf(c, m))]);
            },
        };
        var edge = await LyncEdge.StartAsync(_directory, new LyncEdgeOptions("lync2013", _authority.CertificateFile, "two.example", file.SipPort)
        {
            Name = "two", Port = file.EdgePort, Fqdn = "sip.two.example", Certificate = _authority.Issue("edge-two", ["sip.two.example"]), Domains = far,
        });
        var gateway = new GatewayProcess(file.WriteTo(_directory.Folder("two")), file.HttpPort, _directory.File("gateway-two.log"));
        await gateway.StartAsync();
        return new GatewayFarServer(gateway, edge);
    }

    private IEnumerable<LabRecord> Records(ApplianceFile file)
    {
        yield return LabRecord.Host(Stage.GatewayHost);
        yield return LabRecord.Host("sip.contoso.example");
        yield return LabRecord.Host("far.example");
        yield return LabRecord.Host("two.example");
        yield return LabRecord.Host("sip.two.example");
        foreach (var kind in Cell.Kinds)
        {
            var ours = Cell.OursOf(kind.Policy, kind.Mode);
            yield return kind.Mode == "direct" ? LabRecord.XmppsServer(ours, LabRecord.LoopbackHost, _directPort) : LabRecord.XmppServer(ours, LabRecord.LoopbackHost, file.XmppPort);
            foreach (var cell in Names.SelectMany(Cell.Of).Where(c => c.Ours == ours && c.Way == "in"))
                yield return kind.Mode == "direct" ? LabRecord.XmppsServer(cell.Far, "far.example", _ports[cell.Server].Direct) : LabRecord.XmppServer(cell.Far, "far.example", _ports[cell.Server].Clear);
        }
    }

    private static string[] FarDomainsOf(string policy) => [.. Names.SelectMany(Cell.Of).Where(c => c.Policy == policy).Select(c => c.Far).Distinct(StringComparer.Ordinal)];

    // One record for each policy: what an administrator would write for such a partner.
    private static void Adjust(JsonObject appliance, int directPort, string[] sipDomains, string[] xmppDomains, Func<string, string[]> domainsOf)
    {
        appliance["listeners"]!["xmpp"]!.AsArray().Add(new JsonObject { ["address"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{directPort}"), ["directTls"] = true });
        // Every cell keeps its stream, and all servers of the stage have one address.
        (appliance["limits"]!["connectionsPerAddressMax"], appliance["limits"]!["acceptsPerSecondPerAddressMax"]) = (2_000, 2_000);
        appliance["domains"] = new JsonArray(
        [
            .. sipDomains.Select(d => new JsonObject { ["name"] = d, ["kind"] = "sip" }), .. xmppDomains.Select(d => new JsonObject { ["name"] = d, ["kind"] = "xmpp" }),
        ]);
        var edge = appliance["peers"]![0]!.DeepClone();
        edge["fromDomains"] = new JsonArray([.. sipDomains]);
        appliance["peers"] = new JsonArray([edge, .. Cell.Policies.Select(p => Record(p, domainsOf(p)))]);
    }

    private static JsonObject Record(string policy, string[] domains)
    {
        var record = new JsonObject { ["name"] = policy, ["protocol"] = "xmpp", ["privateTargets"] = true, ["fromDomains"] = new JsonArray([.. domains]), ["limits"] = new JsonObject { ["connectionsMax"] = 500, ["pairsPerStreamMax"] = 1 } };
        if (policy == "required") record["external"] = "required";
        else record["dialback"] = true;
        if (policy == "dialback") record["external"] = "off";
        if (policy == "clear") record["tls"] = "forbidden";
        return record;
    }
}
