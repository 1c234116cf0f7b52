using LyncEdge.Wire;

namespace LyncEdge.Tests;

/// <summary>The switches of field facts H2, H6, H11 to H14 and H18 to H24: each does what it says, and only when it is turned on.</summary>
public sealed class SwitchTests
{
    private const string Bo = "bo@contoso.example";
    private const string Juliet = "juliet@jabber.example";
    private const string Session = "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=session\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=message 5061 sip null\r\na=accept-types:text/plain text/html\r\n";
    private const string SessionType = "Content-Type: application/sdp\r\n";

    [Fact]
    public async Task H2_an_own_connection_on_which_nothing_is_said_is_closed()
    {
        var time = new ManualTime();
        await using var edge = Station.Edge(time: time);
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "settings", idleSeconds = 60 });
        await edge.DoAsync(new { @do = "options" });
        await gateway.AcceptAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("OPTIONS"), 200);
        await edge.EventAsync("request-result");
        time.Advance(TimeSpan.FromSeconds(59));
        await edge.DoAsync(new { @do = "options" });
        await gateway.AnswerAsync(await gateway.ReceiveAsync("OPTIONS"), 200);
        await edge.EventAsync("request-result");
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("idle", (string)(await edge.EventAsync("disconnected"))["reason"]!);
    }

    [Fact]
    public async Task H2_after_a_restart_no_dialog_is_known_and_the_connections_are_gone()
    {
        await using var pair = await WatchedPair.CreateAsync();
        await pair.Gateway.DoAsync(new { @do = "message", from = Juliet, to = Bo, text = "hello" });
        await pair.Gateway.EventAsync("message-result");
        var held = (await pair.Gateway.DoAsync(new { @do = "state" }))["connections"]!.AsArray().Count;
        Assert.True(held > 0);
        await pair.Edge.DoAsync(new { @do = "restart" });
        Assert.Equal(0, (int)(await pair.Edge.DoAsync(new { @do = "state" }))["dialogs"]!);
        await pair.Edge.EventAsync("disconnected");
        // What is said before the other side has seen its connections end is lost with them.
        for (var i = 0; i < held; i++) await pair.Gateway.EventAsync("disconnected");
        await pair.Gateway.DoAsync(new { @do = "typing", from = Juliet, to = Bo });
        Assert.Equal(481, (int)(await pair.Gateway.EventAsync("request-result"))["status"]!);
    }

    [Fact]
    public async Task H6_a_throttle_may_count_messages_a_second_and_drop_what_is_too_much()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await edge.DoAsync(new { @do = "throttle", mode = "drop", rate = 2 });
        for (var i = 0; i < 3; i++) await gateway.OpenAsync("OPTIONS", Bo);
        Assert.Equal("drop", (string)(await edge.EventAsync("throttled"))["mode"]!);
        await gateway.ReceiveAsync("OPTIONS");
        await gateway.ReceiveAsync("OPTIONS");
    }

    [Theory]
    [InlineData("batch", 420)]
    [InlineData("others", 420)]
    [InlineData("no pidf", 406)]
    public async Task H12_a_variant_has_one_right_answer(string variant, int right)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await SubscribeAsync();
        await gateway.AcceptAsync();
        var subscribe = await gateway.ReceiveAsync("SUBSCRIBE");
        if (variant == "batch") Assert.Equal("adhoclist, categoryList", subscribe.Get("Require"));
        if (variant == "others") Assert.Equal(2, subscribe.BodyText.Split("<resource ").Length - 1);
        await gateway.AnswerAsync(subscribe, right, right == 420 ? "Unsupported: adhoclist\r\n" : "");
        await edge.EventAsync("subscribe-result");
        Assert.Empty(await edge.ViolationsAsync());
        await SubscribeAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("SUBSCRIBE"), 200, "Event: presence\r\nExpires: 3600\r\n");
        await edge.EventAsync("violation", v => (string)v["about"]! == "must-get-" + right);

        Task SubscribeAsync() => edge.DoAsync(variant switch
        {
            "batch" => new { @do = "subscribe", from = Bo, to = Juliet, batch = true },
            "others" => new { @do = "subscribe", from = Bo, to = Juliet, others = new[] { "romeo@jabber.example" } },
            _ => (object)new { @do = "subscribe", from = Bo, to = Juliet, accept = "application/xpidf+xml" },
        });
    }

    [Fact]
    public async Task H11_a_SUBSCRIBE_has_no_Expires_no_more_resources_than_one_and_may_tell_that_the_contact_is_new()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "subscribe", from = Bo, to = Juliet, added = true });
        await edge.DoAsync(new { @do = "subscribe", from = Bo, to = Juliet, accept = "" });
        await gateway.AcceptAsync();
        var first = await gateway.ReceiveAsync("SUBSCRIBE");
        Assert.Null(first.Get("Expires"));
        Assert.Equal("ms-benotify", first.Get("Proxy-Require"));
        Assert.Contains("<resource uri=\"sip:juliet@jabber.example\"><context/></resource></adhocList>", first.BodyText, StringComparison.Ordinal);
        Assert.Null((await gateway.ReceiveAsync("SUBSCRIBE")).Get("Accept"));
    }

    [Theory]
    [InlineData("Supported: ms-piggyback-first-notify\r\n", false, true)]
    [InlineData("", true, true)]
    [InlineData("", false, false)]
    public async Task H13_the_first_notification_rides_in_the_200_when_offered_or_told_to(string offer, bool isToldTo, bool rides)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        edge.DialsTo(gateway.Address);
        if (isToldTo) await edge.DoAsync(new { @do = "user", user = Bo, piggyback = true });
        await gateway.OpenAsync("SUBSCRIBE", Bo, "Event: presence\r\nAccept: application/pidf+xml\r\n" + offer);
        var answer = await gateway.ReceiveAsync("SUBSCRIBE");
        Assert.Equal(rides ? "1" : null, answer.Get("ms-piggyback-cseq"));
        Assert.Equal(rides, answer.Get("subscription-state")?.StartsWith("active;expires=", StringComparison.Ordinal) == true);
        Assert.Equal(rides, answer.BodyText.Contains("<presence", StringComparison.Ordinal));
        if (rides) return;
        await gateway.AcceptAsync();
        await gateway.ReceiveAsync("NOTIFY");
    }

    [Fact]
    public async Task H13_a_watcher_takes_the_notification_that_rides_in_the_200()
    {
        await using var edge = Station.Edge();
        await using var gateway = Station.Gateway();
        edge.DialsTo(gateway);
        gateway.DialsTo(edge);
        await edge.DoAsync(new { @do = "subscribe", from = Bo, to = Juliet, accept = "application/pidf+xml" });
        var seen = await edge.EventAsync("notify");
        Assert.True((bool)seen["piggyback"]!);
        Assert.Equal("Available", (string)seen["shows"]!);
    }

    [Fact]
    public async Task H14_a_subscription_may_run_out_without_a_word()
    {
        var time = new ManualTime();
        await using var edge = Station.Edge(time: time);
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "user", user = Bo, silentExpiry = true, expiresMax = 60 });
        await gateway.OpenAsync("SUBSCRIBE", Bo, "Event: presence\r\nAccept: application/pidf+xml\r\n");
        await gateway.ReceiveAsync("SUBSCRIBE");
        await edge.DoAsync(new { @do = "state" });
        time.Advance(TimeSpan.FromSeconds(61));
        await edge.EventAsync("expired");
        Assert.Empty((await edge.DoAsync(new { @do = "state" }))["watchers"]!.AsArray());
    }

    [Fact]
    public async Task H14_the_presence_script_goes_through_all_rows()
    {
        await using var pair = await WatchedPair.CreateAsync();
        var answer = await pair.Edge.DoAsync(new { @do = "cycle", user = Bo });
        foreach (var row in answer["rows"]!.AsArray()) Assert.Equal((string)row!, (string)(await pair.Edge.EventAsync("shown"))["state"]!);
        while ((string)(await pair.NotifyAsync())["shows"]! != "Offline")
        {
        }
    }

    [Theory]
    [InlineData("text/plain text/html", true)]
    [InlineData("text/plain application/im-iscomposing+xml", false)]
    public async Task H18_typing_by_iscomposing_is_a_fault_unless_it_was_asked_for(string acceptTypes, bool isFault)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await edge.DoAsync(new { @do = "callee", user = Bo, acceptTypes });
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync("INVITE", Bo, SessionType, Session);
        var ok = await gateway.ReceiveOkAsync();
        await gateway.FollowAsync(ok, "MESSAGE", 2, "Content-Type: application/im-iscomposing+xml\r\n",
            "<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state></isComposing>");
        Assert.Equal("iscomposing", (string)(await edge.EventAsync("typing"))["form"]!);
        Assert.Equal(isFault, (await edge.ViolationsAsync()).Contains("H18 iscomposing"));
    }

    [Fact]
    public async Task H19_html_alone_may_be_refused_and_an_answer_may_be_slow_or_not_come()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync("INVITE", Bo, SessionType, Session);
        var ok = await gateway.ReceiveOkAsync();
        await edge.DoAsync(new { @do = "on-message", user = Bo, status = 415, onlyHtml = true });
        await gateway.FollowAsync(ok, "MESSAGE", 2, "Content-Type: text/html\r\n", "<B>x</B>");
        Assert.Equal(415, (await gateway.ReceiveAsync("MESSAGE")).Status);
        await gateway.FollowAsync(ok, "MESSAGE", 3, "Content-Type: text/plain\r\n", "x");
        Assert.Equal(200, (await gateway.ReceiveAsync("MESSAGE")).Status);
        await edge.DoAsync(new { @do = "on-message", user = Bo, status = 200, afterMs = 50 });
        await gateway.FollowAsync(ok, "MESSAGE", 4, "Content-Type: text/plain\r\n", "slow");
        Assert.Equal(200, (await gateway.ReceiveAsync("MESSAGE")).Status);
        await edge.DoAsync(new { @do = "on-message", user = Bo, status = 0 });
        await gateway.FollowAsync(ok, "MESSAGE", 5, "Content-Type: text/plain\r\n", "nobody answers");
        await edge.EventAsync("message", m => (int)m["status"]! == 0);
        await gateway.FollowAsync(ok, "INFO", 6, "Content-Type: application/xml\r\n", "<KeyboardActivity><status status=\"type\"/></KeyboardActivity>");
        Assert.Equal("INFO", (await gateway.ReceiveAsync()).CSeqMethod);
    }

    [Theory]
    [InlineData("uac", "us")]
    [InlineData("uas", "gateway")]
    public async Task H20_a_session_is_refreshed_by_whoever_was_agreed_on(string refresher, string who)
    {
        var time = new ManualTime();
        await using var edge = Station.Edge(time: time);
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "invite", from = Bo, to = Juliet, sessionExpires = 90 });
        await gateway.AcceptAsync();
        var invite = await gateway.ReceiveAsync("INVITE");
        Assert.Equal("90;refresher=uac", invite.Get("Session-Expires"));
        Assert.Equal("90", invite.Get("Min-SE"));
        await gateway.AnswerAsync(invite, 200, SessionType + "Session-Expires: 90;refresher=" + refresher + "\r\n", Session);
        Assert.Equal(who, (string)(await edge.EventAsync("session"))["refresher"]!);
        await edge.DoAsync(new { @do = "state" });
        time.Advance(TimeSpan.FromSeconds(46));
        if (who == "us")
        {
            Assert.Equal("2 UPDATE", (await gateway.ReceiveAsync("UPDATE")).Get("CSeq"));
            return;
        }

        time.Advance(TimeSpan.FromSeconds(45));
        await edge.EventAsync("violation", v => (string)v["about"]! == "session-expired");
        Assert.Equal("BYE", (await gateway.ReceiveAsync("BYE")).Method);
    }

    [Fact]
    public async Task H20_a_window_is_closed_with_a_BYE_that_says_so()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "invite", from = Bo, to = Juliet });
        await gateway.AcceptAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("INVITE"), 200, SessionType, Session);
        await edge.EventAsync("invite-result");
        await edge.DoAsync(new { @do = "close", from = Bo, to = Juliet });
        Assert.StartsWith("51004;", (await gateway.ReceiveAsync("BYE")).Get("ms-client-diagnostics"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sips:bo@contoso.example")]
    [InlineData("tel:+15550100")]
    public async Task H22_anything_but_sip_is_refused(string uri)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync("SUBSCRIBE", Bo, "Event: presence\r\n", change: t => t.Replace("SUBSCRIBE sip:" + Bo, "SUBSCRIBE " + uri, StringComparison.Ordinal));
        Assert.Equal(416, (await gateway.ReceiveAsync("SUBSCRIBE")).Status);
    }

    [Theory]
    [InlineData("none", false, false)]
    [InlineData("private", true, false)]
    [InlineData("public", false, true)]
    [InlineData("both", true, true)]
    public async Task H23_a_failure_says_why_only_where_it_was_told_to(string diagnostics, bool isPrivate, bool isPublic)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await edge.DoAsync(new { @do = "settings", diagnostics });
        await edge.DoAsync(new { @do = "unknown", user = Bo });
        await gateway.OpenAsync("SUBSCRIBE", Bo, "Event: presence\r\n");
        var answer = await gateway.ReceiveAsync("SUBSCRIBE");
        Assert.Equal(404, answer.Status);
        Assert.Equal(isPrivate, answer.Get("ms-diagnostics")?.Contains("1003;reason=\"User does not exist\";source=\"sip.contoso.example\"", StringComparison.Ordinal) == true);
        Assert.Equal(isPublic, answer.Get("ms-diagnostics-public") == "1003;reason=\"User does not exist\"");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("ms-diagnostics-public: 1;reason=\"x\"\r\n", false)]
    public async Task H23_a_bare_failure_is_wrapped_as_1034_in_the_edges_own_log(string words, bool isWrapped)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "subscribe", from = Bo, to = Juliet });
        await gateway.AcceptAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("SUBSCRIBE"), 404, words);
        await edge.EventAsync("subscribe-result");
        await edge.DoAsync(new { @do = "options" });
        await gateway.AnswerAsync(await gateway.ReceiveAsync("OPTIONS"), 200);
        await edge.EventAsync("request-result");
        Assert.Equal(isWrapped, (await edge.SeenAsync()).Any(e => (string?)e["event"] == "diagnostics"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    public async Task H24_a_probe_wants_200_whatever_hops_it_has_left(int maxForwards)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "options", maxForwards });
        await gateway.AcceptAsync();
        var options = await gateway.ReceiveAsync("OPTIONS");
        Assert.Equal(maxForwards.ToString(System.Globalization.CultureInfo.InvariantCulture), options.Get("Max-Forwards"));
        await gateway.AnswerAsync(options, 483);
        await edge.EventAsync("violation", v => (string)v["rule"]! == "H24");
    }
}
