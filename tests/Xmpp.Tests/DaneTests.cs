using System.Globalization;
using System.Security.Cryptography;
using Certificates;
using Conformance;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Xmpp.Tests;

/// <summary>DANE as a further way to trust a server we dial: RFC 7673, with the rules of RFC 6698 and RFC 7671.</summary>
public sealed class DaneTests
{
    [Theory]
    [InlineData("3 1 1", DnsSecurity.Secure, true)]
    [InlineData("3 0 2", DnsSecurity.Secure, true)]
    [InlineData("3 1 1 other", DnsSecurity.Secure, false)]
    [InlineData("3 1 1", DnsSecurity.Insecure, false)]
    [InlineData("3 1 1", DnsSecurity.Bogus, false)]
    [InlineData("9 1 1", DnsSecurity.Secure, false)]
    [InlineData("1 1 1", DnsSecurity.Secure, false)]
    [Clause("RFC 7673", "3.4")]
    [Clause("RFC 7673", "4")]
    [Clause("RFC 6698", "2.1")]
    [Clause("RFC 6698", "4.1")]
    [Clause("RFC 7671", "5.1")]
    public async Task A_server_of_an_unknown_authority_is_proved_by_its_TLSA_record_under_DNSSEC_and_by_nothing_less(string record, DnsSecurity security, bool isProved)
    {
        var leaf = Node.Stranger.Issue("elsewhere.example");
        await using var contoso = new Node("contoso.example", resolver: new TableResolver { IsSecure = true });
        await using var capulet = new Node("capulet.example", leaf);
        Prepare(contoso, capulet, uses: true);
        contoso.Resolver.Tlsa("xmpp.capulet.example", capulet.Port, security, Record(record, leaf));

        var outcome = await contoso.SendAsync("juliet@capulet.example");

        Assert.Equal(isProved, outcome.IsDelivered);
        if (isProved) Assert.Contains("tlsa 3", Assert.Single(Assert.Single(contoso.Side.Streams).Trust), StringComparison.Ordinal);
        else Assert.Equal("xmpp.CertificateRefused", outcome.Failure!.Reason);
    }

    [Fact]
    [Clause("RFC 7673", "4")]
    public async Task Without_a_word_in_the_record_or_with_a_path_that_is_not_secure_TLSA_counts_for_nothing()
    {
        var leaf = Node.Stranger.Issue("capulet.example");
        await using var capulet = new Node("capulet.example", leaf);
        await using var silent = new Node("contoso.example", resolver: new TableResolver { IsSecure = true });
        Prepare(silent, capulet, uses: false);
        silent.Resolver.Tlsa("xmpp.capulet.example", capulet.Port, DnsSecurity.Secure, Record("3 1 1", leaf));
        Assert.Equal("xmpp.CertificateRefused", (await silent.SendAsync("juliet@capulet.example")).Failure!.Reason);

        await using var insecure = new Node("contoso.example", resolver: new TableResolver());
        Prepare(insecure, capulet, uses: true);
        insecure.Resolver.Tlsa("xmpp.capulet.example", capulet.Port, DnsSecurity.Secure, Record("3 1 1", leaf));
        Assert.Equal("xmpp.CertificateRefused", (await insecure.SendAsync("juliet@capulet.example")).Failure!.Reason);
    }

    [Fact]
    [Clause("RFC 7673", "4")]
    [Clause("RFC 6698", "2.1")]
    public async Task A_certificate_for_the_host_that_a_secure_record_names_is_enough_under_a_known_authority()
    {
        var leaf = Node.Lab.Issue("xmpp.capulet.example");
        await using var contoso = new Node("contoso.example", resolver: new TableResolver { IsSecure = true });
        await using var capulet = new Node("capulet.example", leaf);
        Prepare(contoso, capulet, uses: true);
        contoso.Resolver.Tlsa("xmpp.capulet.example", capulet.Port, DnsSecurity.Secure, Record("1 1 1", leaf));

        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
    }

    [Theory, Clause("RFC 7673", "4.1")]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Without_a_TLSA_record_too_the_host_that_a_secure_record_names_counts_beside_the_domain(bool isSecure, bool uses, bool isProved)
    {
        await using var contoso = new Node("contoso.example", resolver: new TableResolver { IsSecure = isSecure });
        await using var capulet = new Node("capulet.example", Node.Lab.Issue("xmpp.capulet.example"));
        Prepare(contoso, capulet, uses);

        Assert.Equal(isProved ? null : "xmpp.CertificateRefused", (await contoso.SendAsync("juliet@capulet.example")).Failure?.Reason);
    }

    [Theory, Clause("RFC 7673", "4.2"), Clause("RFC 6698", "2.1")]
    [InlineData("3 1 1 other", false)]
    [InlineData("9 1 1 other", true)]
    public async Task Who_is_not_the_server_that_its_domains_records_name_is_not_spoken_to_by_dialback_either(string record, bool isSpokenTo)
    {
        var leaf = Node.Stranger.Issue("capulet.example");
        await using var contoso = new Node("contoso.example", resolver: new TableResolver { IsSecure = true });
        await using var capulet = new Node("capulet.example", leaf);
        Prepare(contoso, capulet, uses: true, peer => peer with { AllowsDialback = true });
        capulet.Knows(capulet.PeerOf("contoso.example", $"127.0.0.1:{contoso.Port}") with { AllowsDialback = true });
        contoso.Resolver.Tlsa("xmpp.capulet.example", capulet.Port, DnsSecurity.Secure, Record(record, leaf));

        Assert.Equal(isSpokenTo ? null : "xmpp.CertificateRefused", (await contoso.SendAsync("juliet@capulet.example")).Failure?.Reason);
    }

    [Fact]
    [Clause("RFC 7673", "3.4")]
    public async Task A_server_whose_TLSA_answer_fails_its_proof_is_not_connected_to_however_good_its_certificate()
    {
        await using var contoso = new Node("contoso.example", resolver: new TableResolver { IsSecure = true });
        await using var capulet = new Node("capulet.example");
        Prepare(contoso, capulet, uses: true);
        contoso.Resolver.Tlsa("xmpp.capulet.example", capulet.Port, DnsSecurity.Bogus);

        Assert.Equal("xmpp.CertificateRefused", (await contoso.SendAsync("juliet@capulet.example")).Failure!.Reason);
        Assert.Equal(0, capulet.Hub.BytesIn);
    }

    [Fact]
    [Clause("RFC 7673", "4.1")]
    public async Task A_host_that_no_proof_names_is_no_name_of_the_domain()
    {
        await using var contoso = new Node("contoso.example", resolver: new TableResolver());
        await using var capulet = new Node("capulet.example", Node.Lab.Issue("xmpp.capulet.example"));
        Prepare(contoso, capulet, uses: true);
        contoso.Resolver.Tlsa("xmpp.capulet.example", capulet.Port, DnsSecurity.Insecure, Record("1 1 1", Node.Lab.Issue("xmpp.capulet.example")));

        Assert.Equal("xmpp.CertificateRefused", (await contoso.SendAsync("juliet@capulet.example")).Failure!.Reason);
    }

    [Theory]
    [InlineData("3 1 1", "xmpp.TlsRequired")]
    [InlineData("9 1 1", "")]
    [Clause("RFC 7673", "3.4")]
    [Clause("RFC 7673", "4")]
    public async Task Where_usable_records_are_proved_nothing_crosses_in_clear_though_the_peers_record_would_allow_it(string record, string reason)
    {
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        await using var contoso = new Node("contoso.example", resolver: new TableResolver { IsSecure = true });
        contoso.Knows(contoso.PeerOf("capulet.example", "") with { Addresses = [], AllowsPrivateTargets = true, UsesDane = true, Tls = TlsPolicy.Optional, AllowsDialback = true });
        contoso.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)server.Port, "xmpp.capulet.example")).Host("xmpp.capulet.example", "127.0.0.1");
        contoso.Resolver.Tlsa("xmpp.capulet.example", server.Port, DnsSecurity.Secure, Record(record, Node.Lab.Issue("capulet.example")));

        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptOpenAsync("capulet.example", "contoso.example");
        await peer.SendAsync(ScriptedServer.Features("", dialback: true));
        if (reason.Length == 0)
        {
            await peer.HearAsync("<db:result");
            return;
        }

        // TLS is asked for all the same; who has none says so.
        await peer.HearAsync("<starttls");
        await peer.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>");
        Assert.Equal(reason, (await sent).Failure!.Reason);
        Assert.DoesNotContain("<db:result", peer.Heard, StringComparison.Ordinal);
    }

    private static void Prepare(Node contoso, Node capulet, bool uses, Func<PeerModel, PeerModel>? change = null)
    {
        capulet.Knows(capulet.PeerOf("contoso.example", "127.0.0.1:1"));
        var record = contoso.PeerOf("capulet.example", "") with { Addresses = [], AllowsPrivateTargets = true, UsesDane = uses };
        contoso.Knows(change is null ? record : change(record));
        contoso.Resolver.Service("_xmpp-server._tcp.capulet.example", new SrvRecord(1, 1, (ushort)capulet.Port, "xmpp.capulet.example")).Host("xmpp.capulet.example", "127.0.0.1");
    }

    private static TlsaRecord Record(string text, LabLeaf leaf)
    {
        string[] parts = text.Split(' ');
        byte[] numbers = [.. parts.Take(3).Select(part => byte.Parse(part, CultureInfo.InvariantCulture))];
        var (usage, selector, matching) = (numbers[0], numbers[1], numbers[2]);
        byte[] selected = selector == 0 ? leaf.Certificate.RawData : leaf.Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        byte[] data = matching == 1 ? SHA256.HashData(selected) : SHA512.HashData(selected);
        if (parts.Length > 3) data[0] ^= 1;
        return new TlsaRecord(usage, selector, matching, data);
    }
}
