using System.Globalization;
using Lab;
using Lab.Appliance;
using Lab.Names;
using Lab.Processes;
using Lab.Sip;
using Lab.Trust;
using Lab.Xmpp;

namespace Demo;

/// <summary>Everybody who takes part: the appliance, the emulated Microsoft edge, Prosody with a genuine client, and the names they find each other by.</summary>
internal sealed class Cast : IAsyncDisposable
{
    public const string Bo = "bo@contoso.example";
    private readonly List<IAsyncDisposable> _members = [];

    private readonly string _certificates;

    private Cast(GatewayProcess gateway, string certificates) => (Gateway, _certificates) = (gateway, certificates);

    public GatewayProcess Gateway { get; }

    public LyncEdge Edge { get; private set; } = null!;

    public XmppUser Juliet { get; private set; } = null!;

    public string StatusCommand { get; } = Path.GetRelativePath(Programs.RepositoryRoot, GatewayProcess.Executable) + " status";

    public static async Task<Cast> GatherAsync(DemoOptions options, Narrator narrator)
    {
        var ground = Ground.Read(options.Configuration);
        ground.CheckFree();
        var run = LabDirectory.At(Path.Combine(Path.GetDirectoryName(options.Configuration)!, "run"));
        if (!options.KeepsState) Forget(run);
        var logs = LabDirectory.At(run.Folder("logs"));
        narrator.Plain("making lab certificates in run/certs …");
        await MakeCertificatesAsync(run.Folder("certs"));

        var cast = new Cast(new GatewayProcess(options.Configuration, ground.HttpPort, logs.File("gateway.log")), run.Folder("certs"));
        try
        {
            await cast.StartAsync(ground, run, logs, narrator);
            return cast;
        }
        catch
        {
            await cast.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _members.Count - 1; i >= 0; i--) await _members[i].DisposeAsync();
    }

    private string Certificate(string file) => Path.Combine(_certificates, file);

    /// <summary>The show begins among strangers, so that a second run tells the same story; certificates and the dialback secret stay.</summary>
    private static void Forget(LabDirectory run)
    {
        foreach (var file in Directory.EnumerateFiles(run.Root, "gateway.db*")) File.Delete(file);
        foreach (var folder in new[] { "logs", "prosody-jabber.example" })
            if (Directory.Exists(run.File(folder))) Directory.Delete(run.File(folder), recursive: true);
    }

    private static async Task MakeCertificatesAsync(string folder)
    {
        var (code, output) = await LabProcess.RunAsync(
            "gateway certs lab", GatewayProcess.Executable, ["certs", "lab", "--directory", folder], Lab.Stage.Soon);
        if (code != 0) throw new LabFaultException($"'gateway certs lab' ended with {code}:\n{output}");
    }

    private async Task StartAsync(Ground ground, LabDirectory run, LabDirectory logs, Narrator narrator)
    {
        narrator.Plain("starting a name server, Prosody, the edge emulator and the appliance on loopback …");
        var dns = await Dnsmasq.StartAsync(logs,
        [
            LabRecord.Host("gw.jabber.example"), LabRecord.Host("sip.contoso.example"), LabRecord.Host("xmpp.jabber.example"),
            LabRecord.XmppServer("contoso.example", "gw.jabber.example", ground.XmppPort), LabRecord.XmppServer("jabber.example", "xmpp.jabber.example", ground.ProsodyPort),
        ]);
        _members.Add(dns);
        var prosody = await Prosody.StartAsync(run, new ProsodyOptions(
            "jabber.example", dns.Port, new LabCertificate(Certificate("prosody.crt"), Certificate("prosody.key")), Certificate("ca.crt")) { ServerPort = ground.ProsodyPort });
        _members.Add(prosody);
        Edge = await LyncEdge.StartAsync(logs, new LyncEdgeOptions(ground.Profile, Certificate("ca.crt"), "gw.jabber.example", ground.SipPort)
        {
            Port = ground.EdgePort, Certificate = new LabCertificate(Certificate("edge.crt"), Certificate("edge.key")),
        });
        _members.Add(Edge);
        _members.Add(Gateway);
        await Gateway.StartAsync();
        var client = await XmppClient.StartAsync(logs);
        _members.Add(client);
        Juliet = await client.LogInAsync(prosody, "juliet");
        Introduce(ground, narrator, prosody);
    }

    private static void Introduce(Ground ground, Narrator narrator, Prosody prosody) => narrator.Plain(string.Create(CultureInfo.InvariantCulture, $"""

           {"bo@contoso.example",-80}juliet@jabber.example
           {$"emulated {ground.Profile} edge",-28}═══ SIP, mutual TLS ═══╗   ╔═══ XMPP S2S, TLS ═══   Prosody, slixmpp client
           {$"127.0.0.1:{ground.EdgePort}",-51}║   ║{$"127.0.0.1:{prosody.ServerPort}",38}
           {"╚═╦═╝",56}
           {"gateway",57}
           {$"SIP {ground.SipPort} · XMPP {ground.XmppPort} · HTTP {ground.HttpPort}",71}
        """));
}
