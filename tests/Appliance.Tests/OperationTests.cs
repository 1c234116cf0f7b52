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
    [Item("PS-131")]
    public async Task Connections_tell_whose_they_are_who_proved_what_how_since_when_and_how_much_crossed()
    {
        await Calls.NobodyNoticesAsync(Stage);
        var (code, json) = await Stage.Gateway.VerbAsync("connections", "--json");
        Assert.Equal(0, code);
        var rows = JsonNode.Parse(json)!["connections"]!.AsArray();
        foreach (var (peer, proof) in new[] { ("contoso", "dns:"), ("jabber", "external") })
        {
            var row = rows.First(r => r!["peer"]!.GetValue<string>() == peer && Crossed(r["connection"]!) > 0)!["connection"]!;
            Assert.Contains(row["direction"]!.GetValue<string>(), (string[])["in", "out"]);
            Assert.Contains(proof, row["proofs"]!.ToJsonString(), StringComparison.Ordinal);
            Assert.NotEmpty(row["domains"]!.AsArray());
            Assert.StartsWith("Tls1", row["tls"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.InRange(row["since"]!.GetValue<DateTimeOffset>(), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow);
            foreach (var number in (string[])["queued", "unacknowledged"]) Assert.InRange(row[number]!.GetValue<long>(), 0, 100);
        }

        var (_, incoming) = await Stage.Gateway.VerbAsync("connections", "jabber", "--in", "--json");
        Assert.All(JsonNode.Parse(incoming)!["connections"]!.AsArray(), r => Assert.Equal(("jabber", "in"), (r!["peer"]!.GetValue<string>(), r["connection"]!["direction"]!.GetValue<string>())));
        var (_, table) = await Stage.Gateway.VerbAsync("connections");
        foreach (var column in (string[])["way", "phase", "proved by", "TLS", "remote", "domains"]) Assert.Contains(column, table, StringComparison.Ordinal);
        var (_, details) = await Stage.Gateway.VerbAsync("connections", "--details");
        foreach (var label in (string[])["domains", "proved", "because", "TLS", "crossed", "unacknowledged", "since"]) Assert.Contains(label, details, StringComparison.Ordinal);
        var (unknownCode, unknown) = await Stage.Gateway.VerbAsync("connections", "jaber");
        Assert.Equal(1, unknownCode);
        Assert.Contains("no peer is named jaber; there is: ", unknown, StringComparison.Ordinal);
        Assert.InRange(await Stage.Gateway.MetricAsync("gateway_xmpp_streams", "peer=\"jabber\"", "proof=\"external\""), 1, 100);
    }

    [Fact]
    [Item("PSB-077")]
    public async Task A_trace_follows_one_peer_while_it_runs_and_shows_no_words_of_users()
    {
        await using var trace = Stage.Gateway.StartVerb("trace", "jabber");
        await Stage.Gateway.LineAsync("the log says who traces", l => l.Contains("trace of jabber started by user", StringComparison.Ordinal), Stage.Soon);
        await Calls.NobodyNoticesAsync(Stage);
        await trace.Lines.SeeAsync("a message that came", l => l.Contains(" << ", StringComparison.Ordinal), Stage.Soon);
        await trace.Lines.SeeAsync("a message of ours", l => l.Contains(" >> ", StringComparison.Ordinal), Stage.Soon);
        await trace.Lines.SeeAsync("a body without its words", l => l.Contains("characters not shown]</body>", StringComparison.Ordinal), Stage.Soon);
        trace.Signal(2);
        Assert.Equal(0, await trace.EndAsync(Stage.Soon));
        Assert.DoesNotContain(trace.Lines.All(), l => l.Contains("all well?", StringComparison.Ordinal) || l.Contains("SIP/2.0", StringComparison.Ordinal));
    }

    [Fact]
    [Item("PSB-077")]
    public async Task A_trace_into_a_file_is_for_its_owner_and_holds_words_where_they_were_asked_for()
    {
        var file = Path.Combine(Stage.Directory.Folder("traces"), "contoso.jsonl");
        await using var trace = Stage.Gateway.StartVerb("trace", "contoso", "--bodies", "--json", "--out", file);
        await Stage.Gateway.LineAsync("the log says who traces", l => l.Contains("trace of contoso started by user", StringComparison.Ordinal), Stage.Soon);
        await Calls.NobodyNoticesAsync(Stage);
        var text = await ContentAsync(file, "all is well");
        trace.Signal(15);
        Assert.Equal(0, await trace.EndAsync(Stage.Soon));
        Assert.DoesNotContain("<message", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Passages_are_counted_by_peer_direction_and_outcome()
    {
        // The last message of an earlier test may be answered, and counted, only now.
        await Stage.Gateway.RestartAsync();
        await Calls.NobodyNoticesAsync(Stage);
        await Stage.Gateway.MetricReachesAsync(2, "gateway_federation_passages_total", "kind=\"message\"", "outcome=\"ok\"");
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

    [Fact, Item("PS-056"), Item("PSB-023"), Item("PSB-036")]
    public async Task Doctor_walks_every_step_to_the_edge_and_to_real_Prosody()
    {
        var edge = await Stage.Gateway.VerbAsync("doctor", "contoso", "--json");
        Assert.True(edge.ExitCode == 0, edge.Output);
        foreach (var step in (string[])["dns", "tcp and tls", "certificate", "options"])
            Assert.Contains(DoctorSteps.Of(edge.Output), s => s.Check == step && s.Verdict == "good");

        // The peer has two more domains, of which nobody serves one: the whole is bad, what is good is told all the same.
        var prosody = await Stage.Gateway.VerbAsync("doctor", "jabber", "--json");
        Assert.Equal(1, prosody.ExitCode);
        var steps = DoctorSteps.Of(prosody.Output);
        Assert.Contains(steps, s => s is ("dns", "good", _) && s.Text.Contains("SRV _xmpp-server._tcp.jabber.example", StringComparison.Ordinal) && s.Text.Contains("absent: SRV _xmpps-server._tcp.jabber.example", StringComparison.Ordinal));
        Assert.Contains(steps, s => s is ("stream", "good", _) && s.Text.Contains("EXTERNAL", StringComparison.Ordinal));
        Assert.Contains(steps, s => s is ("external", "good", _));
        Assert.Contains(steps, s => s is ("tcp and tls", "failed", _));
    }

    [Fact]
    public async Task Renewed_certificate_serves_the_next_handshake_and_drops_nobody()
    {
        await Calls.NobodyNoticesAsync(Stage);
        var certificate = Stage.Parts.File.Certificate;
        var before = await FingerprintAsync();
        Stage.Authority.Issue("gateway", [Stage.GatewayHost, Stage.XmppDomain, Stage.SipDomain], LabCertificateKind.Both);
        await Stage.Gateway.ReloadAsync();
        Assert.NotEqual(before, await FingerprintAsync());
        Assert.True(File.Exists(certificate.CertificateFile));
        await Calls.NobodyNoticesAsync(Stage);

        // Connections under the old one end in their first pause, as they should: not within another test.
        await Stage.Gateway.RestartAsync();
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
        var (code, output) = await LabProcess.RunAsync("gateway run", GatewayProcess.Executable, ["run", "--config", file], Stage.Soon, folder);
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

    [Fact, Clause("RFC 6120", "4.4")]
    public async Task SIGTERM_while_a_server_goes_on_sending_has_each_line_delivered_once_or_its_sender_told()
    {
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        int Fates(string text) =>
            Stage.Edge.Events.Count(e => e.Is("message") && e.Has("to", bo) && e.Has("text", text)) + juliet.Count("message", ("type", "error"), ("id", text));
        List<string> sent = [Stage.NewName("line")];
        await juliet.DoAsync("message", ("to", bo), ("body", sent[0]), ("ref", sent[0]));
        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", sent[0]));

        // Its Prosody does not count (XEP-0198): what it wrote behind our end and we did not take would be lost in silence.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var stopped = Stage.Gateway.StopAsync();
        while (!stopped.IsCompleted)
        {
            await pace.WaitForNextTickAsync();
            sent.Add(Stage.NewName("line"));
            await juliet.DoAsync("message", ("to", bo), ("body", sent[^1]), ("ref", sent[^1]));
        }

        await stopped;
        await Stage.Gateway.StartAsync();
        using var deadline = new CancellationTokenSource(Stage.Soon);
        while (sent.FirstOrDefault(text => Fates(text) == 0) is { } lost)
        {
            Assert.False(deadline.IsCancellationRequested, $"{lost}, of {sent[0]} to {sent[^1]}, has not arrived, and its sender was not told");
            await pace.WaitForNextTickAsync();
        }

        Assert.All(sent, text => Assert.Equal((text, 1), (text, Fates(text))));
    }

    private static long Crossed(JsonNode connection) => connection["itemsIn"]!.GetValue<long>() + connection["itemsOut"]!.GetValue<long>();

    private static async Task<string> ContentAsync(string file, string awaited)
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var text = File.Exists(file) ? await File.ReadAllTextAsync(file, deadline.Token) : "";
            if (text.Contains(awaited, StringComparison.Ordinal)) return text;
            await look.WaitForNextTickAsync(deadline.Token);
        }
    }

    private async Task<string?> FingerprintAsync()
    {
        using var connection = await RawConnection.OpenAsync(Stage.Parts.File.SipPort);
        await connection.StartTlsAsync(Stage.GatewayHost, Stage.Authority.Issue("fingerprint", [RawSipPeer.Fqdn]));
        return connection.PeerFingerprint;
    }
}
