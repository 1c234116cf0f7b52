using Gateway.Federation;
using Gateway.Federation.Routes;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>The checks every request passes: RFC 3261 §8.2, §11 and §18.3, RFC 6665 §7.2, RFC 7247 §8.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData(67)]
    [InlineData(0)]
    public async Task Options_is_answered_200_with_what_is_offered_whatever_hops_are_left(int maxForwards)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Options(Lines.NewCallId(), maxForwards));

        Assert.Equal(200, answer.Status);
        Assert.Contains("SUBSCRIBE", answer["Allow"], StringComparison.Ordinal);
        Assert.DoesNotContain("PUBLISH", answer["Allow"], StringComparison.Ordinal);
        Assert.Equal("presence", answer["Allow-Events"]);
        Assert.Contains("application/pidf+xml", answer["Accept"], StringComparison.Ordinal);
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", answer["Contact"]);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_still_leaves_no_request_without_an_answer()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        rig.Crossing.FindFault = new Presence.Core.Ports.PresenceStoreException("down");
        Assert.Equal(500, (await edge.AskAsync(Lines.Subscribe("c-blind", 2, "tag-of-ours"))).Status);
        Assert.Equal(500, (await edge.AskAsync(Lines.InDialog("NOTIFY", "c-deaf", 2, "tag-of-ours", "Event: presence\r\nSubscription-State: active\r\n"))).Status);
        Assert.Equal(2, rig.Defects.Count);
        rig.Defects.Clear();
    }

    [Fact]
    public async Task A_health_probe_from_the_edge_itself_is_answered()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Request("OPTIONS", Lines.NewCallId(), 1, from: "<sip:sip.contoso.example>;tag=1", uri: "sip:gw.jabber.example", to: "<sip:gw.jabber.example>"));
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task No_hops_left_is_483()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Request("MESSAGE", Lines.NewCallId(), 1, body: "hi", maxForwards: 0));
        Assert.Equal(483, answer.Status);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Fact]
    public async Task A_To_domain_nobody_serves_is_404()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Request("MESSAGE", Lines.NewCallId(), 1, body: "hi", uri: "sip:a@nowhere.example", to: "<sip:a@nowhere.example>"));
        Assert.Equal(404, answer.Status);
        Assert.Contains("federation.UnknownDomain", answer["ms-diagnostics-public"], StringComparison.Ordinal);
    }

    [Theory, Item("PSB-067")]
    [InlineData("MESSAGE", 486)]
    [InlineData("SUBSCRIBE", 604)]
    public async Task What_a_rule_refuses_is_answered_with_its_status_and_its_words(string method, int status)
    {
        await using var rig = await Rig.StartAsync();
        RuleModel Refusing(PassageKind kind, int with) => new("") { Kinds = [kind], Rejection = FederationReasons.FailureOf(FederationReason.RejectedByRule) with { SipStatus = with, Text = "Not today." } };
        rig.Registry.Publish(new FederationTables(rig.Registry.Current.Model with { Rules = [Refusing(PassageKind.Message, 486), Refusing(PassageKind.Watch, 604)] }));
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(method == "MESSAGE" ? Lines.Request("MESSAGE", Lines.NewCallId(), 1, body: "hi") : Lines.Subscribe(Lines.NewCallId()));
        Assert.Equal(status, answer.Status);
        Assert.Contains("federation.RejectedByRule: Not today.", answer["ms-diagnostics-public"], StringComparison.Ordinal);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Theory]
    [InlineData("sips:juliet@jabber.example", "<sip:juliet@jabber.example>")]
    [InlineData("sip:juliet@jabber.example", "<sips:juliet@jabber.example>")]
    public async Task Sips_is_416(string uri, string to)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        Assert.Equal(416, (await edge.AskAsync(Lines.Request("MESSAGE", Lines.NewCallId(), 1, body: "hi", uri: uri, to: to))).Status);
    }

    [Theory]
    [InlineData("PUBLISH", 405)]
    [InlineData("SERVICE", 405)]
    [InlineData("NEGOTIATE", 405)]
    [InlineData("REGISTER", 405)]
    [InlineData("FROBNICATE", 405)]
    public async Task A_method_that_is_not_offered_is_refused_and_the_connection_goes_on(string method, int status)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Request(method, Lines.NewCallId(), 1));

        Assert.Equal(status, answer.Status);
        Assert.True(answer.Has("Allow"));
        await edge.SettleAsync();
    }

    [Fact]
    public async Task Another_event_package_is_489_with_those_that_are_offered()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var request = Lines.Subscribe(Lines.NewCallId()).Replace("Event: presence\r\n", "Event: presence.wpending\r\n", StringComparison.Ordinal);
        var answer = await edge.AskAsync(request);
        Assert.Equal(489, answer.Status);
        Assert.Equal("presence", answer["Allow-Events"]);
    }

    [Fact]
    public async Task A_required_extension_is_420_and_named()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe(Lines.NewCallId(), headers: "Require: adhoclist, categoryList\r\nSupported: eventlist\r\n"));
        Assert.Equal(420, answer.Status);
        Assert.Equal("adhoclist, categoryList", answer["Unsupported"]);
    }

    [Fact]
    public async Task Several_presentities_in_one_subscribe_are_420_and_one_in_a_body_is_no_matter()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        string Batch(string resources) => Lines.Request(
            "SUBSCRIBE", Lines.NewCallId(), 1, $"Contact: {Lines.EdgeContact}\r\nEvent: presence\r\nContent-Type: application/msrtc-adrl-categorylist+xml\r\n", $"<batchSub><adhocList>{resources}</adhocList></batchSub>");
        var many = await edge.AskAsync(Batch("<resource uri=\"sip:a@jabber.example\"/><resource uri=\"sip:b@jabber.example\"/>"));
        Assert.Equal((420, "adhoclist"), (many.Status, many["Unsupported"]));
        Assert.Equal(200, (await edge.AskAsync(Batch("<resource uri=\"sip:juliet@jabber.example\"/>"))).Status);
    }

    [Fact]
    public async Task Accept_without_pidf_is_406()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe(Lines.NewCallId(), headers: "Accept: application/msrtc-event-categories+xml\r\n"));
        Assert.Equal(406, answer.Status);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task A_subscription_too_brief_is_423_with_the_least()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe(Lines.NewCallId(), expires: 10));
        Assert.Equal(423, answer.Status);
        Assert.Equal("60", answer["Min-Expires"]);
    }

    [Fact]
    public async Task A_malformed_request_is_400_with_the_reason_and_the_connection_goes_on()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var answer = await edge.AskAsync(Lines.Request("MESSAGE", "bad-cseq", 1, body: "hi").Replace("CSeq: 1 MESSAGE", "CSeq: 1 SUBSCRIBE", StringComparison.Ordinal));

        Assert.Equal(400, answer.Status);
        Assert.Contains("sip.CSeqMethodMismatch", answer["ms-diagnostics-public"], StringComparison.Ordinal);
        Assert.Contains("rejected CSeqMethodMismatch", rig.Reports);
        await edge.SettleAsync();
    }

    [Fact]
    public async Task A_lost_stream_is_closed()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        await edge.SendAsync(Lines.Options("lost").Replace("Content-Length: 0\r\n", "", StringComparison.Ordinal));

        await edge.EndAsync();
        Assert.Contains("rejected ContentLengthMissing", rig.Reports);
    }

    [Fact]
    public async Task Keep_alives_and_one_byte_writes_are_swallowed()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.SendAsync("\r\n\r\n\r\n");
        foreach (var one in Lines.Options("dripped")) await edge.SendAsync(one.ToString());
        Assert.Equal(200, (await edge.ResponseAsync("dripped", "OPTIONS")).Status);
    }

    [Fact]
    public async Task An_in_dialog_request_of_an_unknown_dialog_is_481_for_every_method()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        foreach (var method in new[] { "MESSAGE", "INFO", "BYE", "UPDATE" })
            Assert.Equal(481, (await edge.AskAsync(Lines.InDialog(method, Lines.NewCallId(), 2, "nobody"))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Subscribe(Lines.NewCallId(), 2, "nobody"))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.InDialog("NOTIFY", Lines.NewCallId(), 2, "nobody", "Event: presence\r\nSubscription-State: active\r\n"))).Status);
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact]
    public async Task An_acknowledgement_of_nothing_is_silence()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        await edge.SendAsync(Lines.InDialog("ACK", Lines.NewCallId(), 1, "nobody"));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }
}
