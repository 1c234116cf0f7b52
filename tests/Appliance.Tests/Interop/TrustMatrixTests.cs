using System.Globalization;
using System.Text.Json.Nodes;
using Lab;
using Lab.Processes;

namespace Appliance.Tests.Interop;

/// <summary>
/// The trust matrix against real servers, both ways: exactly the cells that policy allows come up, proved as it says; each other one fails with its reason in our log and status and in the
/// other side's log, and both
/// senders are told. The cells of one test are played at once.
/// </summary>
[Collection(nameof(TrustStage))]
public sealed class TrustMatrixTests(TrustStage stage)
{
    private static int _count;

    public static TheoryData<string, string, string, string> Groups()
    {
        var data = new TheoryData<string, string, string, string>();
        foreach (var group in TrustStage.Names.SelectMany(Cell.Of).Select(c => (c.Server, c.Group, c.Whose, c.Way)).Distinct())
            data.Add(group.Server, group.Group, group.Whose, group.Way);
        return data;
    }

    [Theory, MemberData(nameof(Groups))]
    [Item("RN-079"), Item("RN-080"), Item("RN-081"), Item("RN-082"), Item("PSB-026"), Item("PSB-032"), Item("PSB-D-29")]
    [Clause("RFC 6120", "13.7"), Clause("XEP-0178", "3"), Clause("XEP-0220", "2.1"), Clause("XEP-0220", "2.2"), Clause("XEP-0368", "3")]
    public async Task Exactly_what_policy_allows_comes_up_and_all_else_is_told_on_both_sides(string server, string group, string whose, string way)
    {
        var cells = Cell.Of(server).Where(c => (c.Group, c.Whose, c.Way) == (group, whose, way)).ToList();
        Assert.NotEmpty(cells);
        await Task.WhenAll(cells.Select(PlayAsync));
    }

    private Task PlayAsync(Cell cell)
    {
        var id = "c" + Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        return cell.IsIn ? InAsync(cell, id) : OutAsync(cell, id);
    }

    private async Task InAsync(Cell cell, string id)
    {
        var far = stage.Server(cell.Server);
        var body = "in by " + id;
        await far.SendAsync(cell, $"bo{id}@{cell.Near}", id, body);
        if (cell.Proof.Length > 0)
        {
            await stage.Edge.TakeAsync("message", Stage.Soon, ("text", body));
            await OpenAsync("from", cell);
            return;
        }

        await far.FailsAsync(cell, id);
        await RefusedAsync(cell, far);
        Assert.Equal(0, stage.Edge.Events.Count(e => e.Is("message") && e.Has("text", body)));
    }

    private async Task OutAsync(Cell cell, string id)
    {
        var far = stage.Server(cell.Server);
        if (far is RealFarServer real) await real.ComponentAsync(cell.Far);
        var body = "out by " + id;
        var sent = await stage.Edge.DoAsync("message", ("from", $"bo{id}@{cell.Near}"), ("to", "juliet@" + cell.Far), ("text", body));
        if (cell.Proof.Length > 0)
        {
            await far.ArrivesAsync(cell, body);
            await OpenAsync("to", cell);
            return;
        }

        await stage.Edge.Events.TakeAsync(
            $"the sender of {cell} is told that it failed", e => e.Is("message-result") && e.Has("for", sent.At("id")!) && int.Parse(e.At("status")!, CultureInfo.InvariantCulture) >= 400, Stage.Soon);
        await RefusedAsync(cell, far);
    }

    private Task OpenAsync(string direction, Cell cell) => stage.Gateway.LineAsync(
        $"the stream of {cell} is open, proved by {cell.Proof}",
        l => l.Contains($"XMPP stream {direction} {cell.Far} for {cell.Near} is open, proved by {cell.Proof}", StringComparison.Ordinal), Stage.Soon);

    private async Task RefusedAsync(Cell cell, FarServer far)
    {
        await far.RefusedAsync(cell);
        var (reason, words) = far.OursOf(cell);
        await stage.Gateway.LineAsync($"a line about {cell} with {reason}: {words}",
            l => l.Contains(cell.Far, StringComparison.Ordinal) && l.Contains(words, StringComparison.Ordinal) && reason.Split('|').Any(r => l.Contains(r + ": ", StringComparison.Ordinal)), Stage.Soon);
        // Who dialled us is told of by the domain it gave, whom we dialled by the name of its record: its last words may be those of another of its domains.
        await StatusAsync(cell, reason, cell.IsIn ? words : "");
        // A wrong name is told with the names that were presented beside the one that was expected (PSB-D-29).
        if (cell.Whose == Cell.Theirs && cell.Tls is null)
            await StatusAsync(cell, "certificates." + cell.Reason, cell is { IsIn: true, Certificate: "wrong-name" } ? "montague.example" : "");
    }

    private async Task StatusAsync(Cell cell, string reason, string words)
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var subject = cell.IsIn ? cell.Far : cell.Policy;
        while (true)
        {
            var refusals = JsonNode.Parse(await stage.Gateway.StatusAsync())!["refusals"]!.AsArray();
            var ofIt = refusals.Where(r => (string?)r!["subject"] == subject && reason.Split('|').Contains((string?)r["reason"], StringComparer.Ordinal));
            if (ofIt.Any(r => ((string?)r!["text"])!.Contains(words, StringComparison.Ordinal))) return;
            if (deadline.IsCancellationRequested) throw new LabTimeoutException($"status does not tell {reason} of {subject} for {cell}: {words}; it tells\n{string.Join('\n', refusals)}");
            await look.WaitForNextTickAsync();
        }
    }
}
