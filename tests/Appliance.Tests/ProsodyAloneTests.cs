using Lab;
using Lab.Names;
using Lab.Processes;
using Lab.Trust;
using Lab.Xmpp;

namespace Appliance.Tests;

/// <summary>The lab checked without the product: what fails here is the lab, not the gateway.</summary>
public sealed class ProsodyAloneTests
{
    private static readonly TimeSpan Soon = Stage.Soon;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_clients_on_two_real_servers_see_and_write_each_other(bool isDialback)
    {
        using var directory = new LabDirectory("prosody");
        using var authority = new LabAuthority(directory.Folder("certs"));
        var (here, there) = (LabPorts.Take(), LabPorts.Take());
        await using var dns = await Dnsmasq.StartAsync(directory,
        [
            LabRecord.Host("a.example"), LabRecord.Host("b.example"),
            LabRecord.XmppServer("a.example", "a.example", here), LabRecord.XmppServer("b.example", "b.example", there),
        ]);
        // The dialback variant presents names that are not the domains: only dialback can prove them.
        await using var a = await Prosody.StartAsync(directory, Options("a.example", here));
        await using var b = await Prosody.StartAsync(directory, Options("b.example", there));
        await using var client = await XmppClient.StartAsync(directory);
        var romeo = await client.LogInAsync(a, "romeo");
        var juliet = await client.LogInAsync(b, "juliet");

        await romeo.DoAsync("subscribe", ("to", juliet.Address));
        await juliet.TakeAsync("presence", Soon, ("type", "subscribe"), ("bare", romeo.Address));
        await juliet.DoAsync("approve", ("to", romeo.Address));
        await romeo.TakeAsync("presence", Soon, ("type", "available"), ("bare", juliet.Address));
        await romeo.DoAsync("message", ("to", juliet.Address), ("body", "wherefore? 🌹"));
        await juliet.TakeAsync("message", Soon, ("body", "wherefore? 🌹"));

        ProsodyOptions Options(string domain, int port) => new(
            domain, dns.Port, authority.Issue(domain, isDialback ? ["other." + domain, "c2s." + domain] : [domain], LabCertificateKind.Both), authority.CertificateFile)
        {
            ServerPort = port, AcceptsDialback = isDialback,
        };
    }
}
