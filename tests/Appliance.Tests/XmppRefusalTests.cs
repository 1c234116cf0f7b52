using Lab;
using Lab.Raw;
using Lab.Trust;

namespace Appliance.Tests;

/// <summary>What an XMPP server may not do, told on the wire, in the log, in the metric and in <c>status</c>, while the good server never notices.</summary>
[Collection(nameof(RefusalStage))]
public sealed class XmppRefusalTests(RefusalStage fixture)
{
    private Stage Stage => fixture.Stage;

    private int Port => Stage.Parts.File.XmppPort;

    [Fact]
    public async Task Stream_to_a_domain_we_do_not_show_is_host_unknown()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.HostUnknown");
        using var connection = await RawConnection.OpenAsync(Port);
        await connection.SendAsync(RawXmppServer.Header(Stage.XmppDomain, "nowhere.example"));
        Assert.Contains("<host-unknown", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await refusal.WasToldAsync();
    }

    [Theory]
    [InlineData("none", "certificates.NoCertificate")]
    [InlineData("unknown-ca", "certificates.UnknownCa")]
    [InlineData("expired", "certificates.Expired")]
    [InlineData("wrong-name", "certificates.WrongName")]
    public async Task Server_whose_certificate_does_not_prove_its_domain_is_not_authorized(string fault, string reason)
    {
        using var foreign = new LabAuthority(Stage.Directory.Folder("certs-xmpp-" + fault), "Somebody else");
        var certificate = fault switch
        {
            "none" => null,
            "unknown-ca" => foreign.Issue("server", [Stage.XmppDomain], LabCertificateKind.Both),
            "expired" => Stage.Authority.Issue("xmpp-expired", [Stage.XmppDomain], LabCertificateKind.Both, isExpired: true),
            _ => Stage.Authority.Issue("xmpp-wrong", ["montague.example"], LabCertificateKind.Both),
        };
        var refusal = await Refusal.ExpectAsync(Stage, reason);
        using var server = await RawXmppServer.ConnectAsync(Port, Stage.XmppDomain, Stage.SipDomain);
        var answer = await server.SecureAsync(certificate);
        Assert.DoesNotContain("EXTERNAL", answer, StringComparison.Ordinal);
        Assert.Contains("<not-authorized", answer, StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task Name_in_a_certificate_steers_no_terminal_in_log_and_status()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "certificates.WrongName");
        using var server = await RawXmppServer.ConnectAsync(Port, Stage.XmppDomain, Stage.SipDomain);
        await server.SecureAsync(Stage.Authority.Issue("xmpp-escape", ["montague.example"], LabCertificateKind.Both, commonName: "steers\u001b[2J\u009b31m"));
        await refusal.WasToldAsync();

        const string Harmless = "steers\\u001b[2J\\u009b31m";
        await Stage.Gateway.LineAsync("a log line with the name as it is", l => l.Contains(Harmless, StringComparison.Ordinal), Stage.Soon);
        var (code, status) = await Stage.Gateway.VerbAsync("status");
        Assert.Equal(0, code);
        Assert.Contains("u001b", status, StringComparison.Ordinal);
        Assert.DoesNotContain(status, c => char.IsControl(c) && c is not ('\r' or '\n' or '\t'));
        Assert.DoesNotContain(Stage.Gateway.Process.Lines.All(), l => l.Contains('\u001b', StringComparison.Ordinal) || l.Contains('\u009b', StringComparison.Ordinal));
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task From_domain_that_the_stream_did_not_prove_is_invalid_from()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.InvalidFrom");
        using var server = await AuthenticatedAsync("raw-from");
        await server.Connection.SendAsync($"<message from='mallory@montague.example' to='bo@{Stage.SipDomain}'><body>forged</body></message>");
        Assert.Contains("<invalid-from", await server.Connection.ReadToEndAsync(), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task Blocked_domain_is_refused_though_its_certificate_is_good()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "federation.DomainBlocked");
        using var server = await RawXmppServer.ConnectAsync(Port, "blocked.example", Stage.SipDomain);
        var certificate = Stage.Authority.Issue("raw-blocked", ["blocked.example"], LabCertificateKind.Both);
        // Whether at the stream, at SASL or at the first stanza: a stanza of a blocked domain never passes.
        try
        {
            await server.SecureAsync(certificate);
            await server.AuthenticateAsync();
            await server.Connection.SendAsync($"<message id='b1' from='mallory@blocked.example' to='bo@{Stage.SipDomain}'><body>let me in</body></message>");
            var answer = await server.Connection.ReadUntilOrEndAsync("</message>");
            Assert.True(answer.Length == 0 || answer.Contains("error", StringComparison.Ordinal), answer);
        }
        catch (Lab.Processes.LabTimeoutException e) when (e.Message.Contains("ended before", StringComparison.Ordinal))
        {
            Assert.Contains("error", server.Connection.Seen, StringComparison.Ordinal);
        }

        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Theory]
    [InlineData("<message><body>&unknown;</body></message>", "xmpp.EntityForbidden")]
    [InlineData("<message><body>no end</message></message>", "xmpp.NotWellFormed")]
    [InlineData("<!DOCTYPE stream [<!ENTITY a 'b'>]>", "xmpp.DoctypeForbidden")]
    [InlineData("<!-- a comment -->", "xmpp.CommentForbidden")]
    [InlineData("<?target data?>", "xmpp.ProcessingInstructionForbidden")]
    public async Task Malformed_or_restricted_XML_ends_only_that_stream(string bytes, string reason)
    {
        var refusal = await Refusal.ExpectAsync(Stage, reason);
        using var server = await AuthenticatedAsync("raw-xml");
        await server.Connection.SendAsync(bytes);
        Assert.Contains("<stream:error", await server.Connection.ReadToEndAsync(), StringComparison.Ordinal);
        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task Oversize_stanza_ends_only_that_stream()
    {
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.StanzaTooLarge");
        using var server = await AuthenticatedAsync("raw-size");
        await server.Connection.SendOrEndAsync($"<message from='romeo@{Stage.XmppDomain}' to='bo@{Stage.SipDomain}'><body>{new string('x', 1_000_000)}</body></message>");
        await server.Connection.ReadToEndAsync();
        await refusal.WasToldAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task Bytes_behind_starttls_end_the_stream()
    {
        using var connection = await RawConnection.OpenAsync(Port);
        await connection.SendAsync(RawXmppServer.Header(Stage.XmppDomain, Stage.SipDomain));
        await connection.ReadUntilAsync("</stream:features>");
        await connection.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><message><body>injected</body></message>");
        await connection.ReadToEndAsync();
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task One_byte_writes_are_only_slow()
    {
        using var server = await AuthenticatedAsync("raw-drip");
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var dripping = server.Connection.DripAsync($"<message type='chat' id='d1' from='romeo@{Stage.XmppDomain}/x' to='{bo}'><body>drop by drop</body></message>");
        await Calls.NobodyNoticesAsync(Stage);
        await dripping;
        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "drop by drop"));
    }

    private async Task<RawXmppServer> AuthenticatedAsync(string name)
    {
        var server = await RawXmppServer.ConnectAsync(Port, Stage.XmppDomain, Stage.SipDomain);
        await server.SecureAsync(Stage.Authority.Issue(name, [Stage.XmppDomain], LabCertificateKind.Both));
        await server.AuthenticateAsync();
        return server;
    }
}
