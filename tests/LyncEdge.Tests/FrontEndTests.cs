namespace LyncEdge.Tests;

/// <summary>The peer of a static route (field facts A5 and the front-end extras of H): asserted identities, no edge's marks, one domain on both sides, the loop.</summary>
public sealed class FrontEndTests
{
    private const string Bo = "bo@contoso.example";
    private const string Juliet = "juliet@contoso.example";

    [Theory]
    [InlineData("subscribe", "SUBSCRIBE")]
    [InlineData("message", "INVITE")]
    [InlineData("pager", "MESSAGE")]
    public async Task The_sender_is_asserted_as_sip_and_tel_and_the_edges_marks_are_missing(string verb, string method)
    {
        await using var frontEnd = FrontEnd();
        await using var gateway = new RawGateway();
        frontEnd.DialsTo(gateway.Address);
        await frontEnd.DoAsync(new { @do = verb, from = Bo, to = Juliet, text = "hello", recordRoute = true });
        await gateway.AcceptAsync();
        var request = await gateway.ReceiveAsync(method);
        Assert.Equal("\"Bo Example\"<SIP:bo@contoso.example>,<TEL:+15550100>", request.Get("P-Asserted-Identity"));
        var route = Assert.Single(request.All("Record-Route"));
        Assert.Contains(";ms-fe=fe01.contoso.example", route, StringComparison.Ordinal);
        foreach (var mark in (string[])["ms-key-info", "ms-route-sig", "epid", "opaque"]) Assert.DoesNotContain(mark, route, StringComparison.Ordinal);
        Assert.Null(request.Get("ms-edge-proxy-message-trust"));
    }

    [Fact]
    public async Task An_edge_asserts_nobody()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "subscribe", from = Bo, to = "juliet@jabber.example" });
        await gateway.AcceptAsync();
        Assert.Null((await gateway.ReceiveAsync("SUBSCRIBE")).Get("P-Asserted-Identity"));
    }

    [Fact]
    public async Task There_is_no_trust_line_inside_because_there_is_no_edge()
    {
        await using var frontEnd = Station.Edge("frontend", o => o with { Traces = true });
        await using var gateway = new RawGateway();
        frontEnd.DialsTo(gateway.Address);
        await frontEnd.DoAsync(new { @do = "options" });
        await gateway.AcceptAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("OPTIONS"), 200);
        await frontEnd.EventAsync("request-result");
        await gateway.SendAsync("\r\n\r\n");
        await frontEnd.EventAsync("keep-alive");
        Assert.DoesNotContain(await frontEnd.SeenAsync(), e => (string?)e["event"] == "internal-hop");
    }

    [Fact]
    public async Task Both_sides_may_own_one_domain()
    {
        await using var frontEnd = FrontEnd();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(frontEnd.Address);
        await gateway.OpenAsync("SUBSCRIBE", Bo, "Event: presence\r\nAccept: application/pidf+xml\r\n",
            change: t => t.Replace("From: <sip:juliet@jabber.example>", "From: <sip:juliet@contoso.example>", StringComparison.Ordinal));
        Assert.Equal(200, (await gateway.ReceiveAsync("SUBSCRIBE")).Status);
        Assert.DoesNotContain("H5 from-domain", await frontEnd.ViolationsAsync());
    }

    [Theory]
    [InlineData(true, "SUBSCRIBE sip:juliet@gw.jabber.example SIP/2.0")]
    [InlineData(false, "SUBSCRIBE sip:juliet@contoso.example SIP/2.0")]
    public async Task The_static_route_replaces_the_host_of_the_Request_URI_when_told_to(bool replaceHost, string startLine)
    {
        await using var frontEnd = FrontEnd();
        await using var gateway = new RawGateway();
        frontEnd.DialsTo(gateway.Address);
        await frontEnd.DoAsync(new { @do = "settings", replaceHost });
        await frontEnd.DoAsync(new { @do = "subscribe", from = Bo, to = Juliet });
        await gateway.AcceptAsync();
        var subscribe = await gateway.ReceiveAsync("SUBSCRIBE");
        Assert.StartsWith(startLine, subscribe.Head, StringComparison.Ordinal);
        Assert.Equal("<sip:juliet@contoso.example>", subscribe.Get("To"));
    }

    [Fact]
    public async Task A_user_on_neither_side_goes_round_with_one_Via_more_and_one_hop_less_and_the_answer_comes_back_the_same_way()
    {
        await using var frontEnd = FrontEnd();
        await using var gateway = new RawGateway();
        await using var asker = new RawGateway();
        frontEnd.DialsTo(gateway.Address);
        await frontEnd.DoAsync(new { @do = "settings", loops = true });
        await frontEnd.DoAsync(new { @do = "unknown", user = "nobody@contoso.example" });
        await asker.DialAsync(frontEnd.Address);
        await asker.OpenAsync("SUBSCRIBE", "nobody@contoso.example", "Event: presence\r\n");
        await gateway.AcceptAsync();
        var round = await gateway.ReceiveAsync("SUBSCRIBE");
        Assert.Equal(2, round.All("Via").Count);
        Assert.Contains("gw.jabber.example", round.All("Via")[1], StringComparison.Ordinal);
        Assert.Equal("69", round.Get("Max-Forwards"));
        Assert.Equal("<sip:juliet@jabber.example>", round.Get("P-Asserted-Identity"));
        await gateway.AnswerAsync(round, 482);
        var answer = await asker.ReceiveAsync("SUBSCRIBE");
        Assert.Equal(482, answer.Status);
        Assert.Single(answer.All("Via"));
        Assert.Equal(482, (int)(await frontEnd.EventAsync("loop"))["status"]!);
    }

    [Fact]
    public async Task A_request_without_hops_does_not_go_round()
    {
        await using var frontEnd = FrontEnd();
        await using var gateway = new RawGateway();
        await frontEnd.DoAsync(new { @do = "settings", loops = true });
        await frontEnd.DoAsync(new { @do = "unknown", user = "nobody@contoso.example" });
        await gateway.DialAsync(frontEnd.Address);
        await gateway.OpenAsync("SUBSCRIBE", "nobody@contoso.example", "Event: presence\r\n", change: t => t.Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal));
        Assert.Equal(483, (await gateway.ReceiveAsync("SUBSCRIBE")).Status);
    }

    private static Station FrontEnd() => Station.Edge("frontend");
}
