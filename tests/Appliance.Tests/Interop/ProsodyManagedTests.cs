using System.Globalization;
using Lab;
using Lab.Processes;
using Lab.Raw;

namespace Appliance.Tests.Interop;

/// <summary>
/// Stream management (XEP-0198) with a real Prosody and its mod_smacks: both sides count, a sender is answered when Prosody has handled his line, and what a broken cable or a killed server took is said again
/// or told to its sender, never twice.
/// </summary>
[Collection(nameof(CountingStage))]
public sealed class ProsodyManagedTests(CountingStage fixture)
{
    private const int Many = 8;
    private const int Stopped = 19; // SIGSTOP

    private Stage Stage => fixture.Stage;

    [Fact, Clause("XEP-0198", "2"), Clause("XEP-0198", "3"), Clause("XEP-0198", "4")]
    public async Task Both_sides_count_stanzas_both_ways()
    {
        var bo = $"{Stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await juliet.DoAsync("message", ("to", bo), ("body", "counted in"));
        await Stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "counted in"));
        var sent = await Stage.Edge.DoAsync("message", ("from", bo), ("to", juliet.Address), ("text", "counted out"));
        await juliet.TakeAsync("message", Stage.Soon, ("body", "counted out"));
        Assert.Equal("200", await ResultAsync(sent.At("id")!));

        await StreamStatus.UntilAsync(Stage.Gateway, "both streams are managed and nothing is owed",
            s => s.Any(x => x is { Direction: "in" } && x.Features.Contains("0198")) && s.Any(x => x is { Direction: "out", Unacknowledged: 0 } && x.Features.Contains("0198")));
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task What_a_broken_cable_swallowed_is_sent_again_and_arrives_once()
    {
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        await WarmAsync(juliet.Address);

        fixture.Cable.Swallow();
        var sent = await SendManyAsync(juliet.Address);
        await StreamStatus.UntilAsync(Stage.Gateway, $"{Many} stanzas are sent and not acknowledged", s => s.Sum(x => x.Unacknowledged) >= Many);
        fixture.Cable.Cut();

        foreach (var (id, text) in sent)
        {
            await juliet.TakeAsync("message", Stage.Soon, ("body", text));
            Assert.Equal("200", await ResultAsync(id));
        }

        await WarmAsync(juliet.Address);
        foreach (var text in sent.Values) Assert.Equal(1, juliet.Count("message", ("body", text)));
    }

    [Fact]
    public async Task Prosody_killed_among_stanzas_has_each_of_them_once_or_its_sender_is_told()
    {
        // Nobody is logged in as juliet: what Prosody has handled lies in its store, and a kill does not take it.
        var name = Stage.NewName("juliet");
        Stage.Prosody.AddAccount(name);
        var address = $"{name}@{Stage.XmppDomain}";
        await WarmAsync(address);

        Stage.Prosody.Process.Signal(Stopped);
        var sent = await SendManyAsync(address);
        await StreamStatus.UntilAsync(Stage.Gateway, $"{Many} stanzas are in the hands of a server that does nothing", s => s.Sum(x => x.Unacknowledged) >= Many);
        await Stage.Prosody.KillAndStartAsync();

        Dictionary<string, string> results = [];
        foreach (var (id, text) in sent) results[text] = await ResultAsync(id);
        await WarmAsync(address);
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, name);
        await WarmAsync(address, async text => await juliet.TakeAsync("message", Stage.Soon, ("body", text)));
        foreach (var (text, status) in results)
        {
            var times = juliet.Count("message", ("body", text));
            if (status == "200") Assert.Equal(1, times);
            else Assert.Equal((true, 0), (int.Parse(status, CultureInfo.InvariantCulture) >= 400, times));
        }
    }

    private async Task<string> ResultAsync(string id) =>
        (await Stage.Edge.Events.SeeAsync("what became of " + id, e => e.Is("message-result") && e.Has("for", id), Stage.Soon)).At("status")!;

    private async Task<Dictionary<string, string>> SendManyAsync(string to)
    {
        Dictionary<string, string> sent = new(StringComparer.Ordinal);
        for (var i = 0; i < Many; i++)
        {
            var text = Stage.NewName("line");
            var answer = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", to), ("text", text));
            sent[answer.At("id")!] = text;
        }

        return sent;
    }

    /// <summary>One line gets through; while the gateway still leaves the server in peace, whoever is told so says it again.</summary>
    private async Task WarmAsync(string to, Func<string, Task>? arrives = null)
    {
        using var patience = new CancellationTokenSource(Stage.Soon);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (await again.WaitForNextTickAsync(patience.Token))
        {
            var text = Stage.NewName("warm");
            var sent = await Stage.Edge.DoAsync("message", ("from", $"{Stage.NewName("bo")}@{Stage.SipDomain}"), ("to", to), ("text", text));
            if (await ResultAsync(sent.At("id")!) != "200") continue;
            if (arrives is not null) await arrives(text);
            return;
        }
    }
}
