using Conformance;
using Gateway.Federation;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 4028 on the wire: the timer a peer asks for is granted, kept by whoever must keep it, and its end is a BYE.</summary>
public sealed class Rfc4028_SessionTimers
{
    private const string Timer = "Supported: timer\r\nSession-Expires: ";

    [Theory]
    [InlineData(Timer + "1800\r\n", "1800;refresher=uac", "timer")]
    [InlineData(Timer + "1800;refresher=uas\r\n", "1800;refresher=uas", "timer")]
    [InlineData("Session-Expires: 1800\r\n", "1800;refresher=uas", "")]
    [InlineData("Supported: timer\r\n", "", "")]
    [Clause("RFC 4028", "9")]
    public async Task The_timer_that_is_asked_for_is_granted(string headers, string granted, string required)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, accepted) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "timed", headers);
        Assert.Equal((granted, required, "timer"), (accepted["Session-Expires"], accepted["Require"], accepted["Supported"]));
        var update = await edge.AskAsync(Lines.InDialog("UPDATE", "timed", 2, tag, $"Contact: {Lines.EdgeContact}\r\n{headers}"));
        Assert.Equal((200, granted, required, ""), (update.Status, update["Session-Expires"], update["Require"], update.Body));
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    [Clause("RFC 4028", "9")]
    [Clause("RFC 4028", "5")]
    public async Task An_interval_too_small_is_422_with_the_least_in_a_dialog_too(string method)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "brief");
        var refused = await edge.AskAsync(Rfc3261_Section_14_Sessions.InDialog(method, "brief", 2, tag, Timer + "89\r\n"));
        Assert.Equal((422, "90"), (refused.Status, refused["Min-SE"]));
        Assert.Equal(422, (await edge.AskAsync(Lines.Invite("brief-too", headers: Timer + "60\r\n"))).Status);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("brief", 3, tag, "still here"))).Status);
    }

    [Fact]
    [Clause("RFC 4028", "10")]
    public async Task A_session_the_peer_does_not_refresh_ends_with_BYE_and_its_reason()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "expires", Timer + "90\r\n");
        rig.Time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(200, (await edge.AskAsync(Lines.InDialog("UPDATE", "expires", 2, tag, $"Contact: {Lines.EdgeContact}\r\n{Timer}90\r\n"))).Status);
        rig.Time.Advance(TimeSpan.FromSeconds(55));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        rig.Time.Advance(TimeSpan.FromSeconds(6));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        Assert.Contains("ended edge conversation sip.SessionExpired", rig.Reports);
        Assert.Equal(ChatState.Gone, (await rig.Crossing.StateAsync()).State);
    }

    [Fact]
    [Clause("RFC 4028", "7.4")]
    [Clause("RFC 4028", "10")]
    [Clause("RFC 3311", "5.1")]
    public async Task Where_we_refresh_it_is_by_UPDATE_without_a_description()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "ours", "Allow: INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, UPDATE\r\n" + Timer + "180;refresher=uas\r\n");
        for (var round = 0; round < 3; round++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(92));
            var update = await edge.RequestAsync("UPDATE");
            Assert.Equal(("180;refresher=uac", "timer", ""), (update["Session-Expires"], update["Supported"], update.Body));
            Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", update["Contact"]);
            await edge.SendAsync(Lines.Response(update, 200, $"Contact: {Lines.EdgeContact}\r\nRequire: timer\r\nSession-Expires: 180;refresher=uac\r\n"));
            await edge.SettleAsync();
        }

        Assert.Empty(edge.Unread);
        Assert.Equal(1, rig.Held.Conversations);
    }

    [Fact]
    [Clause("RFC 4028", "7.4")]
    [Clause("RFC 3261", "14.1")]
    public async Task A_peer_without_UPDATE_is_refreshed_by_re_INVITE_with_the_same_description()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, accepted) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "older", "Allow: INVITE, BYE, ACK\r\n" + Timer + "180;refresher=uas\r\n");
        rig.Time.Advance(TimeSpan.FromSeconds(92));
        var again = await edge.RequestAsync("INVITE");
        Assert.Equal((accepted.Body, tag, "older"), (again.Body, again.FromTag, again["Call-ID"]));

        // Theirs meets ours.
        var meets = await edge.AskAsync(Rfc3261_Section_14_Sessions.InDialog("INVITE", "older", 2, tag));
        Assert.Equal(491, meets.Status);

        await edge.SendAsync(Lines.Response(again, 200, $"Contact: {Lines.EdgeContact}\r\nSession-Expires: 180;refresher=uac\r\nContent-Type: application/sdp\r\n", Lines.MessageSdp));
        var ack = await edge.RequestAsync("ACK");
        Assert.Equal(again.CSeqNumber, ack.CSeqNumber);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("older", 3, tag, "still here"))).Status);
    }

    [Fact]
    [Clause("RFC 3261", "14.1")]
    public async Task Our_refresh_that_met_theirs_is_tried_again_after_a_pause()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "glare", "Allow: UPDATE\r\n" + Timer + "180;refresher=uas\r\n");
        rig.Time.Advance(TimeSpan.FromSeconds(92));
        var first = await edge.RequestAsync("UPDATE");
        await edge.SendAsync(Lines.Response(first, 491));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        var second = await edge.RequestAsync("UPDATE");
        Assert.Equal(first.CSeqNumber + 1, second.CSeqNumber);
    }

    [Fact]
    [Clause("RFC 4028", "10")]
    public async Task A_refresh_nobody_answers_ends_the_session()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "mute", "Allow: UPDATE\r\n" + Timer + "180;refresher=uas\r\n");
        rig.Time.Advance(TimeSpan.FromSeconds(92));
        await edge.RequestAsync("UPDATE");
        rig.Time.Advance(TimeSpan.FromSeconds(33));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        await edge.SettleAsync();
        Assert.Equal((0, 0), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Theory]
    [InlineData("1800;refresher=uac", true)]
    [InlineData("1800;refresher=uas", false)]
    [Clause("RFC 4028", "7.2")]
    public async Task The_one_we_invited_may_ask_for_a_timer_in_its_answer(string asked, bool isOurs)
    {
        await using var rig = await Rig.StartAsync(o => o with { Conversations = o.Conversations with { Idle = TimeSpan.FromHours(2) } });
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var invite = await edge.RequestAsync("INVITE");
        Assert.Equal(("timer", ""), (invite["Supported"], invite["Session-Expires"]));
        await edge.SendAsync(Lines.Accepted(invite).Replace("User-Agent:", $"Allow: INVITE, ACK, BYE, UPDATE\r\nRequire: timer\r\nSession-Expires: {asked}\r\nUser-Agent:", StringComparison.Ordinal));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
        rig.Time.Advance(TimeSpan.FromSeconds(902));
        await edge.RequestAsync("ACK");
        if (isOurs) Assert.Equal("1800;refresher=uac", (await edge.RequestAsync("UPDATE"))["Session-Expires"]);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }
}
