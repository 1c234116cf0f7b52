using System.Security.Authentication;
using System.Text.Json.Nodes;
using Lab;
using Lab.Processes;
using Lab.Raw;

namespace Appliance.Tests.Interop;

/// <summary>
/// An OCS 2007 R2 edge as it was sold: TLS 1.0 and nothing else (field facts A2, H1). The record of that one peer allows it; nobody else gets it, neither over SIP nor over XMPP. The tests leave
/// the relaxation as they found it.
/// </summary>
#pragma warning disable SYSLIB0039, CA5397 // What is allowed to one and refused to all others has to be spoken.
public sealed class OldTlsTests(OldTlsTests.Fixture fixture) : SceneTests(fixture), IClassFixture<OldTlsTests.Fixture>
{
    public static TheoryData<string> Scenes => ["the-whole-conversation", "im-started-by-lync", "im-started-by-xmpp", "availability-lync-to-xmpp", "availability-xmpp-to-lync"];

    private Stage Stage => fixture.Stage;

    [Theory, MemberData(nameof(Scenes)), Item("PIF-089"), Item("OCS-089")]
    public async Task Scene_plays_over_TLS_1_0(string scene)
    {
        await PlayAsync(scene);
        Assert.Equal(0, Stage.Edge.Events.Count(e => e.Is("connected") && !e.Has("protocol", "Tls")));
    }

    [Fact, Item("PIF-089")]
    public async Task Both_sides_dial_with_TLS_1_0_and_the_relaxation_is_shown()
    {
        await Calls.NobodyNoticesAsync(Stage);
        await MessageOverOurOwnDialAsync();
        foreach (var inbound in (string[])["true", "false"])
            Assert.NotEqual(0, Stage.Edge.Events.Count(e => e.Is("connected") && e.Has("inbound", inbound) && e.Has("protocol", "Tls")));

        var (_, status) = await Stage.Gateway.VerbAsync("status", "--json");
        Assert.Contains("tlsVersionMin tls10: TLS 1.0 and 1.1 are spoken with it where it has nothing newer", status, StringComparison.Ordinal);
        Assert.Contains("Tls TLS_", status, StringComparison.Ordinal);
        Assert.Equal(1, await Stage.Gateway.MetricAsync("gateway_host_relaxations", "peer=\"contoso\"", "relaxation=\"tlsVersionMin tls10\""));
        await Stage.Gateway.LineAsync(
            "the relaxation in the log", l => l.Contains("relaxation in force for peer contoso: tlsVersionMin tls10", StringComparison.Ordinal), Stage.Soon);
        var (_, doctor) = await Stage.Gateway.VerbAsync("doctor", "contoso");
        Assert.Contains("TLS below 1.2 is spoken", doctor, StringComparison.Ordinal);
    }

    [Theory, Item("PIF-089")]
    [InlineData(SslProtocols.Tls)]
    [InlineData(SslProtocols.Tls11)]
    public async Task Strict_peer_with_old_TLS_is_refused_while_another_may_speak_it(SslProtocols version)
    {
        var refusal = await Refusal.ExpectAsync(Stage, "federation.TlsTooOld");
        using var connection = await RawConnection.OpenAsync(Stage.Parts.File.SipPort);
        await connection.StartTlsAsync(Stage.GatewayHost, Stage.Authority.Issue("strict", [RawSipPeer.Fqdn]), version);
        await connection.SendOrEndAsync(RawSipPeer.Options("old" + version));
        Assert.Equal("", await connection.ReadToEndAsync());
        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Theory, Clause("RFC 7590", "1")]
    [InlineData(SslProtocols.Tls)]
    [InlineData(SslProtocols.Tls11)]
    public async Task XMPP_listener_speaks_no_old_TLS_even_so(SslProtocols version)
    {
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.TlsFailed");
        using var connection = await RawConnection.OpenAsync(Stage.Parts.File.XmppPort);
        await connection.SendAsync($"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' from='{Stage.XmppDomain}' to='{Stage.SipDomain}' version='1.0'>");
        await connection.ReadUntilAsync("</stream:features>");
        await connection.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await connection.ReadUntilAsync("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await Assert.ThrowsAnyAsync<Exception>(() => connection.StartTlsAsync(Stage.SipDomain, null, version));
        await refusal.WasToldAsync();
    }

    [Fact, Item("PIF-089")]
    public async Task Without_the_relaxation_its_connections_end_with_the_reason_and_no_new_one_stands()
    {
        await Calls.NobodyNoticesAsync(Stage);
        var opened = Stage.Edge.Events.Count(e => e.Is("connected"));
        var refusal = await Refusal.ExpectAsync(Stage, "federation.TlsTooOld");
        await ReloadAsync("tls12");
        var ended = 0;
        await Stage.Edge.Events.SeeAsync("all connections over TLS 1.0 end", e => e.Is("disconnected") && ++ended == opened, Stage.Soon);
        await refusal.WasToldAsync();

        // Theirs is refused in the handshake, ours by their answer; the sender hears of it.
        var handshake = await Refusal.ExpectAsync(Stage, "transport.TlsTooOld");
        await Stage.Edge.DoAsync("dial");
        await handshake.WasToldAsync();
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await juliet.DoAsync("message", ("to", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("body", "hello?"), ("ref", "old1"));
        await juliet.TakeAsync("message", Stage.Soon, ("type", "error"), ("id", "old1"));
        await Stage.Gateway.LineAsync("what is wrong with the way to the edge", l => l.Contains("contoso cannot be reached: transport.TlsTooOld", StringComparison.Ordinal), Stage.Soon);

        await ReloadAsync("tls10");
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Theory, Item("PS-007")]
    [InlineData(true, "certificates.WeakSignature")]
    [InlineData(false, "certificates.WeakKey")]
    public async Task Weak_certificate_is_refused_unless_the_record_takes_it(bool isSha1, string reason)
    {
        var weak = Stage.Authority.IssueWeak("weak" + isSha1, ["sip.contoso.example"], isSha1);
        var good = Stage.Parts.EdgeOptions.Certificate!;
        var refusal = await Refusal.ExpectAsync(Stage, reason);
        await Stage.Edge.DoAsync("identity", ("cert", weak.CertificateFile), ("key", weak.KeyFile));
        await Stage.Edge.DoAsync("dial");
        await refusal.WasToldAsync();

        await ReloadAsync("tls10", isWeakTaken: true);
        var (_, status) = await Stage.Gateway.VerbAsync("status", "--json");
        Assert.Contains("weakCertificate: its certificates may be signed with SHA-1, and its RSA keys may have 1024 bits", status, StringComparison.Ordinal);
        await Calls.NobodyNoticesAsync(Stage);

        await Stage.Edge.DoAsync("identity", ("cert", good.CertificateFile), ("key", good.KeyFile));
        await ReloadAsync("tls10");
        await Calls.NobodyNoticesAsync(Stage);
    }

    /// <summary>The edge has no connection to us any more, so what Juliet writes goes over one that we dial.</summary>
    private async Task MessageOverOurOwnDialAsync()
    {
        await Stage.Gateway.RestartAsync();
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await juliet.DoAsync("message", ("to", bo), ("body", "over our own"));
        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "over our own"));
    }

    private async Task ReloadAsync(string version, bool isWeakTaken = false)
    {
        var document = Stage.Parts.File.Document();
        var peer = (JsonObject)document["peers"]![0]!;
        (peer["tlsVersionMin"], peer["weakCertificate"]) = (version, isWeakTaken);
        await File.WriteAllTextAsync(Path.Combine(Stage.Directory.Root, "appliance.json"), document.ToJsonString());
        await Stage.Gateway.ReloadAsync();
    }

    public sealed class Fixture() : StageFixture(new StageOptions("ocs2007r2")
    {
        EdgeArguments = ["--tls", "profile"],
        Adjust = file => file["peers"]![0]!["tlsVersionMin"] = "tls10",
    });
}
#pragma warning restore SYSLIB0039, CA5397
