using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Names;
using Lab.Sip;
using Lab.Trust;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary><c>gateway generate</c>: what it prints is started as it stands in the real server, and then both sides write to each other.</summary>
public sealed class GenerateTests
{
    private const string Far = "far.jabber.example";

    [Theory, Item("PSB-032"), Item("RN-079"), Item("RN-080"), Item("RN-081")]
    [InlineData("prosody", false)]
    [InlineData("prosody", true)]
    [InlineData("ejabberd", false)]
    [InlineData("ejabberd", true)]
    public async Task Printed_settings_make_the_real_server_federate(string product, bool isDialback)
    {
        using var directory = new LabDirectory("generate-" + product);
        using var authority = new LabAuthority(directory.Folder("certs"));
        var port = LabPorts.Take();
        var file = new ApplianceFile
        {
            Certificate = authority.Issue("gateway", [Stage.GatewayHost, Stage.SipDomain], LabCertificateKind.Both), AuthorityFile = authority.CertificateFile,
            DnsPort = LabPorts.Take(), EdgePort = LabPorts.Take(), XmppDomain = Far, AcceptsDialback = isDialback, Adjust = a => Own(a, product, isDialback),
        };
        await using var dns = await Dnsmasq.StartAsync(directory,
        [
            LabRecord.Host("sip." + Stage.SipDomain), LabRecord.Host("host.example"),
            LabRecord.XmppServer(Stage.SipDomain, LabRecord.LoopbackHost, file.XmppPort), LabRecord.XmppServer(Far, "host.example", port),
        ], file.DnsPort);
        await using var gateway = new GatewayProcess(file.WriteTo(directory.Root), file.HttpPort, directory.File("gateway.log"));
        var (code, settings) = await gateway.VerbAsync("generate", product);
        Assert.Equal(0, code);
        Assert.Contains($"_xmpp-server._tcp.{Stage.SipDomain}. 3600 IN SRV 0 5 {file.XmppPort} {Stage.GatewayHost}.", settings, StringComparison.Ordinal);

        // Dialback is what is left where no certificate of the far server names its domain.
        var certificate = authority.Issue("far", [isDialback ? "elsewhere.example" : Far], LabCertificateKind.Both, commonName: Far);
        var (server, componentPort) = product == "prosody" ? await ProsodyAsync() : await EjabberdAsync();
        await using var started = server;
        await using var far = await XmppComponent.ConnectAsync(componentPort, Far);
        await using var edge = await LyncEdge.StartAsync(directory, new LyncEdgeOptions("lync2013", authority.CertificateFile, Stage.GatewayHost, file.SipPort)
        {
            Port = file.EdgePort, Certificate = authority.Issue("edge", ["sip." + Stage.SipDomain]),
        });
        await gateway.StartAsync();

        await far.MessageAsync("romeo@" + Far, "bo@" + Stage.SipDomain, "1", "by its settings");
        await edge.TakeAsync("message", Stage.Soon, ("text", "by its settings"));
        await edge.DoAsync("message", ("from", "anna@" + Stage.SipDomain), ("to", "juliet@" + Far), ("text", "and back"));
        await far.TakeMessageAsync("and back");
        var proof = isDialback ? "dialback" : "external";
        await gateway.LineAsync($"the stream of {Far} is proved by {proof}", l => l.Contains($"from {Far} for {Stage.SipDomain} is open, proved by {proof}", StringComparison.Ordinal), Stage.Soon);

        async Task<(IAsyncDisposable Server, int ComponentPort)> ProsodyAsync()
        {
            var prosody = await Prosody.StartAsync(directory, new ProsodyOptions("main.example", file.DnsPort, certificate, authority.CertificateFile)
            {
                ServerPort = port, Components = [new FederatedDomain(Far, certificate)], ServerSettings = settings, AcceptsDialback = isDialback,
            });
            return (prosody, prosody.Options.ComponentPort);
        }

        async Task<(IAsyncDisposable Server, int ComponentPort)> EjabberdAsync()
        {
            var ejabberd = await Ejabberd.StartAsync(directory, new EjabberdOptions("main.example", file.DnsPort, authority.CertificateFile, [new FederatedDomain(Far, certificate)])
            {
                ServerPort = port, More = settings, DialbackDomains = isDialback ? [Stage.SipDomain] : [],
            });
            return (ejabberd, ejabberd.Options.ComponentPort);
        }
    }

    private static void Own(JsonObject appliance, string product, bool isDialback)
    {
        var peer = appliance["peers"]![2]!;
        peer["profile"] = product;
        peer["fromDomains"] = new JsonArray(Far);
        if (!isDialback) peer["external"] = "required";
        appliance["domains"] = new JsonArray(new JsonObject { ["name"] = Stage.SipDomain, ["kind"] = "sip" }, new JsonObject { ["name"] = Far, ["kind"] = "xmpp" });
        appliance["peers"]!.AsArray().RemoveAt(1);
    }
}
