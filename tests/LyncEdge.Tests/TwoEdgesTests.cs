namespace LyncEdge.Tests;

/// <summary>Two emulators talk over mutual TLS with serverAuth-only certificates: each one's grammar, dialogs and routes judge the other's.</summary>
public sealed class TwoEdgesTests
{
    public static TheoryData<string> Profiles => ["ocs2007r2", "lync2010", "lync2013", "sfb2015", "sfb2019", "frontend", "strict", "hostile", "lcs2005"];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task A_watcher_sees_the_first_state_and_each_change(string profile)
    {
        await using var edge = Station.Edge(profile);
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        // Only PIDF is asked for, as the real gateway would be: the peer's own preference is the category document.
        await edge.DoAsync(new { @do = "subscribe", from = "bo@contoso.example", to = "juliet@jabber.example", accept = "application/pidf+xml" });

        Assert.Equal(200, (int)(await edge.EventAsync("subscribe-result"))["status"]!);
        Assert.Equal("Available", (string)(await edge.EventAsync("notify"))["shows"]!);
        await gateway.DoAsync(new { @do = "set-presence", user = "juliet@jabber.example", state = "busy", note = "in town" });
        var busy = await edge.EventAsync("notify");
        Assert.Equal("Busy", (string)busy["shows"]!);
        Assert.Equal("in town", (string)busy["note"]!);

        await edge.DoAsync(new { @do = "unsubscribe", from = "bo@contoso.example", to = "juliet@jabber.example" });
        Assert.Equal("terminated", (string)(await edge.EventAsync("notify"))["state"]!);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Lines_go_both_ways_in_one_dialog_and_the_first_is_said_once(string profile)
    {
        await using var edge = Station.Edge(profile);
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);

        await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "See you at 3? \U0001F600" });
        Assert.Equal("See you at 3? \U0001F600", (string)(await gateway.EventAsync("message"))["text"]!);
        Assert.Equal(200, (int)(await edge.EventAsync("message-result"))["status"]!);
        await gateway.DoAsync(new { @do = "message", from = "juliet@jabber.example", to = "bo@contoso.example", text = "yes" });
        Assert.Equal("yes", (string)(await edge.EventAsync("message"))["text"]!);
        await gateway.DoAsync(new { @do = "typing", from = "juliet@jabber.example", to = "bo@contoso.example", on = true });
        Assert.Equal("type", (string)(await edge.EventAsync("typing"))["state"]!);
        await edge.DoAsync(new { @do = "close", from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.EventAsync("ended");

        Assert.DoesNotContain(await edge.ViolationsAsync(), v => v.StartsWith("H8", StringComparison.Ordinal) || v.StartsWith("RFC3261", StringComparison.Ordinal));
    }
}
