using LyncEdge.Presence;

namespace LyncEdge.Tests;

/// <summary>The home server of the Microsoft users: answers, documents, endings.</summary>
public sealed class NotifierTests
{
    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var name in ShownState.Names)
            {
                var row = ShownState.Find(name)!;
                rows.Add(name, row.Basic, row.Activity ?? "");
            }

            return rows;
        }
    }

    [Theory]
    [InlineData("application/pidf+xml", "application/pidf+xml")]
    [InlineData("application/pidf+xml, text/xml+msrtc.pidf", "text/xml+msrtc.pidf")]
    [InlineData("application/pidf+xml, application/msrtc-event-categories+xml", "application/msrtc-event-categories+xml")]
    public async Task The_servers_own_order_decides_the_format(string accept, string expected)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        edge.DialsTo(gateway.Address);
        await gateway.OpenAsync("SUBSCRIBE", "bo@contoso.example", "Event: presence\r\nAccept: " + accept + "\r\n");
        var answer = await gateway.ReceiveAsync("SUBSCRIBE");
        Assert.InRange(int.Parse(answer.Get("Expires")!, System.Globalization.CultureInfo.InvariantCulture), 23_000, 30_000);
        Assert.Equal(expected, (string)(await edge.EventAsync("watcher"))["format"]!);
    }

    [Theory]
    [InlineData("unknown", 404)]
    [InlineData("deny", 403)]
    [InlineData("pending", 202)]
    [InlineData("allow", 200)]
    public async Task A_policy_decides_the_answer(string verb, int status)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await edge.DoAsync(new { @do = verb, user = "bo@contoso.example" });
        await gateway.OpenAsync("SUBSCRIBE", "bo@contoso.example", "Event: presence\r\nAccept: application/pidf+xml\r\n");
        Assert.Equal(status, (await gateway.ReceiveAsync("SUBSCRIBE")).Status);
    }

    [Theory]
    [InlineData("Event: conference\r\n", 489)]
    [InlineData("Event: presence\r\nAccept: application/xpidf+xml\r\n", 406)]
    public async Task What_the_server_does_not_have_is_refused(string headers, int status)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync("SUBSCRIBE", "bo@contoso.example", headers);
        Assert.Equal(status, (await gateway.ReceiveAsync("SUBSCRIBE")).Status);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_row_of_the_table_becomes_its_document(string row, string basic, string activity)
    {
        await using var pair = await WatchedPair.CreateAsync();
        await pair.Edge.DoAsync(new { @do = "set-presence", user = "bo@contoso.example", state = row });
        var seen = await pair.NotifyAsync();
        Assert.Equal(basic, (string)seen["basic"]!);
        Assert.Equal(activity, (string?)seen["activity"] ?? "");
    }

    [Theory]
    [InlineData("deactivated")]
    [InlineData("probation")]
    [InlineData("rejected")]
    [InlineData("timeout")]
    [InlineData("giveup")]
    [InlineData("noresource")]
    [InlineData("invariant")]
    public async Task Each_ending_names_its_reason(string reason)
    {
        await using var pair = await WatchedPair.CreateAsync();
        await pair.Edge.DoAsync(new { @do = "terminate", user = "bo@contoso.example", reason, retryAfter = 5 });
        var seen = await pair.NotifyAsync();
        Assert.Equal("terminated", (string)seen["state"]!);
        Assert.Equal(reason, (string)seen["reason"]!);
    }

    [Fact]
    public async Task A_blocked_watcher_sees_an_offline_user_until_unblocked()
    {
        await using var pair = await WatchedPair.CreateAsync();
        await pair.Edge.DoAsync(new { @do = "block", user = "bo@contoso.example", watcher = "juliet@jabber.example" });
        Assert.Equal("Offline", (string)(await pair.NotifyAsync())["shows"]!);
        await pair.Edge.DoAsync(new { @do = "unblock", user = "bo@contoso.example", watcher = "juliet@jabber.example" });
        Assert.Equal("Available", (string)(await pair.NotifyAsync())["shows"]!);
    }

    [Fact]
    public async Task A_forgotten_watcher_gets_481_at_its_refresh_and_asks_anew()
    {
        await using var pair = await WatchedPair.CreateAsync();
        await pair.Edge.DoAsync(new { @do = "forget", user = "bo@contoso.example" });
        await pair.Gateway.DoAsync(new { @do = "refresh", from = "juliet@jabber.example", to = "bo@contoso.example" });
        await pair.Gateway.EventAsync("subscribe-result", e => (int)e["status"]! == 481);
        await pair.Gateway.EventAsync("resubscribe");
        Assert.Equal("active", (string)(await pair.NotifyAsync())["state"]!);
    }

    [Fact]
    public async Task A_poll_is_answered_once_and_ended()
    {
        await using var pair = await WatchedPair.CreateAsync();
        await pair.Gateway.DoAsync(new { @do = "poll", from = "nurse@jabber.example", to = "bo@contoso.example", accept = "application/pidf+xml" });
        var seen = await pair.NotifyAsync();
        Assert.Equal("terminated", (string)seen["state"]!);
        Assert.Equal("timeout", (string)seen["reason"]!);
        Assert.DoesNotContain(await pair.Gateway.ViolationsAsync(), v => v.StartsWith("B8", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_NOTIFY_may_come_before_the_200_and_a_pending_one_is_approved_later()
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        await edge.DoAsync(new { @do = "user", user = "bo@contoso.example", notifyFirst = true, policy = "pending", expiresMax = 60 });
        await gateway.DoAsync(new { @do = "subscribe", from = "juliet@jabber.example", to = "bo@contoso.example", accept = "application/pidf+xml" });
        Assert.Equal("pending", (string)(await gateway.EventAsync("notify"))["state"]!);
        var result = await gateway.EventAsync("subscribe-result");
        Assert.Equal(202, (int)result["status"]!);
        Assert.Equal(60, (int)result["expires"]!);
        await edge.DoAsync(new { @do = "approve", user = "bo@contoso.example" });
        Assert.Equal("active", (string)(await gateway.EventAsync("notify"))["state"]!);
    }

    [Fact]
    public async Task A_subscription_that_lasts_a_second_ends_by_timeout()
    {
        await using var pair = await WatchedPair.CreateAsync(expires: 1);
        var seen = await pair.NotifyAsync();
        Assert.Equal("terminated", (string)seen["state"]!);
        Assert.Equal("timeout", (string)seen["reason"]!);
    }

    [Fact]
    public async Task An_answered_BENOTIFY_is_a_violation()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await edge.DoAsync(new { @do = "settings", gateway = gateway.Address.ToString() });
        await gateway.OpenAsync("SUBSCRIBE", "bo@contoso.example", "Event: presence\r\nAccept: application/pidf+xml\r\nSupported: ms-benotify\r\n");
        await gateway.AcceptAsync();
        var benotify = await gateway.ReceiveAsync("BENOTIFY");
        await gateway.AnswerAsync(benotify, 200);
        await edge.EventAsync("violation", v => (string)v["rule"]! == "H13");
    }

    [Theory]
    [InlineData("es", 0)]
    [InlineData("rpid-status", 1)]
    [InlineData("rpid-tuple", 1)]
    [InlineData("rpid-person", 1)]
    public async Task Other_forms_of_an_activity_can_be_asked_for(string form, int lost)
    {
        await using var pair = await WatchedPair.CreateAsync();
        await pair.Edge.DoAsync(new { @do = "set-presence", user = "bo@contoso.example", state = "away", form });
        var seen = await pair.NotifyAsync();
        Assert.Equal(lost > 0, seen["lost"] is not null);
        Assert.Equal(lost > 0 ? "Available" : "Away", (string)seen["shows"]!);
    }
}
