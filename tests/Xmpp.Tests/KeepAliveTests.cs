using Conformance;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>How streams are kept, and how the idle ones end: RFC 6120 §4.6, XEP-0199, PSB-027.</summary>
public sealed class KeepAliveTests
{
    [Fact]
    [Item("PSB-027")]
    [Clause("RFC 6120", "4.6.1")]
    public async Task By_default_a_stream_of_ours_is_kept_for_ever_by_white_space()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        using var peer = await OpenAsync(contoso, server);
        peer.Forget();
        contoso.Time.Push(TimeSpan.FromDays(3));
        await peer.HearAsync(" ");

        Assert.Equal(" ", peer.Heard);
        Assert.Equal("open", Assert.Single(contoso.Side.Pairs).Phase);
    }

    [Fact]
    [Item("PSB-027")]
    [Clause("RFC 6120", "4.9.3.4")]
    public async Task A_limit_on_idle_streams_of_ours_closes_them_in_order()
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { OutboundIdleSecondsMax = 600, ConnectAttemptsMax = 1 });
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        using var peer = await OpenAsync(contoso, server);
        contoso.Time.Push(TimeSpan.FromSeconds(601));
        await peer.HearAsync("<connection-timeout");
        await peer.HearAsync("</stream:stream>");

        Assert.Equal(XmppReason.ConnectionTimeout, await contoso.EndedAsync());
    }

    [Fact]
    [Clause("RFC 6120", "4.6.3")]
    public async Task A_silent_stream_of_a_peer_is_closed_after_its_own_limit()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        contoso.Time.Push(TimeSpan.FromSeconds(3_601));
        await peer.HearAsync("<connection-timeout");

        Assert.Equal(XmppReason.ConnectionTimeout, await contoso.EndedAsync());
    }

    [Fact]
    public async Task Somebody_who_sets_the_clock_forward_ends_no_stream_that_is_being_negotiated()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.ConnectAsync(contoso);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        contoso.Time.SetForward = TimeSpan.FromHours(1);
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        Assert.Equal("Open", Assert.Single(contoso.Side.Streams).Phase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Clause("XEP-0199", "4.3")]
    public async Task A_ping_by_iq_that_is_not_answered_ends_the_stream_and_one_that_is_does_not(bool isAnswered)
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { PingsByIq = true, ConnectAttemptsMax = 1 });
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        using var peer = await OpenAsync(contoso, server);
        peer.Forget();
        contoso.Time.Push(TimeSpan.FromSeconds(121));
        await peer.HearAsync("</iq>");
        Assert.StartsWith("<iq type='get' from='contoso.example' to='capulet.example' id='ping-", peer.Heard, StringComparison.Ordinal);
        string id = peer.Heard[peer.Heard.IndexOf("ping-", StringComparison.Ordinal)..].Split('\'')[0];
        if (isAnswered)
        {
            using var theirs = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
            await theirs.SendAsync($"<iq type='error' from='capulet.example' to='contoso.example' id='{id}'/>" + "<iq type='get' from='capulet.example' to='contoso.example' id='1'/>");
            await peer.HearAsync("id='1'");
        }

        contoso.Time.Push(TimeSpan.FromSeconds(31));

        if (isAnswered) Assert.Equal("open", Assert.Single(contoso.Side.Pairs).Phase);
        else Assert.Equal(XmppReason.PeerSilent, await contoso.EndedAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("<sm xmlns='urn:xmpp:sm:3'/>")]
    [Clause("RFC 6120", "4.4")]
    public async Task What_was_given_to_a_stream_leaves_before_its_end(string features)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        using var peer = await OpenAsync(contoso, server, features);
        var sent = Enumerable.Range(0, 300).Select(n => contoso.SendAsync("juliet@capulet.example", $"[{n}]")).ToList();
        var stopped = contoso.Side.StopAsync();
        await peer.HearAsync("</stream:stream>");

        foreach (var (outcome, n) in (await Task.WhenAll(sent)).Select((o, n) => (o, n)))
            Assert.Equal(outcome.IsDelivered, peer.Heard.Contains($"[{n}]", StringComparison.Ordinal));
        Assert.Contains("<system-shutdown", peer.Heard, StringComparison.Ordinal);
        peer.Dispose();
        await stopped.Within("the side to stop");
    }

    private static async Task<RawPeer> OpenAsync(Node contoso, ScriptedServer server, string features = "")
    {
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example", "first");
        var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", features);
        await peer.HearAsync("first");
        await peer.HearAsync("</message>");
        if (features.Length > 0) await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        Assert.True((await sent).IsDelivered);
        return peer;
    }
}
