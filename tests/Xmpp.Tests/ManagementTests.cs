using Conformance;
using Gateway.Federation;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>Stream management between servers (XEP-0198), in both roles: what was acknowledged is never sent again, what was not is never lost.</summary>
public sealed class ManagementTests
{
    private const string Feature = "<sm xmlns='urn:xmpp:sm:3'/>";

    private static string Message(string body) => $"<message from='juliet@capulet.example/b' to='alice@contoso.example' id='{body}' type='chat'><body>{body}</body></message>";

    [Fact]
    [Clause("XEP-0198", "3")]
    [Clause("XEP-0198", "4")]
    public async Task A_message_counts_as_handled_only_when_its_passage_is_closed()
    {
        await using var node = Serving();
        using var peer = await ManagedPeerAsync(node);
        node.Crossing.Answers = false;
        await peer.SendAsync(Message("one") + Message("two") + "<r xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("<a xmlns='urn:xmpp:sm:3' h='0'/>");
        var (first, second) = ((await node.Crossing.MessageAsync()).Arrival, (await node.Crossing.MessageAsync()).Arrival);
        peer.Forget();

        second.Answer(Outcome.Delivered);
        await peer.SendAsync("<r xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("h='0'");
        peer.Forget();
        first.Answer(Outcome.Delivered);

        await peer.HearAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
    }

    [Fact]
    [Clause("XEP-0198", "5")]
    public async Task A_peer_goes_on_where_its_broken_stream_was_and_nobody_else_does()
    {
        await using var node = Serving();
        string id;
        using (var peer = await ManagedPeerAsync(node))
        {
            id = IdOf(peer.Heard);
            await peer.SendAsync(Message("one") + Message("two") + "<r xmlns='urn:xmpp:sm:3'/>");
            await peer.HearAsync("h='2'");
        }
        Assert.Equal(XmppReason.ConnectionLost, await node.EndedAsync());

        using (var stranger = await RawPeer.AuthenticateAsync(node, "montague.example", Node.Lab.Issue("montague.example")))
        {
            await stranger.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{id}'/>");
            await stranger.HearAsync("<failed xmlns='urn:xmpp:sm:3'><item-not-found");
        }
        using var again = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await again.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{id}'/>");
        await again.HearAsync("<resumed xmlns='urn:xmpp:sm:3' h='2'");
        await again.SendAsync(Message("three") + "<r xmlns='urn:xmpp:sm:3'/>");
        await again.HearAsync("<a xmlns='urn:xmpp:sm:3' h='3'/>");
    }

    [Fact]
    [Clause("XEP-0198", "3")]
    [Clause("XEP-0198", "5")]
    public async Task Management_is_refused_before_authentication_and_forgotten_in_time()
    {
        await using var node = Serving();
        using (var early = await RawPeer.SecureAsync(node, "capulet.example", Node.Lab.Issue("capulet.example")))
        {
            await early.HearAsync("</stream:features>");
            Assert.DoesNotContain("urn:xmpp:sm:3", early.Heard, StringComparison.Ordinal);
            await early.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
            await early.HearAsync("<unexpected-request");
        }
        Assert.Equal(XmppReason.ConnectionLost, await node.EndedAsync());
        string id;
        using (var peer = await ManagedPeerAsync(node)) id = IdOf(peer.Heard);
        Assert.Equal(XmppReason.ConnectionLost, await node.EndedAsync());
        node.Time.Push(TimeSpan.FromSeconds(301));

        using var late = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await late.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{id}'/>");
        await late.HearAsync("<item-not-found");
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task Every_managed_stream_has_a_name_of_its_own_that_says_nothing()
    {
        await using var node = Serving();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (int n = 0; n < 3; n++)
        {
            using var peer = await ManagedPeerAsync(node);
            ids.Add(IdOf(peer.Heard));
            await peer.SendAsync("</stream:stream>");
            await peer.HearEndAsync();
        }

        Assert.Equal(3, ids.Count);
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}$", id));
    }

    [Fact, Clause("XEP-0198", "7")]
    public async Task A_stream_that_was_closed_in_order_cannot_be_resumed()
    {
        await using var node = Serving();
        string id;
        using (var peer = await ManagedPeerAsync(node))
        {
            id = IdOf(peer.Heard);
            await peer.SendAsync(Message("one") + "<r xmlns='urn:xmpp:sm:3'/>");
            await peer.HearAsync("h='1'");
            await peer.SendAsync("</stream:stream>");
            await peer.HearEndAsync();
        }

        using var again = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await again.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{id}'/>");
        await again.HearAsync("</failed>");
        Assert.Equal("<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", again.Heard);
    }

    [Fact, Clause("XEP-0198", "10")]
    public async Task Nobody_resumes_before_he_is_authenticated()
    {
        await using var node = Serving();
        string id;
        using (var peer = await ManagedPeerAsync(node)) id = IdOf(peer.Heard);
        Assert.Equal(XmppReason.ConnectionLost, await node.EndedAsync());

        using var early = await RawPeer.SecureAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await early.HearAsync("</stream:features>");
        early.Forget();
        await early.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{id}'/>");
        await early.HearAsync("</failed>");
        Assert.Equal("<failed xmlns='urn:xmpp:sm:3'><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", early.Heard);
        await early.SendAsync(Message("stolen"));
        await early.HearAsync("<not-authorized");
        Assert.False(node.Crossing.HasMessages);
    }

    [Fact]
    [Clause("XEP-0198", "5")]
    public async Task After_a_break_we_resume_and_send_again_what_the_peer_had_not_handled()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var (peer, first, second) = await SendTwoAsync(contoso, server, "<enabled xmlns='urn:xmpp:sm:3' resume='true' id='s-1'/>");
        // Broken here, without a word.
        peer.Dispose();

        using var next = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await next.HearAsync("<resume xmlns='urn:xmpp:sm:3' h='0' previd='s-1'/>");
        next.Forget();
        await next.SendAsync("<resumed xmlns='urn:xmpp:sm:3' h='1' previd='s-1'/>");
        await next.HearAsync("<r xmlns='urn:xmpp:sm:3'/>");

        Assert.Contains("<body>two</body>", next.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain("<body>one</body>", next.Heard, StringComparison.Ordinal);
        Assert.True((await first).IsDelivered);
        await next.SendAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        Assert.True((await second).IsDelivered);
        var third = contoso.SendAsync("juliet@capulet.example", "three");
        await next.HearAsync("<body>three</body>");
        await next.SendAsync("<a xmlns='urn:xmpp:sm:3' h='3'/>");
        Assert.True((await third).IsDelivered);
    }

    [Theory]
    [InlineData("<failed xmlns='urn:xmpp:sm:3' h='1'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", false)]
    [InlineData("<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", true)]
    [Clause("XEP-0198", "5")]
    public async Task A_refused_resumption_sends_again_what_is_not_known_to_be_handled(string failed, bool hasBoth)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var (peer, _, _) = await SendTwoAsync(contoso, server, "<enabled xmlns='urn:xmpp:sm:3' resume='true' id='s-1'/>");
        // Broken here, without a word.
        peer.Dispose();

        using var next = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await next.HearAsync("<resume ");
        next.Forget();
        await next.SendAsync(failed);
        await next.HearAsync("<body>two</body>");

        Assert.Contains("<enable xmlns='urn:xmpp:sm:3' resume='true'/>", next.Heard, StringComparison.Ordinal);
        Assert.Equal(hasBoth, next.Heard.Contains("<body>one</body>", StringComparison.Ordinal));
    }

    [Fact]
    [Clause("XEP-0198", "4")]
    public async Task A_count_of_more_than_was_sent_ends_the_stream()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var (peer, _, _) = await SendTwoAsync(contoso, server, "");
        using var stream = peer;
        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='9'/>");
        await peer.HearAsync("<undefined-condition");

        Assert.Equal(XmppReason.HandledTooMany, await contoso.EndedAsync());
    }

    [Fact]
    public async Task A_record_can_turn_management_off()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet, peer => peer with { UsesManagement = false });
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
        Assert.DoesNotContain("0198", Assert.Single(contoso.Side.Streams).Features, StringComparer.Ordinal);

        await using var fabrikam = new Node("fabrikam.example");
        Node.Join(fabrikam, capulet);
        Assert.True((await fabrikam.SendAsync("juliet@capulet.example")).IsDelivered);
        Assert.Contains("0198", Assert.Single(fabrikam.Side.Streams).Features, StringComparer.Ordinal);
    }

    private static Node Serving()
    {
        var node = new Node("contoso.example");
        node.Knows(node.PeerOf("capulet.example", "127.0.0.1:1"), node.PeerOf("montague.example", "127.0.0.1:1"));
        return node;
    }

    private static async Task<RawPeer> ManagedPeerAsync(Node node)
    {
        var peer = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        await peer.HearAsync("<enabled ");
        await peer.HearAsync("/>");
        return peer;
    }

    private static async Task<(RawPeer Peer, Task<Outcome> First, Task<Outcome> Second)> SendTwoAsync(Node contoso, ScriptedServer server, string enabled)
    {
        var sent = contoso.SendAsync("juliet@capulet.example", "one");
        var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await peer.HearAsync("<enable ");
        if (enabled.Length > 0)
        {
            // The answer shows that what stands before the request was read.
            await peer.SendAsync(enabled + "<r xmlns='urn:xmpp:sm:3'/>");
            await peer.HearAsync("<a ");
        }
        await peer.HearAsync("<body>one</body>");
        var second = contoso.SendAsync("juliet@capulet.example", "two");
        await peer.HearAsync("<body>two</body>");
        return (peer, sent, second);
    }

    private static string IdOf(string heard)
    {
        int at = heard.IndexOf(" id='", heard.IndexOf("<enabled", StringComparison.Ordinal), StringComparison.Ordinal) + 5;
        return heard[at..heard.IndexOf('\'', at)];
    }
}
