using System.Globalization;
using Lab;
using Lab.Names;
using Lab.Processes;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>The peer, the name server and the gateway die in the middle of things: what was acknowledged arrives once, what could not be delivered is told to its sender, nothing arrives twice.</summary>
public sealed class KilledMidStanzaTests(HostileStage fixture) : IClassFixture<HostileStage>
{
    private const int Many = 16;

    private Stage Stage => fixture.Stage;

    private ScriptedPeer Peer => fixture.Peer;

    [Fact]
    public async Task Half_a_stanza_of_a_peer_that_dies_is_nothing_and_the_whole_one_arrives_once()
    {
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        await Peer.DoAsync("stanza", ("from", "m@" + HostileStage.Hostile), ("to", bo), ("xml", $"<message type='chat' id='h1' from='m@{HostileStage.Hostile}' to='{bo}'><body>half of"));
        await Peer.TakeAsync("up", Stage.Soon, ("way", "out"), ("ours", HostileStage.Hostile));
        await Peer.Events.TakeAsync("the half is out", e => e.Is("sent") && e.At("text")!.Contains("half of", StringComparison.Ordinal), Stage.Soon);
        await Peer.DoAsync("abort");
        await Peer.TakeAsync("ended", Stage.Soon, ("way", "out"), ("ours", HostileStage.Hostile));
        await Peer.DoAsync("send", ("from", "m@" + HostileStage.Hostile), ("to", bo), ("body", "all of it"));
        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "all of it"));
        Assert.Equal(1, Stage.Edge.Events.Count(e => e.Is("message") && e.Has("to", bo)));
    }

    [Fact]
    public async Task Peer_that_cuts_its_connections_gets_nothing_twice_and_every_sender_is_told()
    {
        var juliet = Stage.NewName("juliet") + "@" + HostileStage.Hostile;
        var sent = await SendManyAsync(juliet);
        for (var i = 0; i < 3; i++) await Peer.TakeAsync("message", Stage.Soon, ("to", juliet));
        await Peer.DoAsync("abort");

        var results = await ResultsAsync(sent);
        await OneMoreAsync(juliet);
        foreach (var (body, status) in results)
        {
            var times = Peer.Events.Count(e => e.Is("message") && e.Has("to", juliet) && e.Has("body", body));
            Assert.InRange(times, 0, 1);
            if (status >= 400) Assert.Equal(0, times);
        }
    }

    [Fact]
    public async Task Peer_that_is_down_has_its_senders_told_and_is_reached_again_when_it_is_back()
    {
        var juliet = Stage.NewName("juliet") + "@" + HostileStage.Hostile;
        await OneMoreAsync(juliet);
        var before = Stage.Gateway.Process.Lines.Length;
        await Peer.DoAsync("deaf");
        await Peer.DoAsync("abort");
        await Stage.Gateway.LineAsync($"the stream to {HostileStage.Hostile} is lost",
            l => l.Contains("to " + HostileStage.Hostile, StringComparison.Ordinal) && l.Contains("ended: xmpp.", StringComparison.Ordinal), Stage.Soon, before);
        var results = await ResultsAsync(await SendManyAsync(juliet));
        Assert.All(results.Values, status => Assert.InRange(status, 400, 699));
        Assert.Equal(0, Peer.Events.Count(e => e.Is("message") && e.Has("to", juliet) && results.ContainsKey(e.At("body")!)));

        await Peer.DoAsync("deaf", ("on", false));
        await OneMoreAsync(juliet);
    }

    [Fact, Item("PSB-D-04")]
    public async Task Dead_name_server_is_told_to_who_needs_it_and_disturbs_nobody_else()
    {
        await Calls.NobodyNoticesAsync(Stage);
        var refusal = await Refusal.ExpectAsync(Stage, "xmpp.RemoteServerTimeout");
        var juliet = Stage.NewName("juliet") + "@" + HostileStage.Liar;
        await Stage.Parts.Dns.DisposeAsync();
        try
        {
            await NamelessAsync(juliet, refusal);
        }
        finally
        {
            fixture.Owns(await Dnsmasq.StartAsync(Stage.Directory, Stage.Parts.Records, Stage.Parts.File.DnsPort));
        }

        await OneMoreAsync(juliet);
    }

    [Fact]
    public async Task Gateway_killed_among_messages_loses_nothing_it_acknowledged_and_repeats_nothing()
    {
        var juliet = Stage.NewName("juliet") + "@" + HostileStage.Hostile;
        var sent = await SendManyAsync(juliet);
        await Stage.Edge.Events.TakeAsync("the first is acknowledged", e => e.Is("message-result") && sent.ContainsKey(e.At("for") ?? "") && e.Has("status", "200"), Stage.Soon);
        await Stage.Gateway.KillAndStartAsync();

        await OneMoreAsync(juliet);
        // Those that were under way when it died end as lost, when the edge gives them up.
        var acknowledged = Stage.Edge.Events.All().Where(e => e.Is("message-result") && e.Has("status", "200") && sent.ContainsKey(e.At("for") ?? "")).Select(e => sent[e.At("for")!]).ToList();
        Assert.NotEmpty(acknowledged);
        foreach (var body in sent.Values)
        {
            var times = Peer.Events.Count(e => e.Is("message") && e.Has("to", juliet) && e.Has("body", body));
            if (acknowledged.Contains(body)) Assert.Equal(1, times);
            else Assert.InRange(times, 0, 1);
        }
    }

    private async Task NamelessAsync(string juliet, Refusal refusal)
    {
        var lost = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", juliet), ("text", "no name for it"));
        await Calls.NobodyNoticesAsync(Stage);
        var result = await Stage.Edge.Events.TakeAsync("the sender is told", e => e.Is("message-result") && e.Has("for", lost.At("id")!), Stage.Soon);
        Assert.InRange(int.Parse(result.At("status")!, CultureInfo.InvariantCulture), 400, 699);
        await refusal.WasToldAsync();
        Assert.Equal(0, Peer.Events.Count(e => e.Is("message") && e.Has("to", juliet)));
    }

    /// <summary>Many senders at once, each with one message; by the command's id its text.</summary>
    private async Task<Dictionary<string, string>> SendManyAsync(string to)
    {
        Dictionary<string, string> sent = new(StringComparer.Ordinal);
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, Many).Select(async i =>
            {
                var text = $"{Stage.NewName("line")} of {i}";
                var answer = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", to), ("text", text));
                return (Id: answer.At("id")!, Text: text);
            })))
            sent[answer.Id] = answer.Text;
        return sent;
    }

    private async Task<Dictionary<string, int>> ResultsAsync(Dictionary<string, string> sent)
    {
        Dictionary<string, int> results = new(StringComparer.Ordinal);
        foreach (var (id, text) in sent)
        {
            var result = await Stage.Edge.Events.SeeAsync($"what became of '{text}'", e => e.Is("message-result") && e.Has("for", id), Stage.Soon);
            results[text] = int.Parse(result.At("status")!, CultureInfo.InvariantCulture);
        }

        return results;
    }

    /// <summary>After everything, the way is open again; the gateway may still wait a moment before it dials anew, so senders who are told so try again.</summary>
    private async Task OneMoreAsync(string to)
    {
        using var patience = new CancellationTokenSource(Stage.Soon);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (await again.WaitForNextTickAsync(patience.Token))
        {
            var text = Stage.NewName("once more");
            var sent = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", to), ("text", text));
            var result = await Stage.Edge.Events.SeeAsync("what became of it", e => e.Is("message-result") && e.Has("for", sent.At("id")!), Stage.Soon);
            if (!result.Has("status", "200")) continue;
            await Peer.TakeAsync("message", Stage.Soon, ("to", to), ("body", text));
            return;
        }
    }
}
