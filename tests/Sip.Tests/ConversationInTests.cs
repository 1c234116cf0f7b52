using Gateway.Federation;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Conversations that a SIP user begins: RFC 3261 §13 to §15, RFC 3428, RFC 7573, field facts C1 to C5.</summary>
public sealed class ConversationInTests
{
    [Fact]
    public async Task An_invite_is_answered_at_once_with_a_description_and_claims_no_first_message()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Invite(
            "i-first", headers: "ms-text-format: text/plain; charset=UTF-8; ms-body=SGVsbG8=\r\nSupported: ms-embedded-first-message\r\nSupported: ms-text-format\r\n"));

        Assert.Equal(200, answer.Status);
        Assert.Equal("application/sdp", answer["Content-Type"]);
        Assert.Contains("m=message 5061 sip sip:juliet@jabber.example", answer.Body, StringComparison.Ordinal);
        Assert.Contains("a=accept-types:", answer.Body, StringComparison.Ordinal);
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", answer["Contact"]);
        Assert.Equal(2, answer.All("Record-Route").Count);
        var supported = string.Join(',', answer.All("Supported"));
        Assert.DoesNotContain("ms-text-format", supported, StringComparison.Ordinal);
        Assert.DoesNotContain("ms-embedded-first-message", supported, StringComparison.Ordinal);
        Assert.False(rig.Crossing.HasMessages);

        await edge.SendAsync(Lines.InDialog("ACK", "i-first", 1, answer.ToTag));
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("i-first", 2, answer.ToTag, "Hello"))).Status);
        Assert.Equal("Hello", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Fact]
    public async Task A_message_enters_with_its_users_and_its_answer_echoes_the_request()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-msg");
        var request = Lines.Message("i-msg", 2, tag, "See you at 3?\r\nOr 4?");
        var answer = await edge.AskAsync(request);
        var sent = Heard.Read(0, request[..request.IndexOf("\r\n\r\n", StringComparison.Ordinal)], "");
        Assert.Equal(sent.All("Via"), answer.All("Via"));
        Assert.Equal((sent["To"], sent["From"], sent["CSeq"]), (answer["To"], answer["From"], answer["CSeq"]));

        var (principal, arrival) = await rig.Crossing.MessageAsync();
        Assert.Equal("edge", principal.Peer.Name);
        Assert.Equal((Rig.Bo, Rig.Juliet), (arrival.Passage.From, arrival.Passage.To));
        Assert.Equal("See you at 3?\nOr 4?", arrival.Content.Body);
    }

    [Theory]
    [InlineData(Condition.ItemNotFound, 404)]
    [InlineData(Condition.ServiceUnavailable, 480)]
    [InlineData(Condition.Forbidden, 403)]
    [InlineData(Condition.RemoteServerTimeout, 504)]
    [InlineData(Condition.ResourceConstraint, 480)]
    public async Task A_message_that_fails_is_answered_by_the_one_table(Condition condition, int status)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-fail");
        rig.Crossing.MessageOutcome = Outcome.Failed(condition, "xmpp.Test", "It \"failed\".");
        var answer = await edge.AskAsync(Lines.Message("i-fail", 2, tag, "hi"));
        Assert.Equal(status, answer.Status);
        Assert.Equal("65700;reason=\"xmpp.Test: It 'failed'.\"", answer["ms-diagnostics-public"]);
    }

    [Fact]
    public async Task A_message_answered_late_and_from_another_thread_is_answered_on_its_own_connection()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-late");
        rig.Crossing.MessageOutcome = null;
        await edge.SendAsync(Lines.Message("i-late", 2, tag, "one") + Lines.Message("i-late", 3, tag, "two"));
        var one = (await rig.Crossing.MessageAsync()).Arrival;
        var two = (await rig.Crossing.MessageAsync()).Arrival;
        two.Answer(Outcome.Delivered);
        Assert.Equal(3, (await edge.ResponseAsync("i-late", "MESSAGE")).CSeqNumber);
        one.Answer(Outcome.Delivered);
        Assert.Equal(2, (await edge.ResponseAsync("i-late", "MESSAGE")).CSeqNumber);
    }

    [Fact]
    public async Task A_message_outside_any_dialog_is_pager_mode()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Message("i-pager", 1, "", "hi"));
        Assert.Equal(200, answer.Status);
        Assert.NotEqual("", answer.ToTag);
        Assert.Equal("hi", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.Equal(0, rig.View.Conversations);
    }

    [Fact]
    public async Task A_body_nobody_reads_is_415_with_what_is_read()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-type");
        var answer = await edge.AskAsync(Lines.Message("i-type", 2, tag, "x", "application/x-unknown"));
        Assert.Equal(415, answer.Status);
        Assert.Contains("text/plain", answer["Accept"], StringComparison.Ordinal);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("i-type", 3, tag, "hi"))).Status);
    }

    [Fact]
    public async Task Typing_by_keyboard_activity_and_by_composing_enters_once_each()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-type2");
        const string Xml = "Content-Type: application/xml\r\n";
        Assert.Equal(200, (await edge.AskAsync(Lines.InDialog("INFO", "i-type2", 2, tag, Xml, "<?xml version=\"1.0\"?><KeyboardActivity><status status=\"type\" /></KeyboardActivity>"))).Status);
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        await edge.AskAsync(Lines.InDialog("INFO", "i-type2", 3, tag, Xml, "<?xml version=\"1.0\"?><KeyboardActivity><status status=\"idle\" /></KeyboardActivity>"));
        Assert.Equal(ChatState.Paused, (await rig.Crossing.StateAsync()).State);

        const string Composing = "<?xml version=\"1.0\"?><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state><refresh>60</refresh></isComposing>";
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("i-type2", 4, tag, Composing, "application/im-iscomposing+xml"))).Status);
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(ChatState.Paused, (await rig.Crossing.StateAsync()).State);
        Assert.False(rig.Crossing.HasMessages);
        Assert.False(rig.Crossing.HasStates);
    }

    [Fact]
    public async Task Bye_says_gone_and_leaves_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-bye");
        Assert.Equal(200, (await edge.AskAsync(Lines.InDialog("BYE", "i-bye", 2, tag))).Status);
        var gone = await rig.Crossing.StateAsync();
        Assert.Equal((ChatState.Gone, Rig.Bo, Rig.Juliet), (gone.State, gone.Passage.From, gone.Passage.To));
        await edge.SettleAsync();
        Assert.Equal((0, 0), (rig.View.Conversations, rig.View.PendingRequests));
        Assert.Equal(481, (await edge.AskAsync(Lines.Message("i-bye", 3, tag, "late"))).Status);
    }

    [Fact]
    public async Task Requests_of_a_dialog_may_come_by_any_connection_of_the_peer_and_of_no_other_peer()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-any");
        var second = await rig.DialAsync();
        Assert.Equal(200, (await second.AskAsync(Lines.Message("i-any", 2, tag, "by the second"))).Status);
        Assert.Equal("by the second", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);

        var other = await rig.DialOtherAsync();
        foreach (var method in new[] { "MESSAGE", "INFO", "BYE" })
        {
            var stolen = Lines.InDialog(method, "i-any", 7, tag).Replace("sip:bo@contoso.example>;tag", "sip:bo@fabrikam.example>;tag", StringComparison.Ordinal);
            Assert.Equal(481, (await other.AskAsync(stolen)).Status);
        }

        var wrongTag = Lines.Message("i-any", 3, tag, "x").Replace("tag=77b1", "tag=guess", StringComparison.Ordinal);
        Assert.Equal(481, (await edge.AskAsync(wrongTag)).Status);
        Assert.Equal(500, (await edge.AskAsync(Lines.Message("i-any", 2, tag, "again"))).Status);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("i-any", 3, tag, "still here"))).Status);
        Assert.Equal("still here", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Fact]
    public async Task A_dropped_connection_does_not_end_a_dialog()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await InviteAsync(rig, "i-drop");
        await edge.DisposeAsync();
        var next = await rig.DialBoundAsync();
        Assert.Equal(200, (await next.AskAsync(Lines.Message("i-drop", 2, tag, "hi"))).Status);
        Assert.Equal(1, rig.View.Conversations);
    }

    [Theory]
    [InlineData("Require: com.microsoft.rtc-multiparty\r\n", Lines.MessageSdp, 420)]
    [InlineData("TriggeredInvite: TRUE\r\n", Lines.MessageSdp, 488)]
    [InlineData("", "v=0\r\no=- 0 0 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 5060 RTP/AVP 0\r\n", 488)]
    [InlineData("Supported: timer\r\nSession-Expires: 30\r\n", Lines.MessageSdp, 422)]
    public async Task What_is_no_conversation_of_two_is_refused_so_that_the_client_falls_back(string headers, string body, int status)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Invite("i-no", headers: headers, body: body));
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 420 ? "com.microsoft.rtc-multiparty" : "", answer["Unsupported"]);
        Assert.Equal(0, rig.View.Conversations);
    }

    [Fact]
    public async Task A_second_invite_of_the_pair_supersedes_the_first_once_it_is_acknowledged()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, first) = await InviteAsync(rig, "i-one");
        var second = (await edge.AskAsync(Lines.Invite("i-two"))).ToTag;
        Assert.Empty(edge.Unread);
        await edge.SendAsync(Lines.InDialog("ACK", "i-two", 1, second));

        var bye = await edge.RequestAsync("BYE");
        Assert.Equal(("i-one", first), (bye["Call-ID"], bye.FromTag));
        await edge.SendAsync(Lines.Response(bye, 200));
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("i-two", 2, second, "hi"))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Message("i-one", 2, first, "hi"))).Status);
        Assert.Equal(1, rig.View.Conversations);
    }

    [Fact]
    public async Task A_peer_cannot_make_us_hold_more_conversations_than_the_bound()
    {
        await using var rig = await Rig.StartAsync(o => o with { ConversationsMax = 2 });
        var edge = await rig.DialBoundAsync();
        for (var i = 0; i < 3; i++)
        {
            var invite = Lines.Invite($"i-many{i}").Replace("<sip:bo@", $"<sip:bo{i}@", StringComparison.Ordinal);
            Assert.Equal(i < 2 ? 200 : 480, (await edge.AskAsync(invite)).Status);
        }

        Assert.Equal((2, 2), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact]
    public async Task A_pair_of_users_cannot_have_dialogs_without_end()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var statuses = new List<int>();
        for (var i = 0; i < 20; i++) statuses.Add((await edge.AskAsync(Lines.Invite($"i-leg{i}"))).Status);
        Assert.Equal(200, statuses[0]);
        Assert.Equal(480, statuses[^1]);
        Assert.InRange(rig.Held.Dialogs, 1, 16);
    }

    [Fact]
    public async Task An_invite_never_acknowledged_is_ended_with_bye()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Invite("i-noack"));
        rig.Time.Advance(TimeSpan.FromSeconds(34));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        await edge.SettleAsync();
        Assert.Equal((0, 0), (rig.View.Conversations, rig.View.PendingRequests));
    }

    [Fact]
    public async Task A_reinvite_is_answered_with_the_same_description()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var first = await edge.AskAsync(Lines.Invite("i-re"));
        await edge.SendAsync(Lines.InDialog("ACK", "i-re", 1, first.ToTag));
        var again = await edge.AskAsync(Lines.Invite("i-re", 2, first.ToTag));
        Assert.Equal((200, first.Body, first.ToTag), (again.Status, again.Body, again.ToTag));
        Assert.Equal(1, rig.View.Conversations);
    }

    internal static async Task<(Edge Edge, string Tag)> InviteAsync(Rig rig, string callId)
    {
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Invite(callId));
        Assert.Equal(200, answer.Status);
        await edge.SendAsync(Lines.InDialog("ACK", callId, 1, answer.ToTag));
        await edge.SettleAsync();
        return (edge, answer.ToTag);
    }
}
