using System.Diagnostics;
using System.Security.Authentication;

namespace LyncEdge.Tests;

/// <summary>Handshakes, habits of writing, several connections, many dialogs, the executable itself.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task A_gateway_with_another_name_is_refused_with_1010()
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway(o => o with { CertificateFile = LabCertificates.Shared.Of("other.jabber.example") });
        edge.DialsTo(gateway);
        await edge.DoAsync(new { @do = "subscribe", from = "bo@contoso.example", to = "juliet@jabber.example" });
        var refused = await edge.EventAsync("tls-refused");
        Assert.Equal(1010, (int)refused["diagnostic"]!);
        Assert.Contains("other.jabber.example", (string)refused["reason"]!, StringComparison.Ordinal);
        Assert.Equal(0, (int)(await edge.EventAsync("subscribe-result"))["status"]!);
    }

    [Fact]
    public async Task A_gateway_without_or_with_an_expired_certificate_is_refused()
    {
        await using var edge = Station.Edge();
        var expired = LabCertificates.Shared.For("gw.jabber.example", DateTimeOffset.UtcNow.AddHours(-1));
        await using (var late = new RawGateway())
        {
            await RefusedAsync(() => late.DialAsync(edge.Address, expired), late);
            Assert.Contains("NotTimeValid", (string)(await edge.EventAsync("tls-refused"))["reason"]!, StringComparison.Ordinal);
        }

        await using var bare = new RawGateway();
        await RefusedAsync(() => bare.DialAsync(edge.Address, showsCertificate: false), bare);
        Assert.Equal("no certificate", (string)(await edge.EventAsync("tls-refused"))["reason"]!);
    }

    [Fact]
    public async Task An_identity_can_be_chosen_for_one_connection()
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        await edge.DoAsync(new { @do = "dial", cert = LabCertificates.Shared.Of("sip.fabrikam.example") });
        Assert.Contains("fabrikam", (string)(await gateway.EventAsync("tls-refused"))["reason"]!, StringComparison.Ordinal);
        await edge.DoAsync(new { @do = "dial", noCert = true });
        Assert.Equal("no certificate", (string)(await gateway.EventAsync("tls-refused"))["reason"]!);
        await edge.DoAsync(new { @do = "dial" });
        await edge.EventAsync("connected");
    }

    [Fact]
    public async Task Requests_of_one_dialog_come_over_four_connections()
    {
        await using var edge = Station.Edge(change: o => o with { Connections = 4 });
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        for (var i = 0; i < 4; i++)
        {
            await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "line " + i });
            Assert.Equal(200, (int)(await edge.EventAsync("message-result"))["status"]!);
        }

        var connections = new HashSet<int>();
        for (var i = 0; i < 4; i++)
            connections.Add((int)(await gateway.EventAsync("received", e => (string)e["method"]! == "MESSAGE"))["conn"]!);
        Assert.Equal(4, connections.Count);
    }

    [Theory]
    [InlineData("split")]
    [InlineData("pad")]
    public async Task Messages_survive_odd_ways_of_writing(string habit)
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        await edge.DoAsync(new { @do = "wire", split = habit == "split", pad = habit == "pad" });
        await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "hello" });
        Assert.Equal("hello", (string)(await gateway.EventAsync("message"))["text"]!);
        if (habit == "pad") await gateway.EventAsync("keep-alive");
    }

    [Fact]
    public async Task Held_messages_leave_together_in_order()
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        await edge.DoAsync(new { @do = "wire", hold = true });
        for (var i = 0; i < 3; i++) await edge.DoAsync(new { @do = "subscribe", from = "u" + i + "@contoso.example", to = "juliet@jabber.example" });
        await edge.DoAsync(new { @do = "release-bytes" });
        for (var i = 0; i < 3; i++) Assert.Equal("u" + i + "@contoso.example", (string)(await gateway.EventAsync("watcher"))["from"]!);
    }

    [Fact]
    public async Task A_gateway_that_comes_back_is_dialled_again()
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "a" });
        await edge.EventAsync("message-result");
        await gateway.DoAsync(new { @do = "drop", abort = true });
        await edge.EventAsync("disconnected");
        await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "b" });
        Assert.Equal(200, (int)(await edge.EventAsync("message-result"))["status"]!);
    }

    [Theory]
    [InlineData("503", 503)]
    [InlineData("480", 480)]
    public async Task A_throttle_answers_what_is_too_much(string mode, int status)
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        gateway.DialsTo(edge);
        edge.DialsTo(gateway);
        await edge.DoAsync(new { @do = "throttle", mode, contacts = 1 });
        await gateway.DoAsync(new { @do = "subscribe", from = "juliet@jabber.example", to = "bo@contoso.example", accept = "application/pidf+xml" });
        Assert.Equal(200, (int)(await gateway.EventAsync("subscribe-result"))["status"]!);
        await gateway.DoAsync(new { @do = "subscribe", from = "juliet@jabber.example", to = "ann@contoso.example", accept = "application/pidf+xml" });
        Assert.Equal(status, (int)(await gateway.EventAsync("subscribe-result"))["status"]!);
    }

    [Fact]
    public async Task A_leaked_trust_header_and_raw_bytes_reach_the_other_side()
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        await edge.DoAsync(new { @do = "settings", extra = new[] { "ms-edge-proxy-message-trust: ms-source-type=AutoFederation" } });
        await edge.DoAsync(new { @do = "options" });
        await gateway.EventAsync("violation", v => (string)v["rule"]! == "H4");
        Assert.Equal(200, (int)(await edge.EventAsync("request-result"))["status"]!);
        await edge.DoAsync(new { @do = "raw", text = "NOT SIP AT ALL\r\n\r\n", @new = true });
        await gateway.EventAsync("violation", v => (string)v["about"]! == "unreadable");
    }

    [Fact]
    public async Task Hundreds_of_dialogs_stand_side_by_side()
    {
        const int Count = 150;
        await using var edge = Station.Edge(change: o => o with { IsQuiet = true, Connections = 4 });
        await using var gateway = Station.Gateway(o => o with { IsQuiet = true });
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        for (var i = 0; i < Count; i++)
        {
            await edge.DoAsync(new { @do = "subscribe", from = "u" + i + "@contoso.example", to = "x" + i + "@jabber.example", accept = "application/pidf+xml" });
            await edge.DoAsync(new { @do = "message", from = "u" + i + "@contoso.example", to = "x" + i + "@jabber.example", text = "hello " + i });
        }

        for (var i = 0; i < Count; i++)
        {
            await edge.EventAsync("notify");
            Assert.Equal(200, (int)(await edge.EventAsync("message-result"))["status"]!);
        }

        Assert.Equal(2 * Count, (int)(await edge.DoAsync(new { @do = "state" }))["dialogs"]!);
    }

    [Fact]
    public async Task The_executable_reads_commands_tells_events_and_quits()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "LyncEdge"))
        {
            ArgumentList = { "--listen", "127.0.0.1:0", "--profile", "sfb2015", "--cert", LabCertificates.Shared.Of("sip.contoso.example"), "--ca", LabCertificates.Shared.AuthorityFile },
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Assert.Contains("\"event\":\"ready\"", await process.StandardOutput.ReadLineAsync(limit.Token), StringComparison.Ordinal);
        await process.StandardInput.WriteLineAsync("{\"id\":\"a\",\"do\":\"nonsense\"}");
        Assert.Contains("\"id\":\"a\",\"ok\":false", await process.StandardOutput.ReadLineAsync(limit.Token), StringComparison.Ordinal);
        await process.StandardInput.WriteLineAsync("{\"id\":2,\"do\":\"quit\"}");
        Assert.Contains("\"id\":2,\"ok\":true", await process.StandardOutput.ReadLineAsync(limit.Token), StringComparison.Ordinal);
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>The refusal may show in the handshake or at the first read after it.</summary>
    private static async Task RefusedAsync(Func<Task> dial, RawGateway gateway)
    {
        try
        {
            await dial();
            await gateway.ReceiveAsync();
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return;
        }

        Assert.Fail("the edge spoke to a gateway it should have refused");
    }
}
