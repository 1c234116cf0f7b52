using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>What a scripted peer hears when negotiation takes an unusual turn, and what our sender is told: RFC 6120 §5.4, §6.4, §10.4.3, RFC 7590 §3.1, XEP-0220 §2.1.1, XEP-0288 §2.2.</summary>
public sealed class NegotiationTests
{
    private const string StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string TlsFailure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string Proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    private const string External = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>";
    private const string End = "</stream:stream>";

    [Fact, Clause("RFC 6120", "5.4.2.2")]
    public async Task TLS_within_TLS_is_refused_before_the_end()
    {
        await using var node = Serving();
        using var peer = await RawPeer.SecureAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("</stream:features>");
        peer.Forget();
        await peer.SendAsync(StartTls);
        await peer.HearEndAsync();

        Assert.StartsWith(TlsFailure, peer.Heard, StringComparison.Ordinal);
        Assert.EndsWith(End, peer.Heard, StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6120", "5.4.2.2")]
    public async Task TLS_that_policy_forbids_is_refused_before_the_end()
    {
        await using var node = Serving(peer => peer with { Tls = TlsPolicy.Forbidden, AllowsDialback = true });
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        peer.Forget();
        await peer.SendAsync(StartTls);
        await peer.HearEndAsync();

        Assert.StartsWith(TlsFailure, peer.Heard, StringComparison.Ordinal);
        Assert.EndsWith(End, peer.Heard, StringComparison.Ordinal);
        Assert.Equal(XmppReason.TlsForbidden, await node.EndedAsync());
    }

    [Fact, Clause("RFC 6120", "5.4.3.2")]
    public async Task Behind_a_handshake_that_fails_nothing_is_said()
    {
        await using var node = Serving();
        using var peer = await RawPeer.ConnectAsync(node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        peer.Forget();
        await peer.SendAsync(StartTls);
        await peer.HearAsync(Proceed);
        peer.Forget();
        await peer.SendAsync("This is no TLS at all, and it never will be.\r\n");
        await peer.HearEndAsync();

        Assert.DoesNotContain("<", peer.Heard, StringComparison.Ordinal);
        Assert.Equal(XmppReason.TlsFailed, await node.EndedAsync());
    }

    [Fact, Clause("RFC 6120", "5.4.3.2")]
    public async Task Nor_by_us_when_we_dialled()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptOpenAsync("capulet.example", "contoso.example");
        await peer.SendAsync($"<stream:features>{StartTls}</stream:features>");
        await peer.HearAsync(StartTls);
        peer.Forget();
        await peer.SendAsync(Proceed);
        await peer.HearAsync("capulet.example");
        await peer.SendAsync("This is no TLS at all, and it never will be.\r\n");
        await peer.HearEndAsync();

        Assert.DoesNotContain(End, peer.Heard, StringComparison.Ordinal);
        AssertUntrusted("xmpp.TlsFailed", await sent);
    }

    [Fact, Clause("RFC 6120", "5.4.3.3")]
    public async Task What_was_said_in_clear_is_forgotten_behind_TLS()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { AllowsDialback = true, UsesBidi = true });
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptOpenAsync("capulet.example", "contoso.example");
        await peer.SendAsync($"<stream:features>{StartTls}{External}<bidi xmlns='urn:xmpp:features:bidi'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>");
        await peer.HearAsync(StartTls);
        await peer.SendAsync(Proceed);
        await peer.ServeTlsAsync(Node.Stranger.Issue("capulet.example"));
        await peer.HearAsync("version='1.0'");
        await peer.SendAsync(ScriptedServer.Header("capulet.example", "contoso.example", "s2") + ScriptedServer.Features("", dialback: true));
        await peer.HearAsync("</db:result>");

        Assert.Contains($">{new DialbackKeys("secret of contoso.example").Make("capulet.example", "contoso.example", "s2")}<", peer.Heard, StringComparison.Ordinal);
        foreach (string gone in new[] { "<auth", "bidi", "urn:xmpp:sm:3" }) Assert.DoesNotContain(gone, peer.Heard, StringComparison.Ordinal);
        await peer.SendAsync("<db:result from='capulet.example' to='contoso.example' type='valid'/>");
        Assert.True((await sent).IsDelivered);
    }

    [Theory, Clause("RFC 7590", "3.1")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TLS_that_must_be_is_tried_though_nobody_offers_it(bool isTaken)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptOpenAsync("capulet.example", "contoso.example");
        await peer.SendAsync("<stream:features/>");
        await peer.HearAsync(StartTls);
        await peer.SendAsync(isTaken ? Proceed : TlsFailure + End);
        if (!isTaken)
        {
            AssertUntrusted("xmpp.TlsRequired", await sent);
            return;
        }
        await peer.ServeTlsAsync(Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("version='1.0'");
        await peer.SendAsync(ScriptedServer.Header("capulet.example", "contoso.example", "s2") + ScriptedServer.Features(External, dialback: false));
        await peer.HearAsync("</auth>");
        await peer.SendAsync("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>" + ScriptedServer.Header("capulet.example", "contoso.example", "s3") + "<stream:features/>");
        Assert.True((await sent).IsDelivered);
    }

    [Fact, Clause("RFC 6120", "6.4.2"), Clause("RFC 6120", "6.4.4")]
    public async Task A_handshake_may_be_given_up_or_begun_anew()
    {
        await using var node = Serving(peer => peer with { AllowsDialback = true });
        using var peer = await RawPeer.SecureAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("EXTERNAL");
        await peer.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'/>");
        await peer.HearAsync("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        peer.Forget();
        await peer.SendAsync("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        await peer.HearAsync("</failure>");
        Assert.Equal("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><aborted/></failure>", peer.Heard);

        await peer.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'/>");
        await peer.HearAsync("<challenge");
        peer.Forget();
        await peer.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
        await peer.HearAsync("/>");
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", peer.Heard);
    }

    [Theory, Clause("RFC 6120", "6.4.5")]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public async Task Who_fails_where_nothing_else_is_left_is_sent_away_with_a_stream_error(bool allowsDialback, int attempts)
    {
        await using var node = Serving(peer => peer with { AllowsDialback = allowsDialback });
        using var peer = await RawPeer.SecureAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("EXTERNAL");
        for (int n = 0; n < attempts; n++)
        {
            peer.Forget();
            // "montague.example"
            await peer.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>bW9udGFndWUuZXhhbXBsZQ==</auth>");
            await peer.HearAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><invalid-authzid/></failure>");
        }
        await peer.HearEndAsync();

        Assert.Contains("</failure><stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", peer.Heard, StringComparison.Ordinal);
        Assert.EndsWith(End, peer.Heard, StringComparison.Ordinal);
        Assert.Equal(XmppReason.SaslFailed, await node.EndedAsync());
    }

    [Theory, Clause("RFC 6120", "6.5"), Clause("RFC 6120", "10.4.3")]
    [InlineData("<not-authorized/>")]
    [InlineData("<of-tomorrow/>")]
    public async Task A_refusal_of_SASL_is_told_as_a_server_that_cannot_be_spoken_to(string condition)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptSecuredAsync("capulet.example", "contoso.example");
        await peer.SendAsync(ScriptedServer.Features(External, dialback: false));
        await peer.HearAsync("</auth>");
        await peer.SendAsync($"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{condition}<text xml:lang='en'>host name mismatch</text></failure>");

        AssertUntrusted("xmpp.SaslFailed", await sent);
        Assert.EndsWith(condition.Trim('<', '/', '>') + ": host name mismatch", Assert.Single(contoso.Side.Pairs).LastFailureText, StringComparison.Ordinal);
        await peer.HearEndAsync();
        Assert.DoesNotContain("stream:error", peer.Heard, StringComparison.Ordinal);
    }

    [Fact, Item("RN-081"), Clause("XEP-0178", "3")]
    public async Task A_refusal_of_our_certificate_is_what_is_told_though_dialback_was_looked_for_behind_it()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { AllowsDialback = true });
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptSecuredAsync("capulet.example", "contoso.example");
        await peer.SendAsync(ScriptedServer.Features(External, dialback: false));
        await peer.HearAsync("</auth>");
        await peer.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>" + End);
        using var again = await server.AcceptAsync();
        await again.HearAsync("version='1.0'");
        await again.SendAsync(WithoutDialback("s3") + $"<stream:features>{StartTls}</stream:features>");
        await again.HearAsync(StartTls);
        await again.SendAsync(Proceed);
        await again.ServeTlsAsync(Node.Lab.Issue("capulet.example"));
        await again.HearAsync("version='1.0'");
        await again.SendAsync(WithoutDialback("s4") + ScriptedServer.Features(External, dialback: false));

        AssertUntrusted("xmpp.SaslFailed", await sent);
    }

    [Theory, Clause("XEP-0220", "2.1.1")]
    [InlineData("type='invalid'/>", "xmpp.DialbackInvalid", Condition.InternalServerError)]
    [InlineData("type='error'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>", "xmpp.DialbackError", Condition.RemoteServerTimeout)]
    public async Task What_waited_for_dialback_comes_back_with_the_condition_of_its_answer(string rest, string reason, Condition condition)
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { AllowsDialback = true });
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptSecuredAsync("capulet.example", "contoso.example");
        await peer.SendAsync(ScriptedServer.Features("", dialback: true));
        await peer.HearAsync("</db:result>");
        await peer.SendAsync($"<db:result from='capulet.example' to='contoso.example' {rest}");

        var failure = (await sent).Failure!;
        Assert.Equal((reason, condition), (failure.Reason, failure.Condition));
    }

    [Fact, Clause("XEP-0288", "2.2")]
    public async Task A_key_is_asked_about_elsewhere_than_on_the_stream_it_came_by()
    {
        await using var node = new Node("contoso.example");
        using var authority = new ScriptedServer(Node.Stranger.Issue("rooms.capulet.example"));
        node.Knows(
            node.PeerOf("capulet.example", "127.0.0.1:1") with { UsesBidi = true },
            node.PeerOf("rooms.capulet.example", $"127.0.0.1:{authority.Port}") with { AllowsDialback = true });
        using var peer = await RawPeer.SecureAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("</stream:features>");
        await peer.SendAsync("<bidi xmlns='urn:xmpp:bidi'/><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
        await peer.HearAsync("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        peer.Forget();
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        Assert.True((await node.SendAsync("juliet@capulet.example", "both ways")).IsDelivered);
        await peer.HearAsync("both ways");
        await peer.SendAsync("<db:result from='rooms.capulet.example' to='contoso.example'>the-key</db:result>");

        using var asked = await authority.AcceptSecuredAsync("rooms.capulet.example", "contoso.example");
        await asked.SendAsync(ScriptedServer.Features("", dialback: true));
        await asked.HearAsync(">the-key</db:verify>");
        string id = asked.Heard[(asked.Heard.IndexOf(" id='", asked.Heard.IndexOf("<db:verify", StringComparison.Ordinal), StringComparison.Ordinal) + 5)..];
        await asked.SendAsync($"<db:verify from='rooms.capulet.example' to='contoso.example' id='{id[..id.IndexOf('\'', StringComparison.Ordinal)]}' type='valid'/>");
        await peer.HearAsync("type='valid'");
        Assert.DoesNotContain("<db:verify", peer.Heard, StringComparison.Ordinal);
    }

    private static string WithoutDialback(string id) =>
        ScriptedServer.Header("capulet.example", "contoso.example", id).Replace(" xmlns:db='jabber:server:dialback'", "", StringComparison.Ordinal);

    private static void AssertUntrusted(string reason, Outcome outcome) => Assert.Equal(
        (reason, Condition.RemoteServerTimeout, true), (outcome.Failure!.Reason, outcome.Failure.Condition, outcome.Failure.IsLasting));

    private static Node Serving(Func<PeerModel, PeerModel>? change = null)
    {
        var node = new Node("contoso.example");
        var peer = node.PeerOf("capulet.example", "127.0.0.1:1");
        node.Knows(change is null ? peer : change(peer));
        return node;
    }
}
