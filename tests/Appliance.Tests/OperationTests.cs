using System.Text.Json;
using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Processes;
using Lab.Raw;
using Lab.Trust;

namespace Appliance.Tests;

/// <summary>What an operator does with the running executable: looks at it, renews a certificate, breaks the configuration, stops it.</summary>
[Collection(nameof(RefusalStage))]
public sealed class OperationTests(RefusalStage fixture)
{
    private Stage Stage => fixture.Stage;

    [Fact]
    public async Task Status_tells_listeners_and_peers_as_table_and_as_JSON()
    {
        await Calls.NobodyNoticesAsync(Stage);
        var (code, text) = await Stage.Gateway.VerbAsync("status");
        Assert.Equal(0, code);
        Assert.Contains("contoso", text, StringComparison.Ordinal);
        Assert.Contains("jabber", text, StringComparison.Ordinal);

        var (jsonCode, json) = await Stage.Gateway.VerbAsync("status", "--json");
        Assert.Equal(0, jsonCode);
        using var document = JsonDocument.Parse(json);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
    }

    [Fact]
    public async Task Passages_are_counted_by_peer_direction_and_outcome()
    {
        var before = await Stage.Gateway.MetricAsync("gateway_federation_passages_total", "kind=\"message\"", "outcome=\"ok\"");
        await Calls.NobodyNoticesAsync(Stage);
        await Stage.Gateway.MetricReachesAsync(before + 2, "gateway_federation_passages_total", "kind=\"message\"", "outcome=\"ok\"");
    }

    [Fact]
    public async Task Health_is_told_over_HTTP()
    {
        using var client = new HttpClient();
        foreach (var path in (string[])["healthz", "readyz"])
        {
            using var answer = await client.GetAsync(new Uri(Stage.Gateway.Http, path));
            Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public void Administration_socket_is_for_its_owner_only()
    {
        if (OperatingSystem.IsWindows()) return;
        var socket = Path.Combine(Stage.Directory.Root, "run", "admin.sock");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
    }

    [Fact]
    public async Task Route_explain_says_where_a_message_would_go()
    {
        var (code, text) = await Stage.Gateway.VerbAsync("route", "explain", "bo@contoso.example", "juliet@jabber.example");
        Assert.Equal(0, code);
        Assert.Contains("jabber", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewed_certificate_serves_the_next_handshake_and_drops_nobody()
    {
        await Calls.NobodyNoticesAsync(Stage);
        var certificate = Stage.Parts.File.Certificate;
        var before = await FingerprintAsync();
        Stage.Authority.Issue("gateway", [Stage.GatewayHost, Stage.XmppDomain, Stage.SipDomain], LabCertificateKind.Both);
        var lines = Stage.Gateway.Process.Lines.Count(IsReloaded);
        Stage.Gateway.Process.Signal(1);
        var seen = 0;
        await Stage.Gateway.LineAsync("the reload is done", l => IsReloaded(l) && Interlocked.Increment(ref seen) > lines, Stage.Soon);
        Assert.NotEqual(before, await FingerprintAsync());
        Assert.True(File.Exists(certificate.CertificateFile));
        await Calls.NobodyNoticesAsync(Stage);
    }

    [Fact]
    public async Task Configuration_with_faults_tells_all_of_them_and_ends_with_2()
    {
        var folder = Stage.Directory.Folder("broken");
        var document = Stage.Parts.File.Document();
        document["nonsense"] = true;
        document["listeners"]!["sip"] = new JsonArray(new JsonObject { ["address"] = "not an address" });
        document["store"]!["sqlite"] = 7;
        var file = Path.Combine(folder, "appliance.json");
        await File.WriteAllTextAsync(file, document.ToJsonString());
        var (code, output) = await LabProcess.RunAsync("gateway run", GatewayProcess.Executable, ["run", "--config", file], TimeSpan.FromSeconds(30), folder);
        Assert.Equal(2, code);
        foreach (var place in (string[])["nonsense", "listeners.sip", "store.sqlite"]) Assert.Contains(place, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_drains_and_ends_with_0_and_the_next_start_takes_up_the_work()
    {
        await Stage.Gateway.StopAsync();
        await Stage.Gateway.StartAsync();
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await juliet.DoAsync("message", ("to", bo), ("body", "are you back?"));
        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "are you back?"));
    }

    [Fact]
    public async Task SIGTERM_waits_no_longer_than_the_drain_may_take_for_a_call_that_rings_on()
    {
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await Stage.Gateway.RestartAsync();
        await Stage.Edge.DoAsync("callee", ("user", bo), ("mode", "hold"));
        await juliet.DoAsync("message", ("to", bo), ("body", "nobody answers"), ("ref", "h1"));
        await Stage.Edge.TakeAsync("invite", Stage.Soon, ("to", bo));

        // With no stream of ours to the XMPP server yet, the error needs a new one.
        await Stage.Gateway.StopAsync();
        await Stage.Gateway.StartAsync();

        await juliet.TakeAsync("message", Stage.Soon, ("type", "error"), ("id", "h1"));
    }

    private static bool IsReloaded(string line) => line.Contains("reloaded; in force now", StringComparison.Ordinal);

    private async Task<string?> FingerprintAsync()
    {
        using var connection = await RawConnection.OpenAsync(Stage.Parts.File.SipPort);
        await connection.StartTlsAsync(Stage.GatewayHost, Stage.Authority.Issue("fingerprint", [RawSipPeer.Fqdn]));
        return connection.PeerFingerprint;
    }
}
