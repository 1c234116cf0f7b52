using System.Globalization;
using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Names;
using Lab.Sip;
using Lab.Trust;

namespace Appliance.Tests.Interop;

/// <summary>
/// One appliance with Prosody, ejabberd, the scripted Openfire and another appliance, each holding a domain for every cell of the trust matrix. All of it is set at the start: a cell is
/// chosen by its names alone, so that
/// nothing is started or reloaded between cells.
/// </summary>
[CollectionDefinition(nameof(TrustStage))]
public sealed class TrustStage : IAsyncLifetime, ICollectionFixture<TrustStage>
{
    public const string Prosody = "prosody";
    public const string Ejabberd = "ejabberd";
    public const string Openfire = "openfire";
    public const string Gateway2 = "gateway";
    public static readonly string[] Names = [Prosody, Ejabberd, Openfire, Gateway2];
    private static readonly IReadOnlyList<Cell> _cells = [.. Names.SelectMany(Cell.Of)];
    private readonly LabDirectory _directory = new("trust");
    private readonly Dictionary<string, FarServer> _servers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Clear, int Direct)> _ports = Names.ToDictionary(n => n, _ => (LabPorts.Take(), LabPorts.Take()), StringComparer.Ordinal);
    private readonly int _directPort = LabPorts.Take();
    private TrustCertificates? _certificates;
    private Dnsmasq? _dns;
    private GatewayProcess? _gateway;
    private LyncEdge? _edge;

    public GatewayProcess Gateway => _gateway ?? throw new InvalidOperationException("the stage is not open");

    public LyncEdge Edge => _edge ?? throw new InvalidOperationException("the stage is not open");

    public LabDirectory Directory => _directory;

    public TrustCertificates Certificates => _certificates ?? throw new InvalidOperationException("the stage is not open");

    public FarServer Server(string name) => _servers[name];

    public int PortOf(string server) => _ports[server].Clear;

    public async Task InitializeAsync()
    {
        _certificates = new TrustCertificates(_directory);
        var near = _cells.Select(c => c.Near).Distinct(StringComparer.Ordinal).ToArray();
        var file = new ApplianceFile
        {
            Certificate = _certificates.Valid("gateway", [Stage.GatewayHost, .. _cells.Where(c => c.Whose == Cell.Theirs).Select(c => c.Near).Distinct(StringComparer.Ordinal)]),
            AuthorityFile = _certificates.AuthorityFile, DnsPort = LabPorts.Take(), EdgePort = LabPorts.Take(),
            Adjust = a =>
            {
                foreach (var bad in Cell.Bad) Present(a, bad, _certificates.Issue("ours-" + bad, bad == "expired" ? "valid" : bad, OursWith(bad)), OursWith(bad));
                Adjust(a, _directPort, near, _cells.ToLookup(c => c.Policy, c => c.Far), isMirror: false);
            },
        };
        _dns = await Dnsmasq.StartAsync(_directory, Records(file), file.DnsPort);
        var servers = new TrustServers(_directory, _certificates, file.DnsPort, _ports);
        Task<FarServer>[] starting = [servers.StartProsodyAsync(), servers.StartEjabberdAsync(), servers.StartOpenfireAsync(file.XmppPort, _directPort), servers.StartGatewayAsync()];
        _edge = await LyncEdge.StartAsync(_directory, new LyncEdgeOptions("lync2013", _certificates.AuthorityFile, Stage.GatewayHost, file.SipPort)
        {
            Port = file.EdgePort, Certificate = _certificates.Valid("edge", "sip.contoso.example"), Domains = near,
        });
        _gateway = new GatewayProcess(file.WriteTo(_directory.Root), file.HttpPort, _directory.File("gateway.log"));
        await _gateway.StartAsync();
        await Expiry.AwaitAsync(_gateway, "expired", lasts => _certificates.Brief("ours-expired", OursWith("expired"), lasts));
        foreach (var (name, server) in Names.Zip(starting)) _servers[name] = await server;
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers.Values) await server.DisposeAsync();
        if (_edge is not null) await _edge.DisposeAsync();
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_dns is not null) await _dns.DisposeAsync();
        _certificates?.Dispose();
        _directory.Dispose();
    }

    /// <summary>Adds a certificate to what an appliance presents, for these domains, whatever it is worth.</summary>
    public static void Present(JsonObject appliance, string name, LabCertificate own, IEnumerable<string> domains) => appliance["certificates"]!["own"]!.AsArray().Add(new JsonObject
    {
        ["name"] = name, ["certificate"] = own.CertificateFile, ["key"] = own.KeyFile, ["profile"] = "any", ["chainChecked"] = false, ["domains"] = new JsonArray([.. domains]),
    });

    /// <summary>One record for each policy: what an administrator would write for such a partner.</summary>
    public static void Adjust(JsonObject appliance, int directPort, string[] sipDomains, ILookup<string, string> xmppDomains, bool isMirror)
    {
        appliance["listeners"]!["xmpp"]!.AsArray().Add(new JsonObject { ["address"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{directPort}"), ["directTls"] = true });
        // Every cell keeps its stream, and all servers of the stage have one address.
        (appliance["limits"]!["connectionsPerAddressMax"], appliance["limits"]!["acceptsPerSecondPerAddressMax"]) = (2_000, 2_000);
        appliance["domains"] = new JsonArray(
        [
            .. sipDomains.Select(d => new JsonObject { ["name"] = d, ["kind"] = "sip" }),
            .. xmppDomains.SelectMany(p => p).Distinct(StringComparer.Ordinal).Select(d => new JsonObject { ["name"] = d, ["kind"] = "xmpp" }),
        ]);
        var edge = appliance["peers"]![0]!.DeepClone();
        edge["fromDomains"] = new JsonArray([.. sipDomains]);
        appliance["peers"] = new JsonArray([edge, .. xmppDomains.Select(p => Record(p.Key, p.Distinct(StringComparer.Ordinal), isMirror))]);
    }

    private static string[] OursWith(string certificate) => [.. _cells.Where(c => c.Whose == Cell.Ours && c.Certificate == certificate).Select(c => c.Near).Distinct(StringComparer.Ordinal)];

    private IEnumerable<LabRecord> Records(ApplianceFile file)
    {
        yield return LabRecord.Host(Stage.GatewayHost);
        yield return LabRecord.Host("sip.contoso.example");
        yield return LabRecord.Host("far.example");
        yield return LabRecord.Host("two.example");
        yield return LabRecord.Host("sip.two.example");
        foreach (var near in _cells.DistinctBy(c => c.Near))
            yield return near.IsDirect ? LabRecord.XmppsServer(near.Near, LabRecord.LoopbackHost, _directPort) : LabRecord.XmppServer(near.Near, LabRecord.LoopbackHost, file.XmppPort);
        foreach (var far in _cells.DistinctBy(c => c.Far))
            yield return far.IsDirect ? LabRecord.XmppsServer(far.Far, "far.example", _ports[far.Server].Direct) : LabRecord.XmppServer(far.Far, "far.example", _ports[far.Server].Clear);
    }

    private static JsonObject Record(string policy, IEnumerable<string> domains, bool isMirror)
    {
        var record = new JsonObject
        {
            ["name"] = policy, ["protocol"] = "xmpp", ["privateTargets"] = true, ["fromDomains"] = new JsonArray([.. domains]),
            ["limits"] = new JsonObject { ["connectionsMax"] = 500, ["pairsPerStreamMax"] = 1 },
        };
        if (policy == "required") record["external"] = "required";
        else if (policy != "default") record["dialback"] = true;
        if (policy == "dialback") record["external"] = "off";
        if (policy == "vouched") record["selfSigned"] = true;
        if (policy == "clear") record["tls"] = "forbidden";
        if (policy.Split('-') is ["tls", var ours, var theirs]) record["tls"] = isMirror ? theirs switch { "must" => "required", "may" => "optional", _ => "forbidden" } : ours;
        return record;
    }
}
