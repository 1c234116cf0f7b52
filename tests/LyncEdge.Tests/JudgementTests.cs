namespace LyncEdge.Tests;

/// <summary>A gateway played by hand does everything right, then one thing wrong: each rule must keep silent at the first and speak at the second.</summary>
public sealed class JudgementTests
{
    private const string Pidf = "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:juliet@jabber.example\"><tuple id=\"t\"><status><basic>open</basic>"
        + "<a:activities xmlns:a=\"urn:ietf:params:xml:ns:pidf:status:rpid-status\"><a:activity>away</a:activity></a:activities></status></tuple></presence>";

    private const string Active = "Event: presence\r\nSubscription-State: active;expires=3600\r\nContent-Type: application/pidf+xml\r\n";
    private const string Session = "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=session\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" +
        "m=message 5061 sip sip:juliet@jabber.example\r\na=accept-types:text/plain text/html\r\n";
    private const string SessionType = "Content-Type: application/sdp\r\n";

    /// <summary>rule and word, where the fault is put, what is replaced by what in an otherwise right message.</summary>
    public static TheoryData<string, string, string, string> Faults => new()
    {
        { "H10 echo-via", "answer", "ms-received-port", "MS-Received-Port" },
        { "H10 echo-from", "answer", ";epid=", ";EPID=" },
        { "H10 echo-to", "answer", ";tag=gw1", "" },
        { "H10 echo-call-id", "answer", "Call-ID: ", "Call-ID: x" },
        { "H10 echo-record-route", "answer", "ms-fe=fe01", "ms-fe=FE01" },
        { "H7 contact-literal", "answer", "<sip:gw.jabber.example:5061;transport=tls>", "<sip:192.0.2.1:5061;transport=tls>" },
        { "H7 unreachable", "answer", "<sip:gw.jabber.example:5061;transport=tls>", "<sip:other.jabber.example:5061;transport=tls>" },
        { "H4 message-trust", "answer", "Contact:", "ms-edge-proxy-message-trust: ms-source-type=AutoFederation\r\nContact:" },
        { "B3 microsoft-tag", "answer", "Contact:", "Supported: ms-benotify\r\nContact:" },
        { "RFC6665 expires-missing", "answer", "Expires: 3600\r\n", "" },
        { "H8 route", "notify", ";lr;ms-key-info", ";ms-key-info" },
        { "H8 route", "notify", "opaque=state:F", "opaque=state%3AF" },
        { "H8 own-route", "notify", "Max-Forwards: 70\r\n", "Max-Forwards: 70\r\nRoute: <sip:gw.jabber.example:5061;transport=tls;lr>\r\n" },
        { "H10 max-forwards", "notify", "Max-Forwards: 70\r\n", "" },
        { "A2 authentication", "notify", "Event:", "Proxy-Authorization: NTLM x\r\nEvent:" },
        { "RFC3261 branch", "notify", "branch=z9hG4bK", "branch=x" },
        { "RFC6665 subscription-state", "notify", "active;", "alive;" },
        { "RFC6665 event", "notify", "Event: presence", "Event: conference" },
        { "B4 content-type", "notify", "application/pidf+xml", "text/xml" },
        { "B4 entity", "notify", "entity=\"sip:", "entity=\"pres:" },
        { "B4 entity-other", "notify", "entity=\"sip:juliet", "entity=\"sip:romeo" },
        { "B4 document", "notify", "</presence>", "</presenc2>" },
        { "H15 lost", "notify", ">away<", ">vacation<" },
    };

    [Fact]
    public async Task A_gateway_that_does_all_right_breaks_no_rule()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        var subscribe = await SubscribeAsync(edge, gateway, change: null);
        await gateway.RequestAsync(subscribe, "NOTIFY", 1, Active, Pidf);

        var notify = await edge.EventAsync("notify");
        Assert.Equal("Away", (string)notify["shows"]!);
        Assert.Equal(200, (await gateway.ReceiveAsync("NOTIFY")).Status);
        Assert.Empty(await edge.ViolationsAsync());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task One_fault_in_presence_is_told_by_its_rule(string rule, string place, string replace, string by)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        string Spoil(string text) => text.Contains(replace, StringComparison.Ordinal)
            ? text.Replace(replace, by, StringComparison.Ordinal) : throw new InvalidOperationException("nothing to spoil in\n" + text);
        var subscribe = await SubscribeAsync(edge, gateway, place == "answer" ? Spoil : null);
        if (place == "notify") await gateway.RequestAsync(subscribe, "NOTIFY", 1, Active, Pidf, FixLength(Spoil));

        await edge.EventAsync("violation", v => (string)v["rule"]! + " " + (string)v["about"]! == rule);
    }

    [Fact]
    public async Task The_same_NOTIFY_twice_is_a_duplicate_and_a_CSeq_must_rise()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        var subscribe = await SubscribeAsync(edge, gateway, change: null);
        await gateway.RequestAsync(subscribe, "NOTIFY", 5, Active, Pidf);
        await gateway.RequestAsync(subscribe, "NOTIFY", 6, Active, Pidf);
        await edge.EventAsync("violation", v => (string)v["about"]! == "notify-duplicate");
        await gateway.RequestAsync(subscribe, "NOTIFY", 6, Active, Pidf.Replace("away", "busy", StringComparison.Ordinal));
        await edge.EventAsync("violation", v => (string)v["about"]! == "cseq");
    }

    [Fact]
    public async Task A_changed_route_set_gets_481_with_1004()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        var subscribe = await SubscribeAsync(edge, gateway, change: null);
        await gateway.RequestAsync(subscribe, "NOTIFY", 1, Active, Pidf, t => t.Replace("Route: <sip:pool", "Route: <SIP:pool", StringComparison.Ordinal));

        var answer = await gateway.ReceiveAsync("NOTIFY");
        Assert.Equal(481, answer.Status);
        Assert.StartsWith("1004", answer.Get("ms-diagnostics-public"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_names_only_an_address_hears_nothing_in_the_dialog()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "invite", from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.AcceptAsync();
        var invite = await gateway.ReceiveAsync("INVITE");
        await gateway.AnswerAsync(invite, 200, SessionType, Session, t => t.Replace("<sip:gw.jabber.example:5061;transport=tls>", "<sip:192.0.2.1>", StringComparison.Ordinal));
        await edge.EventAsync("invite-result");
        await edge.DoAsync(new { @do = "typing", from = "bo@contoso.example", to = "juliet@jabber.example" });
        Assert.Equal("H7", (string)(await edge.EventAsync("silent"))["rule"]!);
    }

    [Fact]
    public async Task A_conversation_done_right_breaks_no_rule_and_says_the_first_line_as_MESSAGE_two()
    {
        await using var edge = Station.Edge("sfb2015");
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "Hello" });
        await gateway.AcceptAsync();
        var invite = await gateway.ReceiveAsync("INVITE");
        Assert.Equal("text/plain; charset=UTF-8; ms-body=SGVsbG8=", invite.Get("ms-text-format"));
        Assert.Contains(invite.Headers, h => h.Value.Length > 3000);
        Assert.Contains(" \r\n", invite.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("branch=", invite.All("Via")[1], StringComparison.Ordinal);
        await gateway.AnswerAsync(invite, 200, SessionType, Session);
        Assert.Equal("1 ACK", (await gateway.ReceiveAsync("ACK")).Get("CSeq"));
        var message = await gateway.ReceiveAsync("MESSAGE");
        Assert.Equal("2 MESSAGE", message.Get("CSeq"));
        Assert.Equal("Hello", message.BodyText);
        await gateway.AnswerAsync(message, 200);
        Assert.Equal("message", (string)(await edge.EventAsync("message-result"))["by"]!);
        await gateway.RequestAsync(invite, "MESSAGE", 1, "Content-Type: text/plain; charset=UTF-8\r\n", "yes");
        Assert.Equal("yes", (string)(await edge.EventAsync("message"))["text"]!);
        Assert.Empty(await edge.ViolationsAsync());
    }

    [Fact]
    public async Task A_claimed_first_line_is_not_said_again()
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "Hello" });
        await gateway.AcceptAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("INVITE"), 200, SessionType + "Supported: ms-text-format\r\n", Session);
        Assert.Equal("embedded", (string)(await edge.EventAsync("message-result"))["by"]!);
        await edge.DoAsync(new { @do = "message", from = "bo@contoso.example", to = "juliet@jabber.example", text = "second" });
        Assert.Equal("second", (await gateway.ReceiveAsync("MESSAGE")).BodyText);
    }

    [Theory]
    [InlineData("multiparty")]
    [InlineData("triggered")]
    [InlineData("three")]
    [InlineData("conf-invite")]
    [InlineData("av")]
    [InlineData("file-transfer")]
    [InlineData("multipart")]
    public async Task An_invitation_that_must_be_refused_is_a_fault_when_accepted(string kind)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "invite", kind, from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.AcceptAsync();
        await gateway.AnswerAsync(await gateway.ReceiveAsync("INVITE"), 488);
        Assert.Equal(488, (int)(await edge.EventAsync("invite-result"))["status"]!);
        Assert.Empty(await edge.ViolationsAsync());

        await edge.DoAsync(new { @do = "invite", kind, from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.AnswerAsync(await gateway.ReceiveAsync("INVITE"), 200, SessionType, Session);
        await edge.EventAsync("violation", v => (string)v["rule"]! == "H21");
    }

    [Theory]
    [InlineData("MESSAGE", 405)]
    [InlineData("PUBLISH", 405)]
    [InlineData("OPTIONS", 200)]
    public async Task Requests_outside_dialogs_meet_what_the_field_gives(string method, int status)
    {
        await using var edge = Station.Edge();
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync(method, "bo@contoso.example");
        Assert.Equal(status, (await gateway.ReceiveAsync(method)).Status);
    }

    [Fact]
    public async Task A_gateway_that_speaks_for_a_foreign_domain_gets_403()
    {
        await using var edge = Station.Edge(change: o => o with { GatewayDomains = ["jabber.example"] });
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync("SUBSCRIBE", "bo@contoso.example", "Event: presence\r\n", change: t => t.Replace("juliet@jabber", "juliet@other", StringComparison.Ordinal));
        Assert.Equal(403, (await gateway.ReceiveAsync("SUBSCRIBE")).Status);
        Assert.Contains("H5 from-domain", await edge.ViolationsAsync());
    }

    private static Func<string, string> FixLength(Func<string, string> spoil) => text =>
    {
        var parts = spoil(text).Split("\r\n\r\n", 2);
        var length = System.Text.Encoding.UTF8.GetByteCount(parts[1]);
        return System.Text.RegularExpressions.Regex.Replace(parts[0], "Content-Length: [0-9]+", "Content-Length: " + length, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(60))
            + "\r\n\r\n" + parts[1];
    };

    private static async Task<Wire.SipMessage> SubscribeAsync(Station edge, RawGateway gateway, Func<string, string>? change)
    {
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "subscribe", from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.AcceptAsync();
        var subscribe = await gateway.ReceiveAsync("SUBSCRIBE");
        await gateway.AnswerAsync(subscribe, 200, "Event: presence\r\nExpires: 3600\r\n", change: change);
        return subscribe;
    }
}
