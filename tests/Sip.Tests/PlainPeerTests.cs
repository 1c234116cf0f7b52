using System.Net.Sockets;
using System.Text;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Nothing of SIP is spoken without TLS, in either direction (PS-059).</summary>
public sealed class PlainPeerTests
{
    [Fact, Item("PS-059")]
    public async Task A_request_in_clear_is_never_answered()
    {
        await using var rig = await Rig.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", rig.Side.Listeners[0].Endpoint.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Lines.Options("plain")));

        Assert.DoesNotContain("SIP/2.0", await RestAsync(client), StringComparison.Ordinal);
    }

    [Fact, Item("PS-059")]
    public async Task A_peer_that_offers_TCP_alone_hears_no_word_of_SIP_and_the_sender_is_told()
    {
        await using var rig = await Rig.StartAsync();
        var machine = rig.Machine();
        rig.Publish(rig.Edge with { Addresses = [$"sip.contoso.example:{((System.Net.IPEndPoint)machine.LocalEndpoint).Port}"] }, rig.Other);
        var outcome = rig.Depart("in clear?", by: rig.Registry.Current.Peers.ByName("edge"));
        using var client = await machine.AcceptTcpClientAsync().Within("the gateway to connect");
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"));

        Assert.DoesNotContain("SIP/2.0", await RestAsync(client), StringComparison.Ordinal);
        machine.Stop();
        Assert.Equal(Presence.Core.Model.Condition.RemoteServerTimeout, (await outcome).Failure!.Condition);
    }

    private static async Task<string> RestAsync(TcpClient client)
    {
        using var heard = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(heard).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (IOException)
        {
            // A reset is an end too: what matters is what was said before.
        }

        return Encoding.Latin1.GetString(heard.ToArray());
    }
}
