using System.Globalization;
using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Sip;
using Lab.Trust;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>Starts the far sides of the matrix, each with a domain, a certificate and a policy for every cell of its own.</summary>
public sealed class TrustServers(LabDirectory directory, TrustCertificates certificates, int dnsPort, IReadOnlyDictionary<string, (int Clear, int Direct)> ports)
{
    private static string[] Lenient => [.. Cell.Of(TrustStage.Prosody).Where(c => c.Policy != "required").Select(c => c.Near).Distinct(StringComparer.Ordinal)];

    public async Task<FarServer> StartProsodyAsync()
    {
        var domains = Domains(TrustStage.Prosody).ToList();
        var server = await Prosody.StartAsync(directory, new ProsodyOptions("main.prosody.example", dnsPort, domains[0].Certificate, certificates.AuthorityFile)
        {
            ServerPort = ports[TrustStage.Prosody].Clear, DirectPort = ports[TrustStage.Prosody].Direct, Components = domains, DialbackDomains = Lenient, RequiresTls = false,
        });
        return new ProsodyFarServer(server);
    }

    public async Task<FarServer> StartEjabberdAsync()
    {
        var domains = Domains(TrustStage.Ejabberd).ToLookup(d => EjabberdFarServer.IsHost(d.Name));
        return new EjabberdFarServer(await Ejabberd.StartAsync(directory, new EjabberdOptions("main.ejabberd.example", dnsPort, certificates.AuthorityFile, [.. domains[false]])
        {
            ServerPort = ports[TrustStage.Ejabberd].Clear, DirectPort = ports[TrustStage.Ejabberd].Direct, DialbackDomains = Lenient, StartTls = "optional", Hosts = [.. domains[true]],
        }));
    }

    public async Task<FarServer> StartOpenfireAsync(int gatewayPort, int gatewayDirectPort)
    {
        var peer = await ScriptedPeer.StartAsync(directory, certificates.AuthorityFile, gatewayPort, ports[TrustStage.Openfire].Clear, ports[TrustStage.Openfire].Direct);
        foreach (var near in Cell.Of(TrustStage.Openfire).Where(c => c.IsDirect).Select(c => c.Near).Distinct(StringComparer.Ordinal))
            await peer.DoAsync("route", ("domain", near), ("to", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{gatewayDirectPort}")));
        var own = Domains(TrustStage.Openfire).ToDictionary(d => d.Name, StringComparer.Ordinal);
        foreach (var cell in Cell.Of(TrustStage.Openfire).Where(c => c.IsIn))
        {
            var domain = own[cell.Far];
            await peer.DomainAsync(cell.Far, domain.Tls == ServerTls.None ? null : domain.Certificate, ("like", "openfire"), ("direct", cell.IsDirect), ("dialback", cell.Policy != "required"),
                ("tls", domain.Tls == ServerTls.None ? "off" : cell.Tls?.Theirs == "must" ? "required" : "optional"));
        }

        return new ScriptedFarServer(peer);
    }

    /// <summary>The mirror image: its SIP domains are our XMPP domains, and its records of ours have the same policies.</summary>
    public async Task<FarServer> StartGatewayAsync()
    {
        var cells = Cell.Of(TrustStage.Gateway2).ToList();
        var far = cells.Select(c => c.Far).Distinct(StringComparer.Ordinal).ToArray();
        var file = new ApplianceFile
        {
            Certificate = certificates.Valid("gateway-two", "two.example", "sip.two.example"), AuthorityFile = certificates.AuthorityFile, DnsPort = dnsPort,
            EdgePort = LabPorts.Take(), XmppPort = ports[TrustStage.Gateway2].Clear, Fqdn = "two.example", SipDomain = "two.example",
            Adjust = a =>
            {
                foreach (var bad in cells.ToLookup(c => c.FarCertificate, c => c.Far))
                    TrustStage.Present(a, bad.Key, Own("gateway", bad.Key, [.. bad.Distinct(StringComparer.Ordinal)]), bad.Distinct(StringComparer.Ordinal));
                // What is refused stays refused: no second round is waited for.
                a["xmpp"] = new JsonObject { ["connectAttempts"] = 1 };
                TrustStage.Adjust(a, ports[TrustStage.Gateway2].Direct, far, cells.ToLookup(c => c.Policy, c => c.Near), isMirror: true);
            },
        };
        var edge = await LyncEdge.StartAsync(directory, new LyncEdgeOptions("lync2013", certificates.AuthorityFile, "two.example", file.SipPort)
        {
            Name = "two", Port = file.EdgePort, Fqdn = "sip.two.example", Certificate = certificates.Valid("edge-two", "sip.two.example"), Domains = far,
        });
        var gateway = new GatewayProcess(file.WriteTo(directory.Folder("two")), file.HttpPort, directory.File("gateway-two.log"));
        await gateway.StartAsync();
        var expired = cells.Where(c => c.FarCertificate == "expired").Select(c => c.Far).Distinct(StringComparer.Ordinal).ToArray();
        await Expiry.AwaitAsync(gateway, "expired", lasts => certificates.Brief("gateway-expired", expired, lasts));
        return new GatewayFarServer(gateway, edge);
    }

    // Nobody starts with one that has ended: it is good at first, and replaced by one that ends soon.
    private LabCertificate Own(string server, string certificate, string[] names) => certificates.Issue($"{server}-{certificate}", certificate == "expired" ? "valid" : certificate, names);

    private IEnumerable<FederatedDomain> Domains(string server)
    {
        foreach (var cells in Cell.Of(server).ToLookup(c => c.FarCertificate))
        {
            var names = cells.DistinctBy(c => c.Far).ToList();
            var own = certificates.Issue($"{server}-{cells.Key}", cells.Key, [.. names.Select(c => c.Far)]);
            // ejabberd presents the certificate whose names fit, and where none does any other one it has; a common name is a fit for it, and none for us.
            var isByCommonName = server == TrustStage.Ejabberd && cells.Key == "wrong-name";
            foreach (var cell in names) yield return new FederatedDomain(cell.Far, isByCommonName ? certificates.Commonly(cell.Far) : own) { Tls = TlsOf(cell) };
        }
    }

    private static ServerTls TlsOf(Cell cell) => cell.Tls?.Theirs switch
    {
        "may" => ServerTls.May,
        "none" => ServerTls.None,
        _ => cell.Policy == "clear" ? ServerTls.None : ServerTls.Must,
    };
}
