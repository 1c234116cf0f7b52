using Lab.Appliance;
using Lab.Names;
using Lab.Sip;
using Lab.Trust;
using Lab.Xmpp;

namespace Lab;

/// <summary>A whole lab: names, Prosody with a client, an emulated edge, and the real gateway between them, each a process on loopback.</summary>
public sealed class Stage : IAsyncDisposable
{
    public const string SipDomain = "contoso.example";
    public const string XmppDomain = "jabber.example";
    public const string GatewayHost = "gw.jabber.example";

    /// <summary>How long an event may take. Generous: the machine may be busy; a passing test never waits for it.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable("LAB_DEADLINE_SECONDS"), System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? seconds : 120);
    private int _names;

    private Dnsmasq? _dns;

    private Stage(StageParts parts) => Parts = parts;

    public StageParts Parts { get; }

    public LabDirectory Directory => Parts.Directory;

    public GatewayProcess Gateway => Parts.Gateway;

    public LyncEdge Edge => Parts.Edge;

    public Prosody Prosody => Parts.Prosody;

    public XmppClient Client => Parts.Client;

    public Kamailio Kamailio => Parts.Kamailio ?? throw new InvalidOperationException("no Kamailio stands on this stage");

    public LabAuthority Authority => Parts.Authority;

    public static async Task<Stage> OpenAsync(StageOptions options)
    {
        var directory = new LabDirectory(options.Profile);
        var authority = new LabAuthority(directory.Folder("certs"));
        var file = new ApplianceFile
        {
            Certificate = authority.Issue("gateway", [GatewayHost, XmppDomain, SipDomain, .. options.MoreDomains], LabCertificateKind.Both), AuthorityFile = authority.CertificateFile,
            DnsPort = LabPorts.Take(), EdgePort = LabPorts.Take(), Profile = options.Profile, AcceptsDialback = options.UsesDialback, Adjust = (options.Adjust ?? (_ => { })) + (a => options.AdjustWith?.Invoke(a, authority)), UsesIPv6 = options.UsesIPv6,
        };
        var prosodyPort = LabPorts.Take();
        var records = Records(file, options.ProsodyNamedPort ?? prosodyPort, options).ToList();
        var dns = await Dnsmasq.StartAsync(directory, records, file.DnsPort);
        // In the dialback variant Prosody's certificate names no domain of its own, so only dialback can prove it.
        string[] names = options.UsesDialback ? ["xmpp.lab.example"] : [XmppDomain];
        var prosody = await Prosody.StartAsync(directory, new ProsodyOptions(XmppDomain, file.DnsPort, authority.Issue("prosody", names, LabCertificateKind.Both), authority.CertificateFile)
        {
            ServerPort = prosodyPort, AcceptsDialback = options.UsesDialback, MoreModules = options.ProsodyModules,
        });
        var edgeOptions = EdgeOf(options, file, authority);
        var edge = LyncEdge.StartAsync(directory, edgeOptions);
        var kamailio = options.UsesKamailio ? await StartKamailioAsync(directory, file, authority, (await edge).Port) : null;
        var client = XmppClient.StartAsync(directory);
        var gateway = new GatewayProcess(file.WriteTo(directory.Root), file.HttpPort, directory.File("gateway.log"));
        await gateway.StartAsync();
        return new Stage(new StageParts(directory, authority, file, dns, prosody, await edge, await client, gateway, kamailio)
        {
            EdgeOptions = edgeOptions, Records = records,
        });
    }

    /// <summary>A name nobody had before on this stage.</summary>
    public string NewName(string stem) => stem.ToLowerInvariant() + System.Threading.Interlocked.Increment(ref _names).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The edge's name leads to another address from now on; answers have TTL 0, so nobody may remember the old one.</summary>
    public async Task MoveEdgeNameAsync(string address)
    {
        await (_dns ?? Parts.Dns).DisposeAsync();
        var moved = LabRecord.Host("sip." + SipDomain, address);
        _dns = await Dnsmasq.StartAsync(Directory, Parts.Records.Select(r => r == LabRecord.Host("sip." + SipDomain) ? moved : r), Parts.Dns.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await Parts.Client.DisposeAsync();
        await Parts.Edge.DisposeAsync();
        if (Parts.Kamailio is { } kamailio) await kamailio.DisposeAsync();
        await Parts.Gateway.DisposeAsync();
        await Parts.Prosody.DisposeAsync();
        await (_dns ?? Parts.Dns).DisposeAsync();
        Parts.Authority.Dispose();
        Parts.Directory.Dispose();
    }

    /// <summary>The edge itself, or the front end behind Kamailio, which has the edge's name and port then.</summary>
    private static LyncEdgeOptions EdgeOf(StageOptions options, ApplianceFile file, LabAuthority authority) => options.UsesKamailio
        ? new LyncEdgeOptions(options.Profile, authority.CertificateFile, GatewayHost, file.EdgePort)
        {
            Fqdn = "fe01." + SipDomain, Certificate = authority.Issue("edge", ["fe01." + SipDomain], LabCertificateKind.Both), More = ["--next-hop-host", "sip." + SipDomain, .. options.EdgeArguments],
        }
        : new LyncEdgeOptions(options.Profile, authority.CertificateFile, GatewayHost, file.SipPort)
        {
            Address = options.UsesIPv6 ? "[::1]" : "127.0.0.1", GatewayAddress = options.UsesIPv6 ? "[::1]" : "127.0.0.1",
            Port = file.EdgePort, Certificate = authority.Issue("edge", ["sip.contoso.example", "contoso.example"]), More = options.EdgeArguments,
        };

    private static Task<Kamailio> StartKamailioAsync(LabDirectory directory, ApplianceFile file, LabAuthority authority, int frontEndPort) =>
        Kamailio.StartAsync(directory, new KamailioOptions("sip." + SipDomain, file.EdgePort, authority.Issue("kamailio", ["sip." + SipDomain], LabCertificateKind.Both), authority.CertificateFile)
        {
            FrontEndDomain = SipDomain, FrontEndPort = frontEndPort, GatewayPort = file.SipPort,
        });

    private static IEnumerable<LabRecord> Records(ApplianceFile file, int prosodyPort, StageOptions options) =>
    [
        LabRecord.Host(GatewayHost, options.UsesIPv6 ? "127.0.0.1,::1" : "127.0.0.1"), LabRecord.Host("sip." + SipDomain, options.UsesIPv6 ? "::1" : "127.0.0.1"), LabRecord.Host("xmpp." + XmppDomain),
        LabRecord.XmppServer(SipDomain, GatewayHost, file.XmppPort), LabRecord.XmppServer(XmppDomain, "xmpp." + XmppDomain, prosodyPort),
        LabRecord.XmppServer("elsewhere.example", GatewayHost, file.XmppPort),
        LabRecord.XmppServer("down.example", "xmpp." + XmppDomain, LabPorts.Take()),
        LabRecord.SipFederation(SipDomain, "sip." + SipDomain, file.EdgePort), LabRecord.SipFederation(XmppDomain, GatewayHost, file.SipPort),
        .. options.MoreDomains.Concat(options.BareDomains).Select(d => LabRecord.XmppServer(d, GatewayHost, file.XmppPort)), .. options.MoreRecords,
    ];
}

/// <summary>The processes of a stage.</summary>
public sealed record StageParts(
    LabDirectory Directory, LabAuthority Authority, ApplianceFile File, Dnsmasq Dns, Prosody Prosody, LyncEdge Edge, XmppClient Client, GatewayProcess Gateway, Kamailio? Kamailio)
{
    public required LyncEdgeOptions EdgeOptions { get; init; }

    /// <summary>What DNS says.</summary>
    public required IReadOnlyList<LabRecord> Records { get; init; }
}
