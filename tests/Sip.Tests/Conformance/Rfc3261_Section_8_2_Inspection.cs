using Conformance;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 3261 §8.2: what a request is looked at for before anything is done with it, and what each refusal must carry.</summary>
public sealed class Rfc3261_Section_8_2_Inspection
{
    [Theory]
    [InlineData("PUBLISH")]
    [InlineData("SERVICE")]
    [InlineData("NEGOTIATE")]
    [InlineData("REFER")]
    [InlineData("PRACK")]
    [Clause("RFC 3261", "8.2.1")]
    [Clause("RFC 3261", "21.4.6")]
    [Clause("RFC 3262", "3")]
    public async Task A_method_that_is_not_offered_is_405_with_those_that_are(string method)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        foreach (var to in new[] { "", "some-dialog" })
        {
            var answer = await edge.AskAsync(Lines.InDialog(method, Lines.NewCallId(), 1, to));
            Assert.Equal(405, answer.Status);
            var offered = answer["Allow"].Split(", ");
            Assert.Contains("MESSAGE", offered);
            Assert.Contains("SUBSCRIBE", offered);
            Assert.DoesNotContain(method, offered);
        }

        await edge.SettleAsync();
    }

    [Theory]
    [InlineData("sips:juliet@jabber.example", "<sip:juliet@jabber.example>")]
    [InlineData("tel:+15550100", "<sip:juliet@jabber.example>")]
    [InlineData("nobodyKnowsThisScheme:totallyopaquecontent", "<sip:juliet@jabber.example>")]
    [InlineData("sip:juliet@jabber.example", "<isbn:2983792873>")]
    [Clause("RFC 3261", "8.2.2.1")]
    [Clause("RFC 3261", "21.4.14")]
    public async Task A_scheme_that_is_not_served_is_416(string uri, string to)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        Assert.Equal(416, (await edge.AskAsync(Lines.Request("MESSAGE", Lines.NewCallId(), 1, body: "hi", uri: uri, to: to))).Status);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Fact]
    [Clause("RFC 3261", "8.2.2.2")]
    public async Task The_same_request_by_another_path_is_482_while_the_first_is_served()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        rig.Crossing.MessageOutcome = null;
        var message = Lines.Message("merged", 1, "", "once");
        await edge.SendAsync(message);
        var arrival = (await rig.Crossing.MessageAsync()).Arrival;
        var answer = await edge.AskAsync(OtherPath(message));
        Assert.Equal(482, answer.Status);
        Assert.Contains("sip.MergedRequest", answer["ms-diagnostics-public"], StringComparison.Ordinal);

        arrival.Answer(Gateway.Federation.Outcome.Delivered);
        Assert.InRange((await edge.ResponseAsync("merged", "MESSAGE")).Status, 200, 202);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Fact]
    [Clause("RFC 3261", "8.2.2.2")]
    public async Task An_invite_by_another_path_is_482_and_makes_no_second_dialog()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var invite = Lines.Invite("merged-invite");
        Assert.Equal(200, (await edge.AskAsync(invite)).Status);
        Assert.Equal(482, (await edge.AskAsync(OtherPath(invite))).Status);
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact]
    [Clause("RFC 3261", "8.2.2.2")]
    public async Task Two_peers_with_the_same_ids_are_two_requests()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, other) = (await rig.DialAsync(), await rig.DialOtherAsync());
        Assert.Equal(200, (await edge.AskAsync(Lines.Invite("twin"))).Status);
        var twin = Lines.Invite("twin").Replace("bo@contoso.example", "bo@fabrikam.example", StringComparison.Ordinal);
        Assert.Equal(200, (await other.AskAsync(twin)).Status);
    }

    [Theory]
    [InlineData("MESSAGE", "100rel")]
    [InlineData("SUBSCRIBE", "eventlist")]
    [InlineData("INVITE", "100rel")]
    [InlineData("INVITE", "com.microsoft.rtc-multiparty")]
    [InlineData("INFO", "frobnicate")]
    [Clause("RFC 3261", "8.2.2.3")]
    [Clause("RFC 3262", "3")]
    public async Task A_required_extension_that_is_not_had_is_420_and_named(string method, string extension)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var request = method switch
        {
            "INVITE" => Lines.Invite(Lines.NewCallId(), headers: $"Require: timer, {extension}\r\n"),
            "SUBSCRIBE" => Lines.Subscribe(Lines.NewCallId(), headers: $"Require: {extension}\r\n"),
            _ => Lines.InDialog(method, Lines.NewCallId(), 1, "", $"Require: {extension}\r\n", "hi"),
        };
        var answer = await edge.AskAsync(request);
        Assert.Equal(420, answer.Status);
        Assert.Equal(extension, answer["Unsupported"]);
        Assert.Equal(0, rig.View.Conversations);
    }

    [Fact]
    [Clause("RFC 3261", "8.2.2.3")]
    public async Task Proxy_Require_binds_proxies_and_not_us()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        Assert.Equal(200, (await edge.AskAsync(Lines.Subscribe(Lines.NewCallId(), headers: "Proxy-Require: ms-benotify\r\n"))).Status);
    }

    [Fact]
    [Clause("RFC 3261", "16.3")]
    public async Task A_request_that_has_been_here_before_is_482()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var looped = Lines.Message("loop", 1, "", "again and again")
            .Replace("Via: SIP/2.0/TLS 10.0.0.9:50311", "Via: SIP/2.0/TLS GW.jabber.example:5061;branch=z9hG4bKgwours\r\nVia: SIP/2.0/TLS 10.0.0.9:50311", StringComparison.Ordinal);
        var answer = await edge.AskAsync(looped);
        Assert.Equal(482, answer.Status);
        Assert.Contains("refused edge sip.LoopDetected", rig.Reports);
        Assert.False(rig.Crossing.HasMessages);

        // Another port of the same machine is another system.
        var elsewhere = looped.Replace("Call-ID: loop", "Call-ID: loop2", StringComparison.Ordinal)
            .Replace("example:5061;branch=z9hG4bKgwours", "example:5071;branch=z9hG4bKx", StringComparison.Ordinal);
        Assert.InRange((await edge.AskAsync(elsewhere)).Status, 200, 202);
    }

    [Fact]
    [Clause("RFC 3261", "16.3")]
    [Clause("RFC 3261", "21.4.21")]
    public async Task No_hops_left_is_483_except_for_the_health_probe()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        foreach (var request in new[] { Lines.Message("hops", 1, "", "x"), Lines.Subscribe("hops2"), Lines.Invite("hops3") })
            Assert.Equal(483, (await edge.AskAsync(request.Replace("Max-Forwards: 67", "Max-Forwards: 0", StringComparison.Ordinal))).Status);
        Assert.Equal(200, (await edge.AskAsync(Lines.Options("hops4", maxForwards: 0))).Status);
        Assert.False(rig.Crossing.HasMessages || rig.Crossing.HasCommands);
    }

    [Theory]
    [InlineData("BYE")]
    [InlineData("INFO")]
    [InlineData("UPDATE")]
    [InlineData("NOTIFY")]
    [Clause("RFC 3261", "12.2.2")]
    [Clause("RFC 3261", "15.1.2")]
    [Clause("RFC 3311", "5.2")]
    public async Task A_request_that_needs_a_dialog_and_has_none_is_481(string method)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        foreach (var to in new[] { "", "nobody" })
            Assert.Equal(481, (await edge.AskAsync(Lines.InDialog(method, Lines.NewCallId(), 2, to, "Event: presence\r\nSubscription-State: active\r\n"))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Invite(Lines.NewCallId(), 2, "nobody"))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Message(Lines.NewCallId(), 2, "nobody", "hi"))).Status);
    }

    [Theory]
    [InlineData("CSeq: 1 MESSAGE\r\n", "", "Missing CSeq Header Field")]
    [InlineData("CSeq: 1 MESSAGE", "CSeq: 1 INVITE", "CSeq Names Another Method")]
    [InlineData("CSeq: 1 MESSAGE", "CSeq: one MESSAGE", "Unreadable CSeq Header Field")]
    [InlineData("Max-Forwards: 67", "Max-Forwards: many", "Unreadable Max-Forwards Header Field")]
    [InlineData("To: <sip:juliet@jabber.example>", "To: <sip:juliet@jabber.example", "Unreadable To Header Field")]
    [InlineData("CSeq: 1 MESSAGE", "CSeq: 1 MESSAGE\r\nCall-ID: again", "Repeated Call-ID Header Field")]
    [Clause("RFC 3261", "21.4.1")]
    [Clause("RFC 3261", "8.1.1")]
    public async Task A_400_names_the_fault_in_its_reason_phrase(string what, string by, string phrase)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        await edge.SendAsync(Lines.Message("bad-one", 1, "", "hi").Replace(what, by, StringComparison.Ordinal));
        var answer = await edge.ExpectAsync(m => m.IsResponse, "the 400");
        Assert.Equal("SIP/2.0 400 " + phrase, answer.Start);
        await edge.SettleAsync();
    }

    [Fact]
    [Clause("RFC 3261", "21.5.6")]
    public async Task Another_version_is_505()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        await edge.SendAsync(Lines.Message("seven", 1, "", "hi").Replace(" SIP/2.0\r\nVia", " SIP/7.0\r\nVia", StringComparison.Ordinal));
        Assert.Equal(505, (await edge.ExpectAsync(m => m.IsResponse, "the 505")).Status);
        await edge.SettleAsync();
    }

    [Fact]
    [Clause("RFC 3261", "11.2")]
    public async Task Options_tells_what_is_offered_and_that_is_presence_and_messages_only()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Options("offer"));
        Assert.Equal(200, answer.Status);
        Assert.Equal("INVITE, ACK, CANCEL, BYE, MESSAGE, INFO, UPDATE, OPTIONS, SUBSCRIBE, NOTIFY", answer["Allow"]);
        Assert.Equal(("presence", "timer", "identity", "*"), (answer["Allow-Events"], answer["Supported"], answer["Accept-Encoding"], answer["Accept-Language"]));
        Assert.Contains("application/sdp", answer["Accept"], StringComparison.Ordinal);
    }

    // A proxy that forks gives each copy a branch of its own.
    private static string OtherPath(string request)
    {
        var at = request.IndexOf("branch=", StringComparison.Ordinal);
        var end = request.IndexOf(';', at);
        return string.Concat(request.AsSpan(0, at), "branch=", Lines.NewBranch(), request.AsSpan(end));
    }
}
