using System.Globalization;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>A pair of domains and its stream, where the two meet at an unlucky moment or do not fit each other: nothing is lost, nobody hears nothing, and the pair is reached again.</summary>
public sealed class LinkTests
{
    [Fact]
    public async Task A_stream_that_ends_in_the_moment_it_stands_is_no_way_and_the_next_message_finds_one()
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1 });
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var known = contoso.Registry.Current;
        contoso.WhenOpened = () =>
        {
            contoso.Registry.Publish(new FederationTables(new FederationModel()));
            contoso.Time.Push(TimeSpan.FromSeconds(1));
            contoso.Registry.Publish(known);
        };

        Assert.Equal("xmpp.PeerRemoved", (await contoso.SendAsync("juliet@capulet.example", "one")).Failure?.Reason);
        contoso.Side.ForgetFailures(null);

        Assert.True((await contoso.SendAsync("juliet@capulet.example", "two")).IsDelivered);
        Assert.Equal("two", (await capulet.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<sm xmlns='urn:xmpp:sm:3'/>")]
    public async Task More_than_a_connection_holds_waits_for_its_turn_when_the_stream_comes_to_stand(string features)
    {
        const int Many = 12;
        var body = new string('x', 20_000);
        await using var contoso = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, AcknowledgeSecondsMax = 3_600, PingAnswerSecondsMax = 3_600 }, unsentBytesMax: 64 * 1024);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { Limits = new PeerLimits { QueueSecondsMax = 3_600 } });
        var sent = Enumerable.Range(0, Many).Select(n => contoso.SendAsync("juliet@capulet.example", $"[{n}]{body}")).ToList();
        using var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", features);
        for (int n = 0; n < Many; n++) await peer.HearAsync($"<body>[{n}]");
        await peer.HearAsync($"[{Many - 1}]{body}");
        if (features.Length > 0) await peer.SendAsync($"<a xmlns='urn:xmpp:sm:3' h='{Many.ToString(CultureInfo.InvariantCulture)}'/>");

        Assert.All(await Task.WhenAll(sent), outcome => Assert.True(outcome.IsDelivered));
        int at = 0;
        for (int n = 0; n < Many; n++) Assert.True((at = peer.Heard.IndexOf($"[{n}]", at, StringComparison.Ordinal)) > 0, "the order is kept");
    }
}
