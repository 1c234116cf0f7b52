namespace LyncEdge.Tests;

/// <summary>What must happen within a time: the gateway's NOTIFY, ACK and final response, and our own refresh.</summary>
public sealed class DeadlineTests
{
    private const string Session = "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=session\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=message 5061 sip null\r\na=accept-types:text/plain\r\n";

    [Fact]
    public async Task An_accepted_SUBSCRIBE_without_its_NOTIFY_is_a_violation()
    {
        var time = new ManualTime();
        await using var edge = Station.Edge(time: time);
        await using var gateway = new RawGateway();
        await SubscribeAsync(edge, gateway);
        time.Advance(TimeSpan.FromSeconds(11));
        await edge.EventAsync("violation", v => (string)v["about"]! == "notify-missing");
    }

    [Fact]
    public async Task A_subscription_is_refreshed_before_ninety_percent_of_its_time()
    {
        var time = new ManualTime();
        await using var edge = Station.Edge(time: time);
        await using var gateway = new RawGateway();
        await SubscribeAsync(edge, gateway);
        time.Advance(TimeSpan.FromSeconds(3241));
        Assert.Equal("2 SUBSCRIBE", (await gateway.ReceiveAsync("SUBSCRIBE")).Get("CSeq"));
    }

    [Fact]
    public async Task A_request_without_a_final_response_is_a_violation()
    {
        var time = new ManualTime();
        await using var edge = Station.Edge(time: time);
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "options", maxForwards = 0 });
        await gateway.AcceptAsync();
        await gateway.ReceiveAsync("OPTIONS");
        await edge.DoAsync(new { @do = "state" });
        time.Advance(TimeSpan.FromSeconds(33));
        await edge.EventAsync("violation", v => (string)v["about"]! == "no-final-response");
    }

    [Fact]
    public async Task A_200_without_its_ACK_is_a_violation()
    {
        var time = new ManualTime();
        await using var edge = Station.Edge(time: time);
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync("INVITE", "bo@contoso.example", "Content-Type: application/sdp\r\n", Session);
        await edge.EventAsync("established");
        await edge.DoAsync(new { @do = "state" });
        time.Advance(TimeSpan.FromSeconds(11));
        await edge.EventAsync("violation", v => (string)v["about"]! == "ack-missing");
    }

    [Fact]
    public async Task Two_lines_unanswered_at_once_are_a_violation()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await edge.DoAsync(new { @do = "on-message", user = "bo@contoso.example", afterMs = 60_000 });
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "invite", from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.AcceptAsync();
        var invite = await gateway.ReceiveAsync("INVITE");
        await gateway.AnswerAsync(invite, 200, "Content-Type: application/sdp\r\n", Session);
        await gateway.RequestAsync(invite, "MESSAGE", 1, "Content-Type: text/plain\r\n", "a");
        await gateway.RequestAsync(invite, "MESSAGE", 2, "Content-Type: text/plain\r\n", "b");
        await edge.EventAsync("violation", v => (string)v["about"]! == "two-outstanding");
    }

    private static async Task SubscribeAsync(Station edge, RawGateway gateway)
    {
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "subscribe", from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.AcceptAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("SUBSCRIBE"), 200, "Event: presence\r\nExpires: 3600\r\n");
        await edge.EventAsync("subscribe-result");
        // The deadline is armed right after that event, in the same step of the mailbox: an answered command proves the step is over.
        await edge.DoAsync(new { @do = "state" });
    }
}
