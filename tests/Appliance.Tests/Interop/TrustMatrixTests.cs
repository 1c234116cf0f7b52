using Lab;
using Lab.Processes;

namespace Appliance.Tests.Interop;

/// <summary>
/// The trust matrix against real servers, both ways: exactly the cells that policy allows come up, proved as it says; each other one fails with its reason in our log, and the other side is told.
/// </summary>
public sealed class TrustMatrixTests(TrustStage stage) : IClassFixture<TrustStage>
{
    private static int _count;

    public static TheoryData<string, string, string, string, string> Cells()
    {
        var data = new TheoryData<string, string, string, string, string>();
        foreach (var cell in TrustStage.Names.SelectMany(Cell.Of))
            data.Add(cell.Server, cell.Mode, cell.Policy, cell.Certificate, cell.Way);
        return data;
    }

    [Theory, MemberData(nameof(Cells))]
    [Item("RN-079"), Item("RN-080"), Item("RN-081"), Item("RN-082"), Item("PSB-026"), Item("PSB-032"), Item("PSB-D-29")]
    [Clause("RFC 6120", "13.7"), Clause("XEP-0178", "3"), Clause("XEP-0220", "2.1"), Clause("XEP-0220", "2.2"), Clause("XEP-0368", "3")]
    public async Task Exactly_what_policy_allows_comes_up_and_all_else_is_told_on_both_sides(string server, string mode, string policy, string certificate, string way)
    {
        var cell = new Cell(server, mode, policy, certificate, way);
        var id = "c" + Interlocked.Increment(ref _count).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (way == "in") await InAsync(cell, id);
        else await OutAsync(cell, id);
    }

    private async Task InAsync(Cell cell, string id)
    {
        var far = stage.Server(cell.Server);
        var body = "in by " + id;
        await far.SendAsync("romeo@" + cell.Far, $"bo{id}@{cell.Ours}", id, body);
        if (cell.Proof.Length > 0)
        {
            await stage.Edge.TakeAsync("message", Stage.Soon, ("text", body));
            await OpenAsync("from", cell);
            return;
        }

        var words = await far.FailsAsync(cell.Far, cell.Ours, id);
        Assert.NotEmpty(words);
        await ReasonAsync(cell);
        Assert.Equal(0, stage.Edge.Events.Count(e => e.Is("message") && e.Has("text", body)));
    }

    private async Task OutAsync(Cell cell, string id)
    {
        var far = stage.Server(cell.Server);
        if (far is RealFarServer real) await real.ComponentAsync(cell.Far);
        var body = "out by " + id;
        var sent = await stage.Edge.DoAsync("message", ("from", $"bo{id}@{cell.Ours}"), ("to", "juliet@" + cell.Far), ("text", body));
        if (cell.Proof.Length > 0)
        {
            await far.ArrivesAsync(cell.Far, body);
            await OpenAsync("to", cell);
            return;
        }

        await stage.Edge.Events.TakeAsync(
            "the sender is told that it failed", e => e.Is("message-result") && e.Has("for", sent.At("id")!) && int.Parse(e.At("status")!, System.Globalization.CultureInfo.InvariantCulture) >= 400, Stage.Soon);
        await ReasonAsync(cell);
        await far.RefusedAsync(cell.Far, cell.Ours);
    }

    private Task OpenAsync(string direction, Cell cell) => stage.Gateway.LineAsync(
        $"the stream {direction} {cell.Far} is open, proved by {cell.Proof}",
        l => l.Contains($"XMPP stream {direction} {cell.Far} for {cell.Ours} is open, proved by {cell.Proof}", StringComparison.Ordinal), Stage.Soon);

    // A wrong name is told with the names that were presented beside the one that was expected (PSB-D-29).
    private Task ReasonAsync(Cell cell) => stage.Gateway.LineAsync(
        $"a log line about {cell.Far} with {cell.Reason}", l => l.Contains(cell.Far, StringComparison.Ordinal) && l.Contains(cell.Reason, StringComparison.Ordinal)
            && (cell.Certificate != "wrong-name" || l.Contains("montague.example", StringComparison.Ordinal)), Stage.Soon);
}
