using Lab;
using Lab.Names;
using Lab.Processes;
using Lab.Trust;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>Prosody, ejabberd and the scripted peer with each other, without the product: what fails here is the lab, not the gateway.</summary>
public sealed class ServersAloneTests
{
    private static readonly TimeSpan Soon = Stage.Soon;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Real_servers_and_the_scripted_peer_federate(bool isDirect)
    {
        using var directory = new LabDirectory("servers");
        using var authority = new LabAuthority(directory.Folder("certs"));
        var (prosodyPort, ejabberdPort, peerPort) = (LabPorts.Take(), LabPorts.Take(), LabPorts.Take());
        Func<string, string, int, LabRecord> server = isDirect ? LabRecord.XmppsServer : LabRecord.XmppServer;
        await using var dns = await Dnsmasq.StartAsync(directory,
        [
            LabRecord.Host("p.example"), LabRecord.Host("e.example"), LabRecord.Host("o.example"),
            server("p.example", LabRecord.LoopbackHost, prosodyPort), server("e.example", "e.example", ejabberdPort), LabRecord.XmppServer("o.example", "o.example", peerPort),
        ]);
        await using var prosody = await Prosody.StartAsync(directory, new ProsodyOptions("main.p.example", dns.Port, Issue("main.p.example"), authority.CertificateFile)
        {
            ServerPort = isDirect ? LabPorts.Take() : prosodyPort, DirectPort = isDirect ? prosodyPort : LabPorts.Take(), Components = [new FederatedDomain("p.example", Issue("p.example"))],
            ComponentPort = LabPorts.Take(),
        });
        await using var ejabberd = await Ejabberd.StartAsync(directory, new EjabberdOptions("main.e.example", dns.Port, authority.CertificateFile, [new FederatedDomain("e.example", Issue("e.example"))])
        {
            ServerPort = isDirect ? LabPorts.Take() : ejabberdPort, DirectPort = isDirect ? ejabberdPort : LabPorts.Take(),
        });
        await using var peer = await ScriptedPeer.StartAsync(directory, authority.CertificateFile, isDirect ? prosody.Options.DirectPort!.Value : prosody.ServerPort, peerPort);
        await peer.DomainAsync("o.example", Issue("o.example"), ("like", "openfire"), ("direct", isDirect));
        await using var p = await XmppComponent.ConnectAsync(prosody.Options.ComponentPort, "p.example");
        await using var e = await XmppComponent.ConnectAsync(ejabberd.Options.ComponentPort, "e.example");

        await p.MessageAsync("romeo@p.example", "juliet@e.example", "1", "to ejabberd");
        await e.TakeMessageAsync("to ejabberd", Soon);
        await e.MessageAsync("juliet@e.example", "romeo@p.example", "2", "to Prosody");
        await p.TakeMessageAsync("to Prosody", Soon);
        await peer.DoAsync("send", ("from", "otto@o.example"), ("to", "romeo@p.example"), ("body", "from the script"));
        await p.TakeMessageAsync("from the script", Soon);
        await p.MessageAsync("romeo@p.example", "otto@o.example", "3", "to the script");
        await peer.TakeAsync("message", Soon, ("body", "to the script"));
        Assert.Equal(2, peer.Events.Count(ev => ev.Is("up") && ev.Has("how", "external")));

        LabCertificate Issue(string domain) => authority.Issue(domain, [domain], LabCertificateKind.Both);
    }
}
