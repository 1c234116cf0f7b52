using Conformance;
using Gateway.Federation;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 3261 §13 and §14, RFC 3311: how a session begins, changes and meets another change, as the wire shows it.</summary>
public sealed class Rfc3261_Section_14_Sessions
{
    private const string AudioSdp = "v=0\r\no=- 1 2 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 5060 RTP/AVP 0\r\n";

    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    [Clause("RFC 3261", "14.2")]
    [Clause("RFC 3311", "5.2")]
    [Clause("RFC 3264", "8")]
    [Item("OCS-037")]
    public async Task A_changed_offer_is_answered_line_by_line_and_the_session_goes_on(string method)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, first) = await BeginAsync(rig, "change");
        var same = await edge.AskAsync(InDialog(method, "change", 2, tag));
        Assert.Equal((200, first.Body, tag), (same.Status, same.Body, same.ToTag));
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", same["Contact"]);
        await AckAsync(edge, method, "change", 2, tag);

        var changed = await edge.AskAsync(InDialog(method, "change", 3, tag, body: Lines.MessageSdp + "m=audio 5060 RTP/AVP 0\r\n"));
        Assert.Equal(200, changed.Status);
        Assert.Contains("m=message 5061 sip sip:juliet@jabber.example\r\n", changed.Body, StringComparison.Ordinal);
        Assert.EndsWith("m=audio 0 RTP/AVP 0\r\n", changed.Body, StringComparison.Ordinal);
        Assert.Contains("o=- 0 1 IN", changed.Body, StringComparison.Ordinal);
        await AckAsync(edge, method, "change", 3, tag);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("change", 4, tag, "still here"))).Status);
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    [Clause("RFC 3261", "14.2")]
    [Clause("RFC 3311", "5.2")]
    public async Task An_offer_without_messages_is_488_with_a_warning_and_the_session_goes_on(string method)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await BeginAsync(rig, "audio");
        var refused = await edge.AskAsync(InDialog(method, "audio", 2, tag, body: AudioSdp));
        Assert.Equal(488, refused.Status);
        Assert.StartsWith("304 gw.jabber.example ", refused["Warning"], StringComparison.Ordinal);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("audio", 3, tag, "still here"))).Status);
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Theory]
    [InlineData("INVITE", "Content-Type: application/x-unheard-of\r\n", 415, "Accept", "application/sdp")]
    [InlineData("UPDATE", "Content-Type: application/x-unheard-of\r\n", 415, "Accept", "application/sdp")]
    [InlineData("INVITE", "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n", 415, "Accept-Encoding", "identity")]
    [InlineData("INFO", "Content-Type: application/xml\r\nContent-Encoding: gzip\r\n", 415, "Accept-Encoding", "identity")]
    [InlineData("MESSAGE", "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", 415, "Accept-Encoding", "identity")]
    [InlineData("MESSAGE", "Content-Type: application/x-unheard-of\r\n", 415, "Accept", "text/plain, text/html, application/im-iscomposing+xml")]
    [Clause("RFC 3261", "8.2.3")]
    [Clause("RFC 3261", "21.4.13")]
    public async Task A_body_that_is_not_understood_is_415_with_what_is(string method, string headers, int status, string header, string value)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await BeginAsync(rig, "body");
        var refused = await edge.AskAsync(Lines.InDialog(method, "body", 2, tag, $"Contact: {Lines.EdgeContact}\r\n{headers}", "x"));
        Assert.Equal((status, value), (refused.Status, refused[header]));
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("body", 3, tag, "still here"))).Status);
    }

    [Fact]
    [Clause("RFC 3261", "8.2.3")]
    public async Task A_body_that_need_not_be_understood_is_passed_over()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await BeginAsync(rig, "optional");
        const string Optional = "Content-Type: application/x-unheard-of\r\nContent-Disposition: render;handling=optional\r\n";
        Assert.Equal(200, (await edge.AskAsync(Lines.InDialog("MESSAGE", "optional", 2, tag, Optional, "x"))).Status);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Fact]
    [Clause("RFC 3261", "14.2")]
    [Clause("RFC 3261", "13.2.1")]
    public async Task An_invite_without_an_offer_gets_ours_and_a_new_offer_before_the_ACK_is_491()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var invite = Lines.Request("INVITE", "offerless", 1, $"Contact: {Lines.EdgeContact}\r\n");
        var accepted = await edge.AskAsync(invite);
        Assert.Equal(200, accepted.Status);
        Assert.Contains("m=message 5061 sip", accepted.Body, StringComparison.Ordinal);
        Assert.Equal(491, (await edge.AskAsync(InDialog("UPDATE", "offerless", 2, accepted.ToTag))).Status);
        Assert.Equal(491, (await edge.AskAsync(InDialog("INVITE", "offerless", 3, accepted.ToTag))).Status);

        // Without an offer there is nothing to meet.
        Assert.Equal(200, (await edge.AskAsync(Lines.InDialog("UPDATE", "offerless", 4, accepted.ToTag, $"Contact: {Lines.EdgeContact}\r\n"))).Status);
        await edge.SendAsync(Lines.InDialog("ACK", "offerless", 1, accepted.ToTag));
        Assert.Equal(200, (await edge.AskAsync(InDialog("UPDATE", "offerless", 5, accepted.ToTag))).Status);
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    [Clause("RFC 3261", "14.2")]
    public async Task An_invite_that_meets_ours_in_the_same_dialog_is_491_and_ours_goes_on(string method)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var ours = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Response(ours, 180));
        var meets = await edge.AskAsync(Lines.Back(ours, method, 1, $"Contact: {Lines.EdgeContact}\r\nContent-Type: application/sdp\r\n", Lines.MessageSdp));
        Assert.Equal(491, meets.Status);
        await edge.SendAsync(Lines.Accepted(ours));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact]
    [Clause("RFC 3261", "13.3.1.4")]
    public async Task Our_2xx_is_repeated_until_the_ACK_comes()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var accepted = await edge.AskAsync(Lines.Invite("unacked"));
        rig.Time.Advance(TimeSpan.FromSeconds(1.5));
        var again = await edge.ResponseAsync("unacked", "INVITE");
        Assert.Equal((200, accepted.ToTag, accepted.Body), (again.Status, again.ToTag, again.Body));
        Assert.Equal(accepted.All("Record-Route"), again.All("Record-Route"));

        await edge.SendAsync(Lines.InDialog("ACK", "unacked", 1, accepted.ToTag));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(31));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal(0, rig.Side.Transactions.Count);
    }

    [Fact]
    [Clause("RFC 3261", "13.3.1.4")]
    public async Task A_session_never_acknowledged_is_ended_with_its_reason()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Invite("never-acked"));
        rig.Time.Advance(TimeSpan.FromSeconds(34));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        Assert.Contains("ended edge conversation sip.AckNeverCame", rig.Reports);
    }

    [Fact]
    [Clause("RFC 3261", "13.2.2.4")]
    [Clause("RFC 6026", "7.2")]
    public async Task Of_several_that_answer_the_first_wins_and_each_other_is_acknowledged_and_ended()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var invite = await edge.RequestAsync("INVITE");
        foreach (var fork in new[] { "fork1", "fork2", "fork3" }) await edge.SendAsync(Lines.Response(invite, 183, tag: fork));
        await edge.SendAsync(Lines.Accepted(invite, "fork2") + Lines.Accepted(invite, "fork3") + Lines.Accepted(invite, "fork1"));
        var message = await edge.RequestAsync("MESSAGE");
        Assert.Equal("fork2", message.ToTag);
        foreach (var loser in new[] { "fork3", "fork1" })
        {
            await edge.ExpectAsync(m => m.Method == "ACK" && m.ToTag == loser, "the ACK of " + loser);
            await edge.SendAsync(Lines.Response(await edge.ExpectAsync(m => m.Method == "BYE" && m.ToTag == loser, "the BYE of " + loser), 200));
        }

        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact]
    [Clause("RFC 3261", "13.2.2.4")]
    public async Task An_answer_that_makes_no_dialog_is_acknowledged_and_ended_and_the_sender_is_told()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Response(invite, 200, "Content-Type: application/sdp\r\n", Lines.MessageSdp));
        Assert.Equal(Lines.Bo, (await edge.RequestAsync("ACK")).Uri);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        Assert.Equal("sip.ContactInvalid", (await outcome).Failure!.Reason);
        await edge.SettleAsync();
        Assert.Equal((0, 0), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Theory]
    [InlineData(301, Presence.Core.Model.Condition.Gone)]
    [InlineData(302, Presence.Core.Model.Condition.Redirect)]
    [Clause("RFC 3261", "8.1.3.4")]
    [Clause("RFC 3261", "13.2.2.2")]
    public async Task A_redirection_is_acknowledged_told_and_never_followed(int status, Presence.Core.Model.Condition condition)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), status, "Contact: <sip:bo@elsewhere.example>\r\n"));
        await edge.RequestAsync("ACK");
        Assert.Equal((condition, status), ((await outcome).Failure!.Condition, (await outcome).Failure!.SipStatus));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    [Clause("RFC 3261", "12.2.2")]
    public async Task A_dialog_belongs_to_the_peer_that_made_it()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await BeginAsync(rig, "owned");
        var other = await rig.DialOtherAsync();
        foreach (var method in new[] { "MESSAGE", "INFO", "UPDATE", "INVITE", "BYE" })
        {
            var foreign = InDialog(method, "owned", 2, tag).Replace("bo@contoso.example", "bo@fabrikam.example", StringComparison.Ordinal);
            Assert.Equal(481, (await other.AskAsync(foreign)).Status);
        }

        Assert.Equal(200, (await edge.AskAsync(Lines.Message("owned", 2, tag, "mine"))).Status);
    }

    internal static string InDialog(string method, string callId, int cseq, string tag, string headers = "", string body = Lines.MessageSdp) =>
        Lines.InDialog(method, callId, cseq, tag, $"Contact: {Lines.EdgeContact}\r\n{headers}Content-Type: application/sdp\r\n", body);

    internal static async Task<(Edge Edge, string Tag, Heard Accepted)> BeginAsync(Rig rig, string callId, string headers = "")
    {
        var edge = await rig.DialAsync();
        var accepted = await edge.AskAsync(Lines.Invite(callId, headers: headers));
        Assert.Equal(200, accepted.Status);
        await edge.SendAsync(Lines.InDialog("ACK", callId, 1, accepted.ToTag));
        await edge.SettleAsync();
        return (edge, accepted.ToTag, accepted);
    }

    private static Task AckAsync(Edge edge, string method, string callId, int cseq, string tag) =>
        method == "INVITE" ? edge.SendAsync(Lines.InDialog("ACK", callId, cseq, tag)) : Task.CompletedTask;
}
