using Conformance;
using Gateway.Federation;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;
using Xmpp.Tests.Whole;

namespace Xmpp.Tests;

/// <summary>Streams that we end in order: what the other side had under way when our closing tag came is taken, and nothing of ours comes behind that tag (RFC 6120 §4.4).</summary>
public sealed class ClosingTests
{
    private const string End = "</stream:stream>";

    [Theory]
    [InlineData(XmppReason.ConnectionTimeout)]
    [InlineData(XmppReason.CertificateReplaced)]
    [InlineData(XmppReason.SystemShutdown)]
    [Clause("RFC 6120", "4.4")]
    public async Task What_a_peer_had_under_way_when_we_ended_its_stream_is_taken(XmppReason reason)
    {
        await using var contoso = new Node("contoso.example", lingerSecondsMax: 120);
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        var ended = EndAsync(contoso, reason);
        await peer.HearAsync(End);
        Assert.Equal(reason, await contoso.EndedAsync());
        Assert.Equal("closing", Assert.Single(contoso.Side.Streams).Phase);

        await peer.SendAsync(Message("one"));
        Assert.Equal("one", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
        await peer.SendAsync(Message("two") + End);
        Assert.Equal("two", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
        await peer.HearEndAsync();
        await ended.Within("the side to have ended its streams");
        Assert.EndsWith(End, peer.Heard, StringComparison.Ordinal);
        peer.Dispose();
        await Deadline.Until(() => contoso.Side.Streams.Count == 0, "the stream to leave the list");
    }

    [Fact, Clause("RFC 6120", "4.4"), Clause("XEP-0288", "2")]
    public async Task On_a_stream_for_both_directions_that_we_opened_it_is_the_same()
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { OutboundIdleSecondsMax = 600, ConnectAttemptsMax = 1 }, lingerSecondsMax: 120);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { UsesBidi = true });
        using var peer = await SharedStreamTests.OpenBothWaysAsync(contoso, server);
        contoso.Time.Push(TimeSpan.FromSeconds(601));
        await peer.HearAsync(End);
        Assert.Equal(XmppReason.ConnectionTimeout, await contoso.EndedAsync());

        // What we have to say meanwhile goes over a new stream, and not behind our own end.
        var next = contoso.SendAsync("juliet@capulet.example", "elsewhere");
        using var other = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await other.HearAsync("elsewhere");
        Assert.True((await next).IsDelivered);

        await peer.SendAsync(Message("late") + End);
        Assert.Equal("late", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
        await peer.HearEndAsync();
        Assert.EndsWith(End, peer.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<message from='romeo@montague.example' to='alice@contoso.example'><body>x</body></message>")]
    [InlineData("<message from='juliet@capulet.example' to='x@fabrikam.example'><body>x</body></message>")]
    [InlineData("<message><unclosed></message>")]
    [InlineData("<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'>")]
    [Clause("RFC 6120", "4.4")]
    public async Task What_would_end_a_stream_ends_the_listening_too(string bytes)
    {
        await using var contoso = new Node("contoso.example", lingerSecondsMax: 120);
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        _ = EndAsync(contoso, XmppReason.ConnectionTimeout);
        await peer.HearAsync(End);
        peer.Forget();

        await peer.SendAsync("<db:result from='montague.example' to='contoso.example'>key</db:result>" + bytes + Message("behind"));
        await peer.HearEndAsync();
        Assert.Equal("", peer.Heard);
        Assert.False(contoso.Crossing.HasMessages);
    }

    [Fact, Clause("RFC 6120", "4.4")]
    public async Task Whoever_never_ends_its_side_is_listened_to_for_as_long_as_a_closing_connection_may_last_only()
    {
        await using var contoso = new Node("contoso.example", lingerSecondsMax: 120);
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        _ = EndAsync(contoso, XmppReason.ConnectionTimeout);
        await peer.HearAsync(End);
        contoso.Time.Push(TimeSpan.FromSeconds(121));
        await peer.HearEndAsync();
        Assert.False(contoso.Crossing.HasMessages);
    }

    [Fact, Clause("RFC 6120", "4.4"), Clause("XEP-0198", "4")]
    public async Task Who_counts_what_we_took_is_not_listened_to_because_it_sends_the_rest_again()
    {
        await using var contoso = new Node("contoso.example", lingerSecondsMax: 120);
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<enable xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("<enabled");
        _ = EndAsync(contoso, XmppReason.ConnectionTimeout);
        await peer.HearAsync(End);
        await peer.HearEndAsync();
    }

    [Fact, Clause("RFC 6120", "4.4"), Item("PS-123")]
    public async Task What_comes_behind_the_end_of_a_drain_is_answered_before_all_is_over()
    {
        await using var gateway = await WholeGateway.StartAsync("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        gateway.Knows(gateway.PeerOf("capulet", server.Port, "capulet.example"));
        using var peer = await RawPeer.AuthenticateAsync(gateway.Port, "contoso.example", "capulet.example", Node.Lab.Issue("capulet.example"));
        gateway.Crossing.BeginDrain();
        var drained = gateway.Side.DrainAsync(TimeSpan.FromMinutes(5));
        await peer.HearAsync("<system-shutdown");
        await peer.HearAsync(End);

        await peer.SendAsync(Message("late") + End);
        using var answer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await answer.HearAsync("</message>");
        Assert.Contains("type='error'", answer.Heard, StringComparison.Ordinal);
        Assert.Contains("<resource-constraint", answer.Heard, StringComparison.Ordinal);
        await peer.HearEndAsync();
        await drained.Within("the drain to be over");
    }

    private static string Message(string body) => $"<message from='juliet@capulet.example' to='alice@contoso.example' id='m1'><body>{body}</body></message>";

    private static Task EndAsync(Node node, XmppReason reason)
    {
        switch (reason)
        {
            case XmppReason.ConnectionTimeout:
                node.Time.Push(TimeSpan.FromSeconds(3_601));
                return Task.CompletedTask;
            case XmppReason.CertificateReplaced:
                node.Certificates.Current = new Certificates.CertificateSet(2, [Node.Lab.Issue(node.Domain).ToOwn("own")], [Node.Lab.ToTrust("default")]);
                node.Time.Push(TimeSpan.FromSeconds(1));
                node.Time.Push(TimeSpan.FromSeconds(6));
                return Task.CompletedTask;
            default:
                return node.Side.DrainAsync(TimeSpan.FromMinutes(5));
        }
    }
}
