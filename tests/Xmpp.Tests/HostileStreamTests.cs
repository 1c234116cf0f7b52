using Conformance;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>What a stranger may try with a stream itself: dripping, depth, names, headers, dialback. Each ends by its own reason, and nothing enters.</summary>
public sealed class HostileStreamTests
{
    [Fact]
    [Clause("RFC 6120", "13.12")]
    public async Task An_element_that_drips_is_ended_by_its_own_deadline()
    {
        await using var node = Serving();
        using var peer = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        const string Begun = "<message from='juliet@capulet.example' to='alice@contoso.example'><body>";
        long before = node.Hub.BytesIn;
        await peer.SendAsync(Begun);
        await Deadline.Until(() => node.Hub.BytesIn == before + Begun.Length, "the first bytes to be read");
        node.Time.Push(TimeSpan.FromSeconds(40));
        await peer.SendAsync("x");
        node.Time.Push(TimeSpan.FromSeconds(21));
        await peer.HearAsync("<policy-violation");

        Assert.Equal(XmppReason.StanzaTimeout, await node.EndedAsync());
        Assert.False(node.Crossing.HasMessages);
    }

    [Theory]
    [InlineData("depth", XmppReason.DepthExceeded)]
    [InlineData("name", XmppReason.NameTooLong)]
    [InlineData("attributes", XmppReason.AttributesExceeded)]
    [InlineData("elements", XmppReason.ElementsExceeded)]
    [Clause("RFC 6120", "13.12")]
    public async Task Depth_names_attributes_and_elements_have_an_end(string kind, XmppReason reason)
    {
        await using var node = Serving();
        using var peer = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync(kind switch
        {
            "depth" => string.Concat(Enumerable.Repeat("<a>", 10_000)),
            "name" => $"<message><{new string('n', 5_000)}/></message>",
            "attributes" => $"<message {string.Join(' ', Enumerable.Range(0, 200).Select(n => $"a{n}='1'"))}/>",
            _ => $"<message>{string.Concat(Enumerable.Repeat("<a/>", 6_000))}</message>",
        });
        await peer.HearAsync("<policy-violation");

        Assert.Equal(reason, await node.EndedAsync());
    }

    [Theory]
    [InlineData("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='contoso.example' version='1.0'>", "invalid-namespace", XmppReason.InvalidNamespace)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='urn:x' to='contoso.example' version='1.0'>", "invalid-namespace", XmppReason.InvalidNamespace)]
    [InlineData("<stream:flow xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='contoso.example' version='1.0'>", "bad-format", XmppReason.BadFormat)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='contoso.example' from='@@' version='1.0'>", "improper-addressing",
        XmppReason.ImproperAddressing)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='contoso.example' from='capulet.example' version='x'>", "unsupported-version",
        XmppReason.UnsupportedVersion)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='contoso.example' from='capulet.example'>", "unsupported-version",
        XmppReason.UnsupportedVersion)]
    [InlineData("<?xml version='1.0' encoding='UTF-16'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='contoso.example' version='1.0'>",
        "unsupported-encoding", XmppReason.UnsupportedEncoding)]
    [InlineData("GET / HTTP/1.1\r\n", "not-well-formed", XmppReason.NotWellFormed)]
    [Clause("RFC 6120", "4.7")]
    [Clause("RFC 6120", "4.8.1")]
    [Clause("RFC 6120", "4.9.1.2")]
    public async Task Header_games_are_answered_with_a_header_and_the_error(string header, string condition, XmppReason reason)
    {
        await using var node = Serving();
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(header);
        await peer.HearEndAsync();

        Assert.Contains("<stream:stream ", peer.Heard, StringComparison.Ordinal);
        Assert.Contains($"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", peer.Heard, StringComparison.Ordinal);
        Assert.Equal(reason, await node.EndedAsync());
    }

    [Fact]
    [Clause("XEP-0178", "3")]
    public async Task Another_domain_after_the_restart_than_EXTERNAL_proved_is_an_invalid_from()
    {
        await using var node = Serving();
        using var peer = await RawPeer.SecureAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("EXTERNAL");
        await peer.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
        await peer.HearAsync("<success");
        await peer.SendAsync(RawPeer.Header("montague.example", "contoso.example"));
        await peer.HearAsync("<invalid-from");

        Assert.Equal(XmppReason.InvalidFrom, await node.EndedAsync());
    }

    [Fact]
    [Item("PS-124")]
    [Clause("XEP-0220", "2.3")]
    [Clause("XEP-0185", "3")]
    public async Task A_dialback_key_of_another_stream_proves_nothing_here()
    {
        await using var capulet = new Node("capulet.example");
        await using var node = new Node("contoso.example");
        capulet.Knows(capulet.PeerOf("contoso.example", $"127.0.0.1:{node.Port}") with { AllowsDialback = true });
        node.Knows(node.PeerOf("capulet.example", $"127.0.0.1:{capulet.Port}") with { AllowsDialback = true });
        string stolen = new Gateway.Xmpp.Protocol.Dialback.DialbackKeys("secret of capulet.example").Make("contoso.example", "capulet.example", "an-earlier-stream");

        using var liar = await RawPeer.SecureAsync(node, "capulet.example", Node.Stranger.Issue("capulet.example"));
        await liar.HearAsync("</stream:features>");
        await liar.SendAsync($"<db:result from='capulet.example' to='contoso.example'>{stolen}</db:result>");
        await liar.HearAsync("type='invalid'");

        Assert.Equal(XmppReason.DialbackInvalid, await node.EndedAsync());
    }

    [Fact]
    [Item("PS-124")]
    [Clause("XEP-0220", "4.1")]
    public async Task While_one_key_is_being_asked_about_a_second_one_changes_nothing_and_stanzas_wait_for_no_verdict()
    {
        await using var node = new Node("contoso.example");
        using var authority = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        node.Knows(node.PeerOf("capulet.example", $"127.0.0.1:{authority.Port}") with { AllowsDialback = true, Tls = TlsPolicy.Optional });
        using var racer = await RawPeer.ConnectAsync(node);
        await racer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await racer.HearAsync("</stream:features>");
        await racer.SendAsync("<db:result from='capulet.example' to='contoso.example'>first</db:result><db:result from='capulet.example' to='contoso.example'>second</db:result>");

        using var asked = await authority.AcceptOpenAsync("capulet.example", "contoso.example");
        await asked.SendAsync(ScriptedServer.Features("", dialback: true));
        await asked.HearAsync("</db:verify>");
        Assert.Contains(">first<", asked.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain(">second<", asked.Heard, StringComparison.Ordinal);
        await racer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>early</body></message>");
        await racer.HearAsync("<not-authorized");
        Assert.False(node.Crossing.HasMessages);
    }

    [Theory]
    [InlineData("nowhere.example", "capulet.example", "item-not-found")]
    [InlineData("contoso.example", "stranger.example", "not-acceptable")]
    [InlineData("contoso.example", "strict.example", "not-authorized")]
    [InlineData("contoso.example", "capulet.example", "policy-violation")]
    [InlineData("contoso.example", "dead.example", "remote-connection-failed")]
    [InlineData("contoso.example", "absent.example", "remote-server-not-found")]
    [Item("PS-124")]
    [Clause("XEP-0220", "2.5")]
    public async Task Each_error_of_dialback_has_its_condition_and_leaves_the_stream_standing(string to, string from, string condition)
    {
        await using var node = new Node("contoso.example");
        node.Knows(
            node.PeerOf("capulet.example", "127.0.0.1:1") with { AllowsDialback = true }, node.PeerOf("strict.example", "127.0.0.1:1") with { Tls = TlsPolicy.Optional },
            node.PeerOf("dead.example", "127.0.0.1:1") with { AllowsDialback = true, Tls = TlsPolicy.Optional },
            node.PeerOf("absent.example", "") with { Addresses = [], AllowsDialback = true, Tls = TlsPolicy.Optional });
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header(from, "contoso.example"));
        await peer.HearAsync("</stream:features>");
        await peer.SendAsync($"<db:result from='{from}' to='{to}'>0123</db:result>");
        await peer.HearAsync($"<{condition} ");
        peer.Forget();

        await peer.SendAsync($"<db:verify from='{from}' to='contoso.example' id='1'>k</db:verify>");
        await peer.HearAsync("type='invalid'");
    }

    private static Node Serving()
    {
        var node = new Node("contoso.example");
        node.Knows(node.PeerOf("capulet.example", "127.0.0.1:1"));
        return node;
    }
}
