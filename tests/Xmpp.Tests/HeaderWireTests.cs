using Gateway.Federation;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>Stream headers, features and the small elements of negotiation as they stand on the wire, byte for byte: RFC 6120 §4.3, §4.7, §4.9.1, §5, §6, §11.</summary>
public sealed class HeaderWireTests
{
    private const string Proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string Success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";
    private const string StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string End = "</stream:stream>";

    [Fact]
    [Clause("RFC 6120", "4.3.3"), Clause("RFC 6120", "4.7.1"), Clause("RFC 6120", "4.7.2"), Clause("RFC 6120", "4.7.3"), Clause("RFC 6120", "4.7.4")]
    [Clause("RFC 6120", "5.3.3"), Clause("RFC 6120", "6.3.5"), Clause("RFC 6120", "11.5"), Clause("RFC 6120", "11.6")]
    public async Task Every_answering_header_has_both_names_a_language_and_an_id_that_never_was()
    {
        await using var node = Serving();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (int connection = 0; connection < 2; connection++)
        {
            using var peer = await RawPeer.ConnectAsync(node);
            await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example", " id='of-mine'"));
            await peer.HearAsync("</stream:features>");
            ids.Add(IdOf(peer.Heard));
            peer.Forget();
            await peer.SendAsync(StartTls);
            await peer.HearAsync("/>");
            Assert.Equal(Proceed, peer.Heard);
            await peer.TlsAsync("contoso.example", Node.Lab.Issue("capulet.example"));

            await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
            await peer.HearAsync("</stream:features>");
            ids.Add(IdOf(peer.Heard));
            peer.Forget();
            await peer.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
            await peer.HearAsync("/>");
            Assert.Equal(Success, peer.Heard);
            peer.Forget();

            await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
            await peer.HearAsync("</stream:features>");
            ids.Add(IdOf(peer.Heard));
        }

        Assert.Equal(6, ids.Count);
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{32}$", id));
    }

    [Theory, Clause("RFC 6120", "4.7.4"), Clause("RFC 6120", "4.7.5")]
    [InlineData("1.0", "cs")]
    [InlineData("01.0", "en-GB")]
    [InlineData("1.13", "en")]
    [InlineData("12.0", "nonsense of a language")]
    public async Task A_header_is_answered_in_the_lower_version_and_the_language_we_speak(string version, string lang)
    {
        await using var node = Serving();
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example", $" xml:lang='{lang}'").Replace("' version='1.0'", $"' version='{version}'", StringComparison.Ordinal));
        await peer.HearAsync("</stream:features>");

        Assert.Contains(" version='1.0' xml:lang='en'>", peer.Heard, StringComparison.Ordinal);
    }

    [Theory, Clause("RFC 6120", "4.7.1"), Clause("RFC 6120", "4.9.1.3")]
    [InlineData("to='elsewhere.example'", true, "<host-unknown", XmppReason.HostUnknown)]
    [InlineData("to='@@'", true, "<improper-addressing", XmppReason.ImproperAddressing)]
    [InlineData("to=''", true, "<improper-addressing", XmppReason.ImproperAddressing)]
    [InlineData("to='elsewhere.example'", false, "<host-unknown", XmppReason.HostUnknown)]
    public async Task Before_an_error_about_the_host_the_header_is_in_a_name_of_ours_or_in_none(string to, bool hasDomains, string condition, XmppReason reason)
    {
        await using var node = hasDomains ? Serving() : new Node("contoso.example");
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "x").Replace("to='x'", to, StringComparison.Ordinal));
        await peer.HearEndAsync();

        Assert.Contains(hasDomains ? " from='contoso.example' " : " from='' ", peer.Heard, StringComparison.Ordinal);
        Assert.Matches(" id='[0-9a-f]{32}' ", peer.Heard);
        Assert.Contains(condition, peer.Heard, StringComparison.Ordinal);
        Assert.Equal(reason, await node.EndedAsync());
    }

    [Fact, Clause("RFC 6120", "4.7.1")]
    public async Task A_header_for_nobody_is_answered_in_a_name_of_ours()
    {
        await using var node = Serving();
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "x").Replace(" to='x'", "", StringComparison.Ordinal));
        await peer.HearAsync("</stream:features>");

        Assert.Contains(" from='contoso.example' to='capulet.example' ", peer.Heard, StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6120", "4.9.1.3")]
    public async Task Of_a_server_that_serves_others_alone_the_error_is_heard_and_not_its_name()
    {
        await using var contoso = new Node("contoso.example");
        await using var montague = new Node("montague.example");
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{montague.Port}"));
        montague.Knows(montague.PeerOf("contoso.example", "127.0.0.1:1"));

        Assert.Equal("xmpp.PeerNotServing", (await contoso.SendAsync("juliet@capulet.example")).Failure!.Reason);
    }

    [Fact]
    [Clause("RFC 6120", "4.7.1"), Clause("RFC 6120", "4.7.2"), Clause("RFC 6120", "4.7.3"), Clause("RFC 6120", "4.7.4"), Clause("RFC 6120", "11.5"), Clause("RFC 6120", "11.6")]
    public async Task Our_own_header_says_who_speaks_to_whom_in_which_language_and_no_id()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptAsync();
        await peer.HearAsync("'>");
        AssertOurs(peer.Heard);
        peer.Forget();
        await peer.SendAsync(ScriptedServer.Header("capulet.example", "contoso.example", "s1") + $"<stream:features>{StartTls}</stream:features>");
        await peer.HearAsync("/>");
        Assert.Equal(StartTls, peer.Heard);
        await peer.SendAsync(Proceed);
        await peer.ServeTlsAsync(Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("'>");
        AssertOurs(peer.Heard);
        await peer.SendAsync(
            ScriptedServer.Header("capulet.example", "contoso.example", "s2")
            + ScriptedServer.Features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>", dialback: false));
        await peer.HearAsync("</auth>");
        peer.Forget();
        await peer.SendAsync(Success);
        await peer.HearAsync("'>");
        AssertOurs(peer.Heard);
        await peer.SendAsync(ScriptedServer.Header("capulet.example", "contoso.example", "s3") + "<stream:features/>");
        Assert.True((await sent).IsDelivered);

        static void AssertOurs(string heard) => Assert.Matches(
            "^<\\?xml version='1.0'\\?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'"
            + "( xmlns:db='jabber:server:dialback')? from='contoso.example' to='capulet.example' version='1.0' xml:lang='en'>$", heard);
    }

    [Fact, Clause("RFC 6120", "4.3.5")]
    public async Task Once_stanzas_may_pass_no_features_are_told_any_more()
    {
        await using var node = Serving();
        using var peer = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example' type='chat'><body>x</body></message><enable xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("<enabled ");
        await node.Crossing.MessageAsync();
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example' type='chat'><body>y</body></message>" + End);
        await peer.HearEndAsync();

        Assert.DoesNotContain("features", peer.Heard, StringComparison.Ordinal);
        Assert.EndsWith(End, peer.Heard, StringComparison.Ordinal);
    }

    [Theory, Clause("RFC 6120", "4.8.3"), Clause("RFC 6120", "4.8.4")]
    [InlineData("<message xmlns='jabber:client' from='juliet@capulet.example' to='alice@contoso.example'/>", "<invalid-namespace", XmppReason.InvalidNamespace)]
    [InlineData("<x xmlns='jabber:client'/>", "<invalid-namespace", XmppReason.InvalidNamespace)]
    [InlineData("<iq xmlns='urn:of:another:application'/>", "<invalid-namespace", XmppReason.InvalidNamespace)]
    [InlineData("<pubsub xmlns='http://jabber.org/protocol/pubsub'/>", "<unsupported-stanza-type", XmppReason.UnsupportedStanzaType)]
    [InlineData("<query/>", "<unsupported-stanza-type", XmppReason.UnsupportedStanzaType)]
    public async Task A_stanza_of_another_content_namespace_ends_the_stream_by_its_own_condition(string element, string condition, XmppReason reason)
    {
        await using var node = Serving();
        using var peer = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync(element);
        await peer.HearAsync(condition);

        Assert.Equal(reason, await node.EndedAsync());
    }

    [Theory, Clause("RFC 6120", "4.7.4"), Clause("RFC 6120", "8.1.5")]
    [InlineData("", "", "x", null)]
    [InlineData(" xml:lang='cs'", "", "x", "cs")]
    [InlineData(" xml:lang='cs'", " xml:lang='de'", "x", "de")]
    [InlineData(" xml:lang='cs'", "<body xml:lang='en'>y</body>", "x", "cs")]
    public async Task A_stanza_that_tells_no_language_has_that_of_its_stream(string ofStream, string ofStanza, string body, string? expected)
    {
        await using var node = Serving();
        using var peer = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"), ofStream);
        bool isBody = ofStanza.StartsWith('<');
        await peer.SendAsync($"<message from='juliet@capulet.example' to='alice@contoso.example' type='chat'{(isBody ? "" : ofStanza)}>{(isBody ? ofStanza : "")}<body>x</body></message>");

        var content = (await node.Crossing.MessageAsync()).Arrival.Content;
        Assert.Equal((body, expected), (content.Body, content.Language));
    }

    private static Node Serving()
    {
        var node = new Node("contoso.example");
        node.Knows(node.PeerOf("capulet.example", "127.0.0.1:1"));
        return node;
    }

    // The whole header is compared, so that nothing else stands in it.
    private static string IdOf(string heard)
    {
        int at = heard.IndexOf(" id='", StringComparison.Ordinal) + 5;
        string id = heard[at..heard.IndexOf('\'', at)];
        string expected = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'"
            + $" from='contoso.example' to='capulet.example' id='{id}' version='1.0' xml:lang='en'><stream:features>";
        Assert.StartsWith(expected, heard.Replace(" xmlns:db='jabber:server:dialback'", "", StringComparison.Ordinal), StringComparison.Ordinal);
        return id;
    }
}
