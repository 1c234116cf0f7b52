using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>What a peer may try, and what it gets: RFC 6120 §4.9.3, §11, §13; XEP-0178; XEP-0220 §4. After each, an honest peer is served as before.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private const string Stanza = "<message from='juliet@capulet.example/b' to='alice@contoso.example' id='1' type='chat'><body>hi</body></message>";
    private readonly Node _node = new("contoso.example");

    public Task InitializeAsync()
    {
        _node.Knows(_node.PeerOf("capulet.example", "127.0.0.1:1"));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        // Whatever was done to it, it still serves.
        using (var honest = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example")))
        {
            await honest.SendAsync(Stanza.Replace(">hi<", ">still here<", StringComparison.Ordinal));
            while ((await _node.Crossing.MessageAsync()).Arrival.Content.Body != "still here")
            {
            }
        }
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task One_byte_writes_are_only_slow()
    {
        using var peer = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.DripAsync(Stanza);

        Assert.Equal("hi", (await _node.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Theory]
    [InlineData("<!DOCTYPE lolz [<!ENTITY lol 'lol'>]>", "restricted-xml", XmppReason.DoctypeForbidden)]
    [InlineData("<message><body>&lol;</body></message>", "restricted-xml", XmppReason.EntityForbidden)]
    [InlineData("<!-- -->", "restricted-xml", XmppReason.CommentForbidden)]
    [InlineData("<?php ?>", "restricted-xml", XmppReason.ProcessingInstructionForbidden)]
    [InlineData("<message><body></message></body>", "not-well-formed", XmppReason.NotWellFormed)]
    [InlineData("<a:b/>", "not-well-formed", XmppReason.UndeclaredPrefix)]
    [InlineData("<query xmlns='urn:x'/>", "unsupported-stanza-type", XmppReason.UnsupportedStanzaType)]
    [InlineData("<message from='romeo@montague.example' to='alice@contoso.example'><body>x</body></message>", "invalid-from", XmppReason.InvalidFrom)]
    [InlineData("<message to='alice@contoso.example'><body>x</body></message>", "improper-addressing", XmppReason.ImproperAddressing)]
    [InlineData("<message from='juliet@capulet.example'><body>x</body></message>", "improper-addressing", XmppReason.ImproperAddressing)]
    [InlineData("<message from='juliet@capulet.example' to='x@fabrikam.example'><body>x</body></message>", "host-unknown", XmppReason.HostUnknown)]
    [InlineData("<message from='juliet@capulet.example' to='x@capulet.example'><body>x</body></message>", "host-unknown", XmppReason.HostUnknown)]
    [InlineData("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "bad-format", XmppReason.BadFormat)]
    [InlineData("<db:result from='capulet.example'>k</db:result>", "improper-addressing", XmppReason.DialbackMalformed)]
    public async Task An_authenticated_peer_that_misbehaves_hears_the_stream_error(string xml, string condition, XmppReason reason)
    {
        using var peer = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync(xml);
        await peer.HearEndAsync();

        Assert.Contains($"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", peer.Heard, StringComparison.Ordinal);
        Assert.EndsWith("</stream:stream>", peer.Heard, StringComparison.Ordinal);
        Assert.Equal(reason, await _node.EndedAsync());
        Assert.False(_node.Crossing.HasMessages);
    }

    [Fact]
    public async Task Oversize_is_a_policy_violation_and_is_never_kept()
    {
        using var peer = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>" + new string('x', 300_000));
        await peer.HearAsync("policy-violation");

        Assert.Equal(XmppReason.StanzaTooLarge, await _node.EndedAsync());
    }

    [Fact]
    public async Task Nobody_unproved_may_send_a_stanza_or_a_large_element()
    {
        using (var peer = await RawPeer.SecureAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example")))
        {
            await peer.HearAsync("</stream:features>");
            await peer.SendAsync(Stanza);
            await peer.HearAsync("<not-authorized");
        }
        Assert.Equal(XmppReason.NotAuthorized, await _node.EndedAsync());

        using var large = await RawPeer.SecureAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await large.SendAsync("<x>" + new string('x', 20_000));
        await large.HearAsync("policy-violation");
        Assert.Equal(XmppReason.StanzaTooLarge, await _node.EndedAsync());
        Assert.False(_node.Crossing.HasMessages);
    }

    [Fact]
    public async Task A_stanza_in_clear_is_refused()
    {
        using var peer = await RawPeer.ConnectAsync(_node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("<required/>");
        await peer.SendAsync(Stanza);
        await peer.HearAsync("<not-authorized");
        Assert.Equal(XmppReason.NotAuthorized, await _node.EndedAsync());
    }

    [Fact]
    public async Task Bytes_behind_starttls_are_discarded_and_the_stream_ends()
    {
        using var peer = await RawPeer.ConnectAsync(_node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        await peer.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + RawPeer.Header("capulet.example", "contoso.example") + Stanza);
        await peer.HearEndAsync();

        Assert.DoesNotContain("<proceed", peer.Heard, StringComparison.Ordinal);
        Assert.Equal(XmppReason.BytesBeforeTls, await _node.EndedAsync());
    }

    public static TheoryData<string> BadCertificates => ["expired", "wrong-name", "unknown-ca", "self-signed", "none"];

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task A_certificate_that_proves_nothing_ends_with_not_authorized(string kind)
    {
        var leaf = kind switch
        {
            "expired" => Node.Lab.Issue(LabLeafOptions.For("capulet.example") with { NotBefore = DateTimeOffset.UtcNow.AddDays(-20), NotAfter = DateTimeOffset.UtcNow.AddDays(-1) }),
            "wrong-name" => Node.Lab.Issue("montague.example"),
            "unknown-ca" => Node.Stranger.Issue("capulet.example"),
            "self-signed" => Node.Lab.Issue(LabLeafOptions.For("capulet.example") with { IsSelfSigned = true }),
            _ => null,
        };
        using var peer = await RawPeer.SecureAsync(_node, "capulet.example", leaf);
        await peer.HearAsync("<not-authorized");

        Assert.Equal(XmppReason.CertificateRefused, await _node.EndedAsync());
        await Deadline.Until(() => _node.Refusals.Snapshot().Any(refusal => refusal is { Subject: "capulet.example", Reason: "xmpp.CertificateRefused" }), "the refusal to be told");
    }

    [Theory]
    [InlineData("capulet.example", "contoso.example", TlsPolicy.Required, "xmpp.CertificateRefused")]
    [InlineData("capulet.example", "contoso.example", TlsPolicy.Forbidden, "xmpp.TlsForbidden")]
    [InlineData("capulet.example", "nobody.example", TlsPolicy.Required, "xmpp.HostUnknown")]
    [InlineData("montague.example", "contoso.example", TlsPolicy.Required, "xmpp.PeerUnknown")]
    public async Task A_stream_that_is_refused_at_its_header_is_told_once(string from, string to, TlsPolicy tls, string reason)
    {
        _node.Knows(_node.PeerOf("capulet.example", "127.0.0.1:1") with { Tls = tls });
        using var peer = await RawPeer.ConnectAsync(_node, _node.DirectTlsPort);
        await peer.TlsAsync("contoso.example", Node.Stranger.Issue(from));
        await peer.SendAsync(RawPeer.Header(from, to));
        await peer.HearAsync("</stream:stream>");
        peer.Dispose();
        await Deadline.Until(() => _node.Side.Streams.Count == 0, "the stream to be over");

        var told = Assert.Single(_node.Refusals.Snapshot(), refusal => refusal.Reason.StartsWith("xmpp.", StringComparison.Ordinal));
        Assert.Equal((from, reason, 1), (told.Subject, told.Reason, told.Count));
        _node.Knows(_node.PeerOf("capulet.example", "127.0.0.1:1"));
    }

    [Fact]
    public async Task A_right_certificate_for_a_domain_nobody_configured_is_refused()
    {
        using var peer = await RawPeer.SecureAsync(_node, "montague.example", Node.Lab.Issue("montague.example"));
        await peer.HearAsync("<not-authorized");
        Assert.Equal(XmppReason.PeerUnknown, await _node.EndedAsync());
    }

    [Fact]
    public async Task An_unknown_host_is_told_so()
    {
        using var peer = await RawPeer.ConnectAsync(_node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "nowhere.example"));
        await peer.HearAsync("<host-unknown");
        Assert.Equal(XmppReason.HostUnknown, await _node.EndedAsync());
    }

    [Fact]
    public async Task A_silent_connection_is_not_kept()
    {
        using var peer = await RawPeer.ConnectAsync(_node);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        _node.Time.Push(TimeSpan.FromSeconds(26));
        await peer.HearAsync("<connection-timeout");
        Assert.Equal(XmppReason.NegotiationTimeout, await _node.EndedAsync());
    }

    [Fact]
    public async Task A_wrong_dialback_key_is_invalid_and_the_stream_ends()
    {
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", $"127.0.0.1:{_node.Port}") with { AllowsDialback = true });
        _node.Knows(_node.PeerOf("capulet.example", $"127.0.0.1:{capulet.Port}") with { AllowsDialback = true });

        using var liar = await RawPeer.SecureAsync(_node, "capulet.example", Node.Stranger.Issue("capulet.example"));
        await liar.HearAsync("</stream:features>");
        await liar.SendAsync("<db:result from='capulet.example' to='contoso.example'>0000</db:result>");
        await liar.HearAsync("type='invalid'");
        await liar.HearEndAsync();

        Assert.Equal(XmppReason.DialbackInvalid, await _node.EndedAsync());
        Assert.False(_node.Crossing.HasMessages);
    }

    [Fact]
    public async Task A_server_that_never_answers_dialback_is_not_remembered_question_by_question()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        _node.Knows(_node.PeerOf("capulet.example", $"127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}") with { AllowsDialback = true, Tls = TlsPolicy.Optional });
        var sent = _node.SendAsync("juliet@capulet.example");
        using var server = await RawPeer.AcceptAsync(listener);
        await server.HearAsync("<stream:stream");
        await server.SendAsync(RawPeer.Header("capulet.example", "contoso.example").Replace("version=", "id='s1' version=", StringComparison.Ordinal));
        await server.SendAsync("<stream:features><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>");
        await server.HearAsync("</db:result>");
        await server.SendAsync("<db:result from='capulet.example' to='contoso.example' type='valid'/>");
        Assert.True((await sent).IsDelivered);

        using var asking = await RawPeer.ConnectAsync(_node);
        await asking.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await asking.HearAsync("</stream:features>");
        await asking.SendAsync("<db:result from='capulet.example' to='contoso.example'>0000</db:result>");
        await server.HearAsync("</db:verify>");
        Assert.Equal(1, _node.Side.OpenQuestions);
        _node.Time.Push(TimeSpan.FromSeconds(21));
        await asking.HearAsync("type='error'");
        Assert.Equal(0, _node.Side.OpenQuestions);
    }

    [Fact]
    public async Task Dialback_for_others_is_refused_by_kind()
    {
        using var peer = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<db:result from='capulet.example' to='contoso.example'>k</db:result>");
        await peer.HearAsync("type='valid'");
        peer.Forget();
        await peer.SendAsync("<db:result from='capulet.example' to='nowhere.example'>k</db:result>");
        await peer.HearAsync("<item-not-found");
        peer.Forget();
        await peer.SendAsync("<db:result from='montague.example' to='contoso.example'>k</db:result>");
        await peer.HearAsync("<not-acceptable");
        peer.Forget();
        await peer.SendAsync("<db:verify from='capulet.example' to='contoso.example' id='1'>k</db:verify>");
        await peer.HearAsync("type='invalid'");
        peer.Forget();
        // Answers nobody asked for change nothing.
        await peer.SendAsync("<db:verify from='montague.example' to='contoso.example' id='1' type='valid'/><db:result from='montague.example' to='contoso.example' type='valid'/>");
        await peer.SendAsync(Stanza.Replace("capulet", "montague", StringComparison.Ordinal));
        await peer.HearAsync("<invalid-from");
    }

    [Fact]
    public async Task A_malformed_recipient_ends_nobody_elses_stream()
    {
        using var peer = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<message from='juliet@capulet.example' to='al ice@contoso.example'><body>x</body></message>" + Stanza);

        Assert.Equal("hi", (await _node.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Fact]
    public async Task A_peer_that_is_removed_loses_its_stream()
    {
        using var peer = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        _node.Knows();
        await peer.SendAsync(Stanza);
        await peer.HearAsync("<not-authorized");
        Assert.Equal(XmppReason.PeerRemoved, await _node.EndedAsync());
        await InitializeAsync();
    }

    [Fact]
    public async Task A_room_addressed_here_is_refused_in_words()
    {
        await using var capulet = new Node("capulet.example");
        Node.Join(_node, capulet);
        using var peer = await RawPeer.AuthenticateAsync(_node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<message from='juliet@capulet.example' to='room@contoso.example' type='groupchat' id='g'><body>x</body></message>");

        Assert.Equal("service-unavailable", await capulet.LateErrorAsync());
    }
}
