using Lab;
using Lab.Raw;
using Lab.Sip;
using Lab.Trust;

namespace Appliance.Tests;

/// <summary>What a SIP peer may not do, and that the refusal is told on the wire, in the log, in the metric and in <c>status</c>, while the good peer never notices.</summary>
public abstract class SipRefusals(StageFixture fixture)
{
    private Stage Stage => fixture.Stage;

    private int Port => Stage.Parts.File.SipPort;

    [Fact]
    public async Task Client_without_certificate_is_refused()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "transport.CertificateMissing");
        using var connection = await RawConnection.OpenAsync(Port);
        await StartAnywayAsync(connection, null);
        Assert.DoesNotContain("SIP/2.0", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await OthersNeverNoticeAsync();
    }

    [Theory]
    [InlineData("unknown-ca", "certificates.UnknownCa")]
    [InlineData("expired", "certificates.Expired")]
    [InlineData("wrong-name", "certificates.WrongName")]
    [InlineData("wildcard", "certificates.WrongName")]
    public async Task Certificate_that_does_not_prove_the_edge_is_refused(string fault, string reason)
    {
        using var foreign = new LabAuthority(Stage.Directory.Folder("certs-" + fault), "Somebody else");
        var certificate = fault switch
        {
            "unknown-ca" => foreign.Issue("edge", ["sip.contoso.example"]),
            "wildcard" => Stage.Authority.Issue("wildcard", ["*.contoso.example"]),
            "expired" => Stage.Authority.Issue("expired", ["sip.contoso.example"], isExpired: true),
            _ => Stage.Authority.Issue("wrong", ["sip.fabrikam.example"]),
        };
        var refusal = await Refusal.ExpectAsync(Stage, reason);
        using var connection = await RawConnection.OpenAsync(Port);
        if (await StartAnywayAsync(connection, certificate))
            await connection.SendOrEndAsync(RawSipPeer.Request("SUBSCRIBE", "bo@contoso.example", "juliet@jabber.example", "c" + fault, "Event: presence\r\n"));
        // Either the handshake or the first request is refused; a success is never said.
        Assert.DoesNotContain("SIP/2.0 2", await ReadAnswerOrEndAsync(connection), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await OthersNeverNoticeAsync();
    }

    [Fact]
    public async Task Right_certificate_with_a_foreign_From_domain_is_answered_403()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "federation.FromDomainNotAllowed");
        using var peer = await PeerAsync("foreign");
        await peer.Connection.SendAsync(RawSipPeer.Request("SUBSCRIBE", "mallory@fabrikam.example", "juliet@jabber.example", "foreign1", "Event: presence\r\n"));
        Assert.StartsWith("SIP/2.0 403", await peer.AnswerAsync(), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await OthersNeverNoticeAsync();
    }

    [Theory]
    [InlineData("juliet@nowhere.example", "SIP/2.0 404", "federation.UnknownDomain")]
    [InlineData("juliet@blocked.example", "SIP/2.0 403", "federation.DomainBlocked")]
    public async Task Domain_that_is_not_served_is_refused(string to, string answer, string reason)
    {
        var refusal = await Refusal.ExpectAsync(Stage, reason);
        using var peer = await PeerAsync("domain");
        await peer.Connection.SendAsync(RawSipPeer.Request("SUBSCRIBE", "bo@raw.example", to, "domain" + to.Length, "Event: presence\r\n"));
        Assert.StartsWith(answer, await peer.AnswerAsync(), StringComparison.Ordinal);
        await refusal.WasToldAsync();
    }

    [Fact]
    public async Task ServerAuth_only_certificate_of_a_real_edge_is_accepted()
    {
        using var peer = await PeerAsync("serverauth");
        await peer.Connection.SendAsync(RawSipPeer.Options("serverauth1"));
        Assert.StartsWith("SIP/2.0 200", await peer.AnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Malformed_request_is_answered_400_or_ends_the_connection()
    {
        using var peer = await PeerAsync("malformed");
        var refusal = await Refusal.ExpectAsync(Stage, "sip.CSeqInvalid");
        await peer.Connection.SendAsync(RawSipPeer.Options("malformed1").Replace("CSeq: 1 OPTIONS", "CSeq: one OPTIONS", StringComparison.Ordinal));
        var answer = await ReadAnswerOrEndAsync(peer.Connection);
        Assert.DoesNotContain("SIP/2.0 200", answer, StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await OthersNeverNoticeAsync();
    }

    [Fact]
    public async Task Bytes_that_are_no_SIP_end_the_connection()
    {
        using var peer = await PeerAsync("garbage");
        await peer.Connection.SendOrEndAsync("GET / HTTP/1.1\r\nHost: gw.jabber.example\r\nContent-Length: 0\r\n\r\n");
        Assert.DoesNotContain("SIP/2.0 200", await peer.Connection.ReadToEndAsync(), StringComparison.Ordinal);
        await OthersNeverNoticeAsync();
    }

    [Fact]
    public async Task Oversize_head_ends_the_connection_with_its_reason()
    {
        using var peer = await PeerAsync("oversize");
        var refusal = await Refusal.ExpectAsync(Stage, "sip.HeadTooLarge");
        await peer.Connection.SendOrEndAsync("OPTIONS sip:gw.jabber.example SIP/2.0\r\nX-Padding: " + new string('x', 400_000));
        await peer.Connection.ReadToEndAsync();
        await refusal.WasToldAsync();
        await OthersNeverNoticeAsync();
    }

    [Fact]
    public async Task Oversize_body_is_refused_before_it_comes()
    {
        using var peer = await PeerAsync("body");
        var refusal = await Refusal.ExpectAsync(Stage, "sip.BodyTooLarge");
        await peer.Connection.SendAsync(RawSipPeer.Options("body1").Replace("Content-Length: 0", "Content-Length: 999999999", StringComparison.Ordinal));
        Assert.DoesNotContain("SIP/2.0 200", await ReadAnswerOrEndAsync(peer.Connection), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await OthersNeverNoticeAsync();
    }

    [Fact]
    public async Task One_byte_writes_are_only_slow()
    {
        using var peer = await PeerAsync("drip");
        var dripping = peer.Connection.DripAsync(RawSipPeer.Options("drip1"));
        await OthersNeverNoticeAsync();
        await dripping;
        Assert.StartsWith("SIP/2.0 200", await peer.AnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_cannot_speak_in_a_dialog_of_another_peer()
    {
        using var one = await PeerAsync("owner");
        using var other = await PeerAsync("stranger");
        await other.Connection.SendAsync(RawSipPeer.Request("NOTIFY", "bo@raw.example", "juliet@jabber.example;tag=nosuch", "nosuchdialog", "Event: presence\r\nSubscription-State: active\r\n"));
        Assert.StartsWith("SIP/2.0 481", await other.AnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edge_that_does_not_prove_its_name_is_told_nothing_when_we_dial_it()
    {
        var wrong = Stage.Authority.Issue("listener-wrong", ["sip.fabrikam.example"]);
        var refusal = await Refusal.ExpectAsync(Stage, "certificates.WrongName");
        await Stage.Edge.DoAsync("identity", ("cert", wrong.CertificateFile), ("key", wrong.KeyFile));
        try
        {
            var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
            var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
            await juliet.DoAsync("message", ("to", bo), ("body", "a secret"), ("ref", "s1"));
            await juliet.TakeAsync("message", Stage.Soon, ("type", "error"), ("id", "s1"));
            await refusal.WasToldAsync();
        }
        finally
        {
            var right = Stage.Authority.Issue("listener-right", ["sip.contoso.example"]);
            await Stage.Edge.DoAsync("identity", ("cert", right.CertificateFile), ("key", right.KeyFile));
        }

        await Calls.NobodyNoticesAsync(Stage);
    }

    private async Task<RawSipPeer> PeerAsync(string name) => await RawSipPeer.ConnectAsync(Port, Stage.Authority.Issue("raw-" + name, [RawSipPeer.Fqdn]));

    private static async Task<bool> StartAnywayAsync(RawConnection connection, LabCertificate? certificate)
    {
        try
        {
            await connection.StartTlsAsync(Stage.GatewayHost, certificate);
            return true;
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false; // refused within the handshake
        }
    }

    private static Task<string> ReadAnswerOrEndAsync(RawConnection connection) => connection.ReadUntilOrEndAsync("\r\n\r\n");

    private Task OthersNeverNoticeAsync() => Calls.NobodyNoticesAsync(Stage);
}
