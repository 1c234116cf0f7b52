using System.Collections.Frozen;
using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>Streams that carry more than one direction (XEP-0288) or more than one pair of domains (XEP-0220 §2.6).</summary>
public sealed class SharedStreamTests
{
    [Fact]
    [Clause("XEP-0288", "2")]
    public async Task Stanzas_cross_both_ways_on_one_stream_where_both_records_say_so()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet, peer => peer with { UsesBidi = true });

        Assert.True((await contoso.SendAsync("juliet@capulet.example", "there")).IsDelivered);
        Assert.Equal("there", (await capulet.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.True((await capulet.SendAsync("alice@contoso.example", "and back")).IsDelivered);

        var (principal, arrival) = await contoso.Crossing.MessageAsync();
        Assert.Equal(("and back", "capulet.example", Proof.SaslExternal), (arrival.Content.Body, principal.Domain, principal.ProvedBy));
        // Its header, though it answered ours, says in which language its stanzas are (RFC 6120 §8.1.5).
        Assert.Equal("en", arrival.Content.Language);
        Assert.Contains("0288", Assert.Single(contoso.Side.Streams).Features, StringComparer.Ordinal);
        Assert.True(Assert.Single(capulet.Side.Streams).IsInbound);
    }

    [Theory]
    [InlineData("<message from='romeo@montague.example' to='alice@contoso.example'><body>x</body></message>", XmppReason.InvalidFrom)]
    [InlineData("<message from='juliet@capulet.example' to='x@fabrikam.example'><body>x</body></message>", XmppReason.HostUnknown)]
    [Clause("XEP-0288", "2")]
    public async Task On_a_stream_of_ours_the_other_side_speaks_for_its_own_domain_to_ours_alone(string stanza, XmppReason reason)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { UsesBidi = true });
        using var peer = await OpenBothWaysAsync(contoso, server);

        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>good</body></message>" + stanza);

        Assert.Equal("good", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.Equal(reason, await contoso.EndedAsync());
        Assert.False(contoso.Crossing.HasMessages);
    }

    [Fact, Clause("XEP-0288", "2"), Clause("RFC 6120", "8.3.3.8")]
    public async Task An_address_that_is_no_JID_ends_no_stream_for_both_directions()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { UsesBidi = true });
        using var peer = await OpenBothWaysAsync(contoso, server);

        await peer.SendAsync("<message from='juliet@capulet.example' to='a lice@contoso.example' id='m1'><body>x</body></message>");
        await peer.HearAsync("</message>");
        Assert.Contains("<message from='a lice@contoso.example' to='juliet@capulet.example' id='m1' type='error'><error type='modify'><jid-malformed", peer.Heard, StringComparison.Ordinal);
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>good</body></message>");

        Assert.Equal("good", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Fact, Clause("XEP-0288", "2"), Clause("XEP-0199", "4.3")]
    public async Task A_ping_is_answered_on_the_stream_that_asked_where_that_goes_both_ways()
    {
        await using var contoso = new Node("contoso.example", options: new Gateway.Xmpp.XmppOptions { PingsByIq = true, ConnectAttemptsMax = 1 });
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { UsesBidi = true });
        using var peer = await OpenBothWaysAsync(contoso, server);
        contoso.Time.Push(TimeSpan.FromSeconds(121));
        await peer.HearAsync("<ping");
        await peer.HearAsync("</iq>");
        int at = peer.Heard.IndexOf(" id='", StringComparison.Ordinal) + 5;
        await peer.SendAsync($"<iq type='result' from='capulet.example' to='contoso.example' id='{peer.Heard[at..peer.Heard.IndexOf('\'', at)]}'/>");
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>still here</body></message>");
        await contoso.Crossing.MessageAsync();
        contoso.Time.Push(TimeSpan.FromSeconds(31));

        Assert.Equal("Open", Assert.Single(contoso.Side.Streams).Phase);
    }

    [Fact]
    [Clause("XEP-0288", "2")]
    public async Task A_server_whose_certificate_proves_nothing_is_not_asked_for_it()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { UsesBidi = true, AllowsDialback = true });
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptSecuredAsync("capulet.example", "contoso.example");
        await peer.SendAsync(ScriptedServer.Features("<bidi xmlns='urn:xmpp:features:bidi'/>", dialback: true));
        await peer.HearAsync("</db:result>");

        Assert.DoesNotContain("bidi", peer.Heard, StringComparison.Ordinal);
        await peer.SendAsync("<db:result from='capulet.example' to='contoso.example' type='valid'/>");
        Assert.True((await sent).IsDelivered);
    }

    [Fact]
    [Item("PS-121")]
    [Item("PS-124")]
    [Clause("XEP-0220", "2.6")]
    public async Task Several_of_our_domains_and_of_theirs_share_one_stream_by_dialback()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        using var peer = await ShareAsync(contoso, server);

        Assert.Equal(["contoso.example→capulet.example", "contoso.example→montague.example"], Assert.Single(contoso.Side.Streams).Pairs);
        // The end of the stream is the end of the way for both.
        await peer.SendAsync("</stream:stream>");
        await Deadline.Until(() => contoso.Side.Pairs.All(pair => pair.Phase == "idle"), "both links to be idle");
    }

    [Fact]
    [Item("PSB-027")]
    public async Task A_shared_stream_is_idle_only_when_all_its_pairs_are()
    {
        await using var contoso = new Node("contoso.example", options: new Gateway.Xmpp.XmppOptions { OutboundIdleSecondsMax = 600, ConnectAttemptsMax = 1 });
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        using var peer = await ShareAsync(contoso, server);
        contoso.Time.Push(TimeSpan.FromSeconds(400));
        Assert.True((await contoso.SendAsync("juliet@capulet.example", "still here")).IsDelivered);
        contoso.Time.Push(TimeSpan.FromSeconds(400));
        Assert.Equal(2, Assert.Single(contoso.Side.Streams).Pairs.Count);

        contoso.Time.Push(TimeSpan.FromSeconds(601));
        await peer.HearAsync("<connection-timeout");
    }

    [Fact, Item("PS-121"), Item("PSB-026")]
    public async Task A_domain_that_is_another_system_s_now_is_no_longer_spoken_to_on_the_stream_it_shared()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        using var peer = await ShareAsync(contoso, server);
        using var elsewhere = new ScriptedServer(Node.Stranger.Issue("montague.example"));
        contoso.Knows(
            contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { AllowsDialback = true },
            contoso.PeerOf("montague.example", $"127.0.0.1:{elsewhere.Port}") with { AllowsDialback = true });
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        var third = contoso.SendAsync("romeo@montague.example", "three");
        using var own = await AcceptByDialbackAsync(elsewhere, "montague.example");
        Assert.True((await third).IsDelivered);
        await own.HearAsync("three");
        Assert.DoesNotContain("three", peer.Heard, StringComparison.Ordinal);
    }

    [Fact]
    [Item("PS-124")]
    public async Task Where_the_record_says_one_pair_a_stream_the_second_has_its_own()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        var record = contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}");
        contoso.Knows(Both(record) with { Limits = record.Limits with { PairsPerStreamMax = 1 } });
        using var peer = await FirstAsync(contoso, server);

        var second = contoso.SendAsync("romeo@montague.example", "two");
        using var other = await AcceptByDialbackAsync(server, "montague.example");
        Assert.True((await second).IsDelivered);
        Assert.DoesNotContain("montague", peer.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("invalid")]
    [InlineData("error")]
    [Clause("XEP-0220", "2.6")]
    [Clause("XEP-0220", "2.5")]
    public async Task A_pair_that_is_refused_on_a_shared_stream_gets_one_of_its_own_and_leaves_the_other_alone(string type)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        contoso.Knows(Both(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}")));
        using var peer = await FirstAsync(contoso, server);

        var second = contoso.SendAsync("romeo@montague.example", "two");
        await peer.HearAsync("to='montague.example'");
        string inner = type == "error" ? "><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>" : "/>";
        await peer.SendAsync($"<db:result from='montague.example' to='contoso.example' type='{type}'{inner}");

        using var own = await AcceptByDialbackAsync(server, "montague.example");
        Assert.True((await second).IsDelivered);
        Assert.True((await contoso.SendAsync("juliet@capulet.example", "three")).IsDelivered);
        await peer.HearAsync("three");
    }

    [Fact]
    [Item("PS-121")]
    [Clause("XEP-0220", "2.6")]
    public async Task A_peer_brings_further_domains_on_the_stream_it_opened()
    {
        await using var contoso = new Node("contoso.example");
        var both = Node.Lab.Issue(Certificates.LabLeafOptions.For("capulet.example", "montague.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"), contoso.PeerOf("montague.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", both);
        await peer.SendAsync("<db:result from='montague.example' to='contoso.example'>any</db:result>");
        await peer.HearAsync("type='valid'");
        await peer.SendAsync("<message from='romeo@montague.example' to='alice@contoso.example'><body>further</body></message>");

        var (principal, _) = await contoso.Crossing.MessageAsync();
        Assert.Equal(("montague.example", Proof.SaslExternal), (principal.Domain, principal.ProvedBy));
        Assert.Equal("capulet.example,montague.example", Assert.Single(contoso.Side.Streams).RemoteDomain);
    }

    [Fact, Item("PS-121"), Item("PS-131"), Clause("XEP-0220", "2.6")]
    public async Task A_peer_reaches_further_domains_of_ours_on_the_stream_it_opened_and_each_pair_is_seen()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Registry.Publish(new FederationTables(new FederationModel
        {
            Peers =
            [
                new PeerModel("edge", Protocol.Sip) { FromDomains = new[] { "contoso.example", "fabrikam.example" }.ToFrozenSet(), Addresses = ["127.0.0.1:1"], TlsSubjects = ["edge.example"] },
                contoso.PeerOf("capulet.example", "127.0.0.1:1"),
            ],
        }));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<db:result from='capulet.example' to='fabrikam.example'>any</db:result>");
        await peer.HearAsync("type='valid'");
        await peer.SendAsync("<message from='juliet@capulet.example' to='bob@fabrikam.example'><body>further</body></message>");

        Assert.Equal("further", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.Equal(["capulet.example→contoso.example", "capulet.example→fabrikam.example"], Assert.Single(contoso.Side.Streams).Pairs);
    }

    [Fact, Clause("RFC 6120", "6.3.2"), Clause("XEP-0220", "2.6")]
    public async Task What_was_proved_before_EXTERNAL_began_the_stream_anew_is_proved_no_more()
    {
        await using var contoso = new Node("contoso.example");
        var both = Node.Lab.Issue(Certificates.LabLeafOptions.For("capulet.example", "montague.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"), contoso.PeerOf("montague.example", "127.0.0.1:1"));
        using var peer = await RawPeer.SecureAsync(contoso, "capulet.example", both);
        await peer.HearAsync("</stream:features>");
        await peer.SendAsync("<db:result from='montague.example' to='contoso.example'>any</db:result>");
        await peer.HearAsync("type='valid'");
        await peer.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
        await peer.HearAsync("<success");
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example") + "<message from='romeo@montague.example' to='alice@contoso.example'><body>x</body></message>");

        await peer.HearAsync("<invalid-from");
        Assert.False(contoso.Crossing.HasMessages);
    }

    internal static async Task<RawPeer> OpenBothWaysAsync(Node contoso, ScriptedServer server)
    {
        var sent = contoso.SendAsync("juliet@capulet.example");
        var peer = await server.AcceptSecuredAsync("capulet.example", "contoso.example");
        const string Mechanisms = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>";
        await peer.SendAsync(ScriptedServer.Features("<bidi xmlns='urn:xmpp:features:bidi'/>" + Mechanisms, dialback: false));
        await peer.HearAsync("</auth>");
        Assert.StartsWith("<bidi xmlns='urn:xmpp:bidi'/><auth", peer.Heard, StringComparison.Ordinal);
        // Before it is authenticated nothing is taken.
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>early</body></message>");
        peer.Forget();
        await peer.SendAsync("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        await peer.HearAsync("version='1.0'");
        await peer.SendAsync(ScriptedServer.Header("capulet.example", "contoso.example", "s3") + "<stream:features/>");
        Assert.True((await sent).IsDelivered);
        await peer.HearAsync("</message>");
        peer.Forget();
        return peer;
    }

    /// <summary>A record for two domains of one system that may use dialback.</summary>
    private static PeerModel Both(PeerModel record) => record with
    {
        AllowsDialback = true, FromDomains = new[] { "capulet.example", "montague.example" }.ToFrozenSet(StringComparer.Ordinal),
    };

    private static async Task<RawPeer> AcceptByDialbackAsync(ScriptedServer server, string domain)
    {
        var peer = await server.AcceptSecuredAsync(domain, "contoso.example");
        await peer.SendAsync(ScriptedServer.Features("", dialback: true));
        await peer.HearAsync("</db:result>");
        await peer.SendAsync($"<db:result from='{domain}' to='contoso.example' type='valid'/>");
        return peer;
    }

    /// <summary>One message to the first domain, on the stream that comes about.</summary>
    private static async Task<RawPeer> FirstAsync(Node contoso, ScriptedServer server)
    {
        var first = contoso.SendAsync("juliet@capulet.example", "one");
        var peer = await AcceptByDialbackAsync(server, "capulet.example");
        Assert.True((await first).IsDelivered);
        return peer;
    }

    /// <summary>One stream that carries both domains.</summary>
    private static async Task<RawPeer> ShareAsync(Node contoso, ScriptedServer server)
    {
        contoso.Knows(Both(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}")));
        var peer = await FirstAsync(contoso, server);
        var second = contoso.SendAsync("romeo@montague.example", "two");
        await peer.HearAsync("to='montague.example'");
        Assert.DoesNotContain("two", peer.Heard, StringComparison.Ordinal);
        await peer.SendAsync("<db:result from='montague.example' to='contoso.example' type='valid'/>");
        Assert.True((await second).IsDelivered);
        await peer.HearAsync("two");
        return peer;
    }
}
