using Certificates;
using Conformance;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>Which cells of the trust matrix come up, and why the others do not: RFC 6120 §13.7, XEP-0178, XEP-0220, XEP-0368.</summary>
public sealed class TrustPolicyTests
{
    private static readonly string[] s_certificates = ["valid", "server-auth-only", "self-signed", "expired", "wrong-name", "unknown-ca"];

    public static TheoryData<bool, string, string> Cells()
    {
        var cells = new TheoryData<bool, string, string>();
        foreach (bool isDirect in (bool[])[false, true])
            foreach (string policy in (string[])["strict", "required", "preferred+dialback", "off+dialback", "self-signed+dialback"])
                foreach (string certificate in s_certificates)
                    cells.Add(isDirect, policy, certificate);
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    [Item("RN-079")]
    [Item("RN-080")]
    [Item("RN-081")]
    [Item("RN-082")]
    [Item("PSB-026")]
    [Clause("RFC 6120", "13.7.1.2")]
    [Clause("XEP-0178", "3")]
    public async Task Exactly_the_cells_that_policy_allows_come_up(bool isDirect, string policy, string certificate)
    {
        await using var contoso = new Node("contoso.example", Issue("contoso.example", certificate));
        await using var capulet = new Node("capulet.example", Issue("capulet.example", certificate));
        contoso.Knows(Under(policy, contoso.PeerOf(capulet.Domain, $"127.0.0.1:{(isDirect ? capulet.DirectTlsPort : capulet.Port)}")) with { IsDirectTls = isDirect });
        capulet.Knows(Under(policy, capulet.PeerOf(contoso.Domain, $"127.0.0.1:{(isDirect ? contoso.DirectTlsPort : contoso.Port)}")) with { IsDirectTls = isDirect });

        var outcome = await contoso.SendAsync("juliet@capulet.example");

        var (expected, refusal) = Oracle(policy, certificate);
        if (expected is null)
        {
            Assert.Equal(refusal, outcome.Failure!.Reason);
            Assert.False(capulet.Crossing.HasMessages);
            return;
        }
        Assert.True(outcome.IsDelivered, outcome.Failure?.Reason);
        Assert.Equal(expected, (await capulet.Crossing.MessageAsync()).Principal.ProvedBy);
    }

    // Computed apart from the product: what the peer's record says must happen.
    private static (Proof? Proof, string Refusal) Oracle(string policy, string certificate)
    {
        bool isGood = certificate is "valid" or "server-auth-only";
        bool mayDialback = policy.EndsWith("+dialback", StringComparison.Ordinal) && (certificate != "self-signed" || policy.StartsWith("self-signed", StringComparison.Ordinal));
        if (isGood && !policy.StartsWith("off", StringComparison.Ordinal)) return (Proof.SaslExternal, "");
        if (mayDialback) return (Proof.DialbackOverTls, "");
        return (null, "xmpp.CertificateRefused");
    }

    private static PeerModel Under(string policy, PeerModel peer) => policy switch
    {
        "required" => peer with { External = ExternalPolicy.Required },
        "preferred+dialback" => peer with { AllowsDialback = true },
        "off+dialback" => peer with { AllowsDialback = true, External = ExternalPolicy.Off },
        "self-signed+dialback" => peer with { AllowsDialback = true, AllowsSelfSigned = true },
        _ => peer,
    };

    private static LabLeaf Issue(string domain, string certificate) => certificate switch
    {
        "expired" => Node.Lab.Issue(LabLeafOptions.For(domain) with { NotBefore = DateTimeOffset.UtcNow.AddDays(-20), NotAfter = DateTimeOffset.UtcNow.AddDays(-1) }),
        "wrong-name" => Node.Lab.Issue("montague.example"),
        "unknown-ca" => Node.Stranger.Issue(domain),
        "self-signed" => Node.Lab.Issue(LabLeafOptions.For(domain) with { IsSelfSigned = true }),
        "server-auth-only" => Node.Lab.Issue(LabLeafOptions.For(domain) with { Usage = LabUsage.ServerAuth }),
        _ => Node.Lab.Issue(domain),
    };

    [Theory]
    [InlineData("expired", "Expired")]
    [InlineData("self-signed", "SelfSigned")]
    [InlineData("wrong-name", "WrongName")]
    [Item("RN-081")]
    public async Task A_certificate_of_ours_that_the_peer_refuses_is_told_with_its_fault_on_our_side_too(string certificate, string fault)
    {
        await using var contoso = new Node("contoso.example", Issue("contoso.example", certificate));
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        string words = $"Our certificate 'own' does not prove contoso.example: {fault}.";

        Assert.False((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
        Assert.Contains(contoso.Refusals.Snapshot(), r => r.Subject == "peer-capulet.example" && r.Text.Contains(words, StringComparison.Ordinal));

        Assert.Equal("xmpp.CertificateRefused", (await capulet.SendAsync("bo@contoso.example")).Failure!.Reason);
        await Deadline.Until(() => contoso.Refusals.Snapshot().Any(r => r.Subject == "capulet.example" && r.Text.Contains(words, StringComparison.Ordinal)), "the peer's refusal to be told");
    }

    [Theory]
    [InlineData(TlsPolicy.Optional, TlsPolicy.Forbidden, Proof.DialbackInClear, "")]
    [InlineData(TlsPolicy.Forbidden, TlsPolicy.Optional, Proof.DialbackInClear, "")]
    [InlineData(TlsPolicy.Optional, TlsPolicy.Optional, Proof.SaslExternal, "")]
    [InlineData(TlsPolicy.Forbidden, TlsPolicy.Required, null, "xmpp.TlsForbidden")]
    [InlineData(TlsPolicy.Required, TlsPolicy.Forbidden, null, "xmpp.TlsRequired")]
    [Item("RN-082")]
    [Clause("XEP-0220", "2.4")]
    public async Task TLS_is_used_left_or_demanded_as_both_records_say(TlsPolicy ours, TlsPolicy theirs, Proof? proof, string refusal)
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        contoso.Knows(contoso.PeerOf(capulet.Domain, $"127.0.0.1:{capulet.Port}") with { AllowsDialback = true, Tls = ours });
        capulet.Knows(capulet.PeerOf(contoso.Domain, $"127.0.0.1:{contoso.Port}") with { AllowsDialback = true, Tls = theirs });

        var outcome = await contoso.SendAsync("juliet@capulet.example");

        if (proof is null)
        {
            Assert.Equal(refusal, outcome.Failure!.Reason);
            return;
        }
        Assert.Equal(proof, (await capulet.Crossing.MessageAsync()).Principal.ProvedBy);
        // Both sides say what the stream rests on.
        Assert.Equal(proof == Proof.DialbackInClear, Assert.Single(contoso.Side.Streams, s => !s.IsInbound).Trust.Contains("capulet.example: dialback in clear"));
        Assert.Equal(proof == Proof.DialbackInClear, Assert.Single(capulet.Side.Streams, s => s.IsInbound).Trust.Contains("contoso.example: dialback in clear"));
    }

    [Fact]
    [Item("RN-082")]
    [Clause("XEP-0178", "3")]
    public async Task A_server_that_ends_the_stream_with_its_refusal_of_EXTERNAL_is_asked_again_by_dialback()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { AllowsDialback = true });
        var sent = contoso.SendAsync("juliet@capulet.example");

        using (var first = await server.AcceptSecuredAsync("capulet.example", "contoso.example"))
        {
            await first.SendAsync(ScriptedServer.Features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>", dialback: true));
            await first.HearAsync("</auth>");
            await first.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure></stream:stream>");
        }
        using var second = await server.AcceptSecuredAsync("capulet.example", "contoso.example");
        await second.SendAsync(ScriptedServer.Features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>", dialback: true));
        await second.HearAsync("</db:result>");
        Assert.DoesNotContain("<auth", second.Heard, StringComparison.Ordinal);
        await second.SendAsync("<db:result from='capulet.example' to='contoso.example' type='valid'/>");

        Assert.True((await sent).IsDelivered);
    }

    [Fact]
    public async Task A_record_that_changes_while_we_negotiate_is_the_one_that_counts()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        var lenient = contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { AllowsDialback = true };
        contoso.Knows(lenient);
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptSecuredAsync("capulet.example", "contoso.example");

        contoso.Knows(lenient with { AllowsDialback = false });
        await peer.SendAsync(ScriptedServer.Features("", dialback: true));
        await peer.HearAsync("</db:result>");
        await peer.SendAsync("<db:result from='capulet.example' to='contoso.example' type='valid'/>");

        Assert.Equal("xmpp.TrustWithdrawn", (await sent).Failure!.Reason);
    }

    [Fact]
    [Item("PS-122")]
    [Clause("XEP-0368", "3")]
    public async Task Direct_TLS_and_STARTTLS_records_are_mixed_by_priority_and_a_place_that_fails_leads_to_the_next()
    {
        await using var contoso = new Node("contoso.example");
        await using var wrong = new Node("capulet.example", Node.Stranger.Issue("capulet.example"));
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        wrong.Knows(wrong.PeerOf("contoso.example", "127.0.0.1:1"));
        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [], AllowsPrivateTargets = true });
        contoso.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)wrong.Port, "one.capulet.example"), new SrvRecord(9, 1, 1, "dead.capulet.example"))
            .Service("_xmpps-server._tcp.capulet.example", new SrvRecord(2, 1, (ushort)capulet.DirectTlsPort, "two.capulet.example"))
            .Host("one.capulet.example", "127.0.0.1").Host("two.capulet.example", "127.0.0.1").Host("dead.capulet.example", "127.0.0.1");

        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);

        Assert.Equal(XmppReason.CertificateRefused, await contoso.EndedAsync());
        Assert.Equal(capulet.DirectTlsPort, int.Parse(Assert.Single(contoso.Side.Streams, s => s.Phase == "Open").Remote.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    [Clause("XEP-0368", "3")]
    public async Task Direct_TLS_answers_by_SNI_and_takes_no_other_protocol()
    {
        await using var contoso = new Node("contoso.example");
        using var peer = await RawPeer.ConnectAsync(contoso, contoso.DirectTlsPort);
        Assert.Contains("CN=contoso.example", (await peer.TlsAsync("contoso.example", null, "xmpp-server")).Subject, StringComparison.Ordinal);

        using var web = await RawPeer.ConnectAsync(contoso, contoso.DirectTlsPort);
        await Assert.ThrowsAnyAsync<Exception>(() => web.TlsAsync("contoso.example", null, "h2"));
    }

    [Fact]
    public async Task TLS_is_not_offered_again_on_a_stream_that_began_with_it()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.ConnectAsync(contoso, contoso.DirectTlsPort);
        await peer.TlsAsync("contoso.example", Node.Lab.Issue("capulet.example"), "xmpp-server");
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");

        Assert.Contains("EXTERNAL", peer.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain("starttls", peer.Heard, StringComparison.Ordinal);
    }

    [Fact]
    [Item("RN-082")]
    [Clause("XEP-0220", "2.5")]
    public async Task A_key_that_came_in_clear_is_refused_with_the_reason_in_sight_and_the_stream_stays()
    {
        await using var contoso = new Node("contoso.example");
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1") with { AllowsDialback = true });
        using var peer = await RawPeer.ConnectAsync(contoso);
        await peer.SendAsync(RawPeer.Header("capulet.example", "contoso.example"));
        await peer.HearAsync("</stream:features>");
        await peer.SendAsync("<db:result from='capulet.example' to='contoso.example'>00</db:result>");
        await peer.HearAsync("<policy-violation");

        Assert.Equal(("capulet.example", "xmpp.TlsRequired"), contoso.Refusals.Snapshot().Select(r => (r.Subject, r.Reason)).Single());
        Assert.Single(contoso.Side.Streams);
    }

    [Fact]
    [Item("RN-082")]
    public async Task A_withdrawn_certificate_is_not_replaced_by_dialback()
    {
        var leaf = Node.Lab.Issue("capulet.example");
        await using var contoso = new Node("contoso.example");
        contoso.Certificates.Current = new CertificateSet(2, contoso.Certificates.Current.Own, [new TrustSet("default", [Node.Lab.Root], withdrawn: [Fingerprints.Of(leaf.Certificate)])]);
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1") with { AllowsDialback = true });
        using var peer = await RawPeer.SecureAsync(contoso, "capulet.example", leaf);
        await peer.HearAsync("<not-authorized");

        Assert.Equal(XmppReason.CertificateRefused, await contoso.EndedAsync());
    }
}
