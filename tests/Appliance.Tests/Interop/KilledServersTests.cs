using System.Globalization;
using Lab;
using Lab.Processes;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>
/// Real servers and the gateway die with stanzas and handshakes in their hands, both ways: each line arrives once or its sender is told, nothing arrives twice, and afterwards all is as before.
/// </summary>
[Collection(nameof(CountingStage))]
public sealed class KilledServersTests(CountingStage fixture)
{
    private const int Many = 8;
    private const int Stopped = 19; // SIGSTOP

    private Stage Stage => fixture.Stage;

    [Theory, Clause("RFC 6120", "4.6.2")]
    [InlineData(0)]
    [InlineData(450)]
    [InlineData(1_200)]
    [InlineData(2_600)]
    public async Task Handshake_that_breaks_wherever_it_may_is_begun_again_and_the_line_arrives_once(int bytes)
    {
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        fixture.Cable.Cut();
        await StreamStatus.UntilAsync(Stage.Gateway, "no stream of ours stands", s => !s.Any(x => x.Direction == "out" && x.Proof.Contains(Stage.XmppDomain, StringComparison.Ordinal)));
        var swallowed = fixture.Cable.SwallowAfter(bytes);
        var text = Stage.NewName("line");
        var sent = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", juliet.Address), ("text", text));
        await swallowed.WaitAsync(Stage.Soon);
        Assert.DoesNotContain(Stage.Edge.Events.All(), e => e.Is("message-result") && e.Has("for", sent.At("id")!));
        fixture.Cable.Cut();

        Assert.Equal("200", await ResultAsync(sent.At("id")!));
        await juliet.TakeAsync("message", Stage.Soon, ("body", text));
        await OutAsync(juliet.Address, async last => await juliet.TakeAsync("message", Stage.Soon, ("body", last)));
        Assert.Equal(1, juliet.Count("message", ("body", text)));
    }

    [Fact]
    public async Task Gateway_killed_with_Prosodys_stanzas_in_its_hands_has_each_delivered_once_or_its_sender_told()
    {
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await InAsync(juliet, bo);

        Stage.Gateway.Process.Signal(Stopped);
        var sent = await SendInAsync(juliet, bo);
        await Stage.Gateway.KillAndStartAsync();

        await EachOnceOrToldAsync(juliet, bo, sent);
    }

    [Fact]
    public async Task Gateway_killed_while_Prosody_shakes_hands_with_it_has_the_line_delivered_once_or_its_sender_told()
    {
        await Stage.Prosody.RestartAsync();
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await StreamStatus.UntilAsync(Stage.Gateway, "no stream of Prosody stands", s => !s.Any(x => x.Direction == "in" && x.Proof.Contains(Stage.XmppDomain, StringComparison.Ordinal)));

        // The kernel takes the connection in the gateway's name, and Prosody waits for a word that never comes.
        Stage.Gateway.Process.Signal(Stopped);
        var sent = await SendInAsync(juliet, bo);
        await UntilAsync("Prosody has connected", () => ConnectedTo(Stage.Parts.File.XmppPort) > 0);
        await Stage.Gateway.KillAndStartAsync();

        await EachOnceOrToldAsync(juliet, bo, sent);
    }

    [Fact]
    public async Task Ejabberd_killed_among_stanzas_gets_nothing_twice_and_serves_as_before()
    {
        await using var before = await XmppComponent.ConnectAsync(fixture.Ejabberd.Options.ComponentPort, CountingStage.Uncounted);
        var juliet = Stage.NewName("juliet") + "@" + CountingStage.Uncounted;
        await OutAsync(juliet, async text => await before.TakeMessageAsync(text));

        // Half of them on the stream that stands, half on one that is being opened.
        fixture.Ejabberd.Process.Signal(Stopped);
        Dictionary<string, string> sent = new(StringComparer.Ordinal);
        for (var i = 0; i < Many; i++)
        {
            var text = Stage.NewName("line");
            var ours = i % 2 == 0 ? Stage.SipDomain : CountingStage.Near;
            sent[text] = (await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{ours}"), ("to", juliet), ("text", text))).At("id")!;
        }

        await fixture.Ejabberd.KillAndStartAsync();
        await using var after = await XmppComponent.ConnectAsync(fixture.Ejabberd.Options.ComponentPort, CountingStage.Uncounted);
        Dictionary<string, string> results = [];
        foreach (var (text, id) in sent) results[text] = await ResultAsync(id);
        await OutAsync(juliet, async text => await after.TakeMessageAsync(text));

        // ejabberd does not count (XEP-0198) between servers: what it had in its hands is gone with it, and what was not handed over is told.
        foreach (var (text, status) in results)
        {
            var times = CountOf(before, text) + CountOf(after, text);
            Assert.InRange(times, 0, 1);
            if (int.Parse(status, CultureInfo.InvariantCulture) >= 400) Assert.Equal(0, times);
        }
    }

    [Fact]
    public async Task Gateway_killed_among_ejabberds_stanzas_delivers_none_twice_and_none_whose_sender_was_told()
    {
        await using var ejabberd = await XmppComponent.ConnectAsync(fixture.Ejabberd.Options.ComponentPort, CountingStage.Uncounted);
        var romeo = Stage.NewName("romeo") + "@" + CountingStage.Uncounted;
        var bo = $"{Stage.NewName("bo")}@{CountingStage.Near}";
        List<string> sent = [];
        for (var i = 0; i < Many; i++)
        {
            sent.Add(Stage.NewName("line"));
            await ejabberd.MessageAsync(romeo, bo, sent[^1], sent[^1]);
        }

        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", sent[0]));
        await Stage.Gateway.KillAndStartAsync();

        await AgainAsync(ejabberd, romeo, bo);
        foreach (var text in sent) Assert.InRange(Arrived(bo, text) + ToldOf(ejabberd, text), 0, 1);
        Assert.Equal(1, Arrived(bo, sent[0]));
    }

    [Fact]
    public async Task Gateway_killed_while_ejabberd_shakes_hands_with_it_has_each_line_delivered_once_or_its_sender_told()
    {
        await using var ejabberd = await XmppComponent.ConnectAsync(fixture.Ejabberd.Options.ComponentPort, CountingStage.Uncounted);
        var romeo = Stage.NewName("romeo") + "@" + CountingStage.Uncounted;
        var bo = $"{Stage.NewName("bo")}@{CountingStage.Near}";

        // No stream of ejabberd stands behind this, and the next one meets a gateway that says nothing.
        await Stage.Gateway.KillAndStartAsync();
        await UntilAsync("nobody is connected", () => ConnectedTo(fixture.NearPort) == 0);
        Stage.Gateway.Process.Signal(Stopped);
        List<string> sent = [];
        for (var i = 0; i < Many; i++)
        {
            sent.Add(Stage.NewName("line"));
            await ejabberd.MessageAsync(romeo, bo, sent[^1], sent[^1]);
        }

        await UntilAsync("ejabberd has connected", () => ConnectedTo(fixture.NearPort) > 0);
        await Stage.Gateway.KillAndStartAsync();

        foreach (var text in sent) await UntilAsync($"{text} has arrived, or its sender was told", () => Arrived(bo, text) + ToldOf(ejabberd, text) > 0);
        await AgainAsync(ejabberd, romeo, bo);
        foreach (var text in sent) Assert.Equal((text, 1), (text, Arrived(bo, text) + ToldOf(ejabberd, text)));
    }

    private static int CountOf(XmppComponent component, string body) =>
        component.Stanzas.Count(s => s.Name.LocalName == "message" && s.Attribute("type")?.Value != "error" && s.Elements().Any(e => e.Name.LocalName == "body" && e.Value == body));

    private static int ToldOf(XmppComponent component, string id) => component.Stanzas.Count(s => s.Attribute("type")?.Value == "error" && s.Attribute("id")?.Value == id);

    private int Arrived(string bo, string text) => Stage.Edge.Events.Count(e => e.Is("message") && e.Has("to", bo) && e.Has("text", text));

    private async Task<string> ResultAsync(string id) =>
        (await Stage.Edge.Events.SeeAsync("what became of " + id, e => e.Is("message-result") && e.Has("for", id), Stage.Soon)).At("status")!;

    /// <summary>Many lines of an XMPP user; by the stanza's id.</summary>
    private async Task<List<string>> SendInAsync(XmppUser juliet, string bo)
    {
        List<string> sent = [];
        for (var i = 0; i < Many; i++)
        {
            sent.Add(Stage.NewName("line"));
            await juliet.DoAsync("message", ("to", bo), ("body", sent[^1]), ("ref", sent[^1]));
        }

        return sent;
    }

    private async Task EachOnceOrToldAsync(XmppUser juliet, string bo, IReadOnlyList<string> sent)
    {
        int Told(string text) => juliet.Count("message", ("type", "error"), ("id", text));
        foreach (var text in sent) await UntilAsync($"{text} has arrived, or its sender was told", () => Arrived(bo, text) + Told(text) > 0);
        await InAsync(juliet, bo);
        foreach (var text in sent) Assert.Equal((text, 1), (text, Arrived(bo, text) + Told(text)));
    }

    /// <summary>A line of an XMPP user gets through; whoever is told that it does not says it again.</summary>
    private Task InAsync(XmppUser juliet, string bo) => UntilAsync($"a line of {juliet.Address} arrives", async () =>
    {
        var text = Stage.NewName("again");
        await juliet.DoAsync("message", ("to", bo), ("body", text), ("ref", text));
        await UntilAsync("what became of it", () => Arrived(bo, text) + juliet.Count("message", ("type", "error"), ("id", text)) > 0);
        return Arrived(bo, text) > 0;
    });

    /// <summary>A line from behind ejabberd gets through; whoever is told that it does not says it again.</summary>
    private Task AgainAsync(XmppComponent ejabberd, string romeo, string bo) => UntilAsync("ejabberd reaches the gateway again", async () =>
    {
        var text = Stage.NewName("again");
        await ejabberd.MessageAsync(romeo, bo, text, text);
        await UntilAsync("what became of it", () => Arrived(bo, text) + ToldOf(ejabberd, text) > 0);
        return Arrived(bo, text) > 0;
    });

    /// <summary>A line of a SIP user gets through; while the gateway still leaves the server in peace, whoever is told so says it again.</summary>
    private Task OutAsync(string to, Func<string, Task> arrives) => UntilAsync($"a line to {to} arrives", async () =>
    {
        var text = Stage.NewName("again");
        var sent = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", to), ("text", text));
        if (await ResultAsync(sent.At("id")!) != "200") return false;
        await arrives(text);
        return true;
    });

    private static Task UntilAsync(string what, Func<bool> isSo) => UntilAsync(what, () => Task.FromResult(isSo()));

    private static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isSo())
        {
            if (deadline.IsCancellationRequested) throw new LabTimeoutException("not in time: " + what);
            await look.WaitForNextTickAsync();
        }
    }

    /// <summary>Connections that stand to a loopback port, as the kernel tells them (proc(5), net/tcp).</summary>
    private static int ConnectedTo(int port)
    {
        var there = string.Create(CultureInfo.InvariantCulture, $"0100007F:{port:X4}");
        return File.ReadLines("/proc/net/tcp").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Count(f => f[2] == there && f[3] == "01");
    }
}
