using System.Collections.Frozen;
using Conformance;
using Gateway.Federation;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>Field facts C1 to C6: instant messages with Microsoft users as their clients hold them, and the flows of the catalogue that rest on them.</summary>
public sealed class FieldFacts_C_Conversations
{
    private const string LyncHeaders =
        "ms-text-format: text/plain; charset=UTF-8; ms-body=SGVsbG8=\r\nms-im-format: text/html; charset=UTF-8; ms-body=PGI+SGVsbG88L2I+\r\n" +
        "Supported: ms-dialog-route-set-update\r\nSupported: ms-embedded-first-message\r\nSupported: ms-delayed-accept\r\nSupported: timer\r\nSupported: ms-sender\r\n" +
        "Ms-Conversation-ID: AdABCDEFillustrative0123456789==\r\nRoster-Manager: sip:bo@contoso.example\r\n" +
        "EndPoints: <sip:bo@contoso.example>, <sip:juliet@jabber.example>\r\nSupported: com.microsoft.rtc-multiparty\r\nSupported: ms-conf-invite\r\n" +
        "Allow: INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, UPDATE, REFER, NOTIFY, BENOTIFY\r\nhistory-info: <sip:juliet@jabber.example>;index=1\r\n";

    [Theory]
    [InlineData("application/sdp", "message", Lines.MessageSdp)]
    [InlineData("application/sdp;call-type=im", "message", Lines.MessageSdp)]
    [InlineData("application/sdp", "x-ms-message", "v=0\r\no=- 0 0 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=x-ms-message 5060 sip null\r\n")]
    [Item("FLOW-F")]
    [Item("T-14")]
    [Item("T-15")]
    [Item("T-16")]
    [Item("PIF-052")]
    [Item("OCS-037")]
    [Item("OCS-039")]
    public async Task A_client_s_invitation_is_taken_at_once_its_typing_and_text_pass_and_its_first_line_is_shown_once(string type, string media, string sdp)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var invite = Lines.Invite("lync", headers: LyncHeaders, body: sdp).Replace("Content-Type: application/sdp\r\n", $"Content-Type: {type}\r\n", StringComparison.Ordinal);
        var accepted = await edge.AskAsync(invite);
        Assert.Equal(200, accepted.Status);
        Assert.Contains($"m={media} 5061 sip sip:juliet@jabber.example\r\n", accepted.Body, StringComparison.Ordinal);
        Assert.Equal("timer", string.Join(',', accepted.All("Supported")));
        await edge.SendAsync(Lines.InDialog("ACK", "lync", 1, accepted.ToTag));

        const string Typing = "<?xml version=\"1.0\"?><KeyboardActivity><status status=\"type\"/></KeyboardActivity>";
        Assert.Equal(200, (await edge.AskAsync(Lines.InDialog("INFO", "lync", 2, accepted.ToTag, "Content-Type: application/xml\r\n", Typing))).Status);
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("lync", 3, accepted.ToTag, "Hello", "text/plain; charset=UTF-8;msgr=WAAtAE0A"))).Status);
        var arrival = (await rig.Crossing.MessageAsync()).Arrival;
        Assert.Equal(("Hello", Rig.Bo, Rig.Juliet), (arrival.Content.Body, arrival.Passage.From, arrival.Passage.To));
        Assert.False(rig.Crossing.HasMessages);
    }

    public static TheoryData<string, string, string, int> Foreign => new()
    {
        { "Require: com.microsoft.rtc-multiparty\r\n", "application/sdp", Lines.MessageSdp, 420 },
        { "TriggeredInvite: TRUE\r\n", "application/sdp", Lines.MessageSdp, 488 },
        { "EndPoints: <sip:bo@contoso.example>, <sip:juliet@jabber.example>, <sip:cy@contoso.example>\r\n", "application/sdp", Lines.MessageSdp, 488 },
        { "", "application/ms-conf-invite+xml", "<Conferencing version=\"2.0\"/>", 488 },
        { "", "application/sdp", "v=0\r\no=- 0 0 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 5060 RTP/AVP 0\r\nm=video 5062 RTP/AVP 34\r\n", 488 },
        { "", "multipart/alternative;boundary=x", "--x\r\nContent-Type: application/SDP\r\n\r\nv=0\r\n--x--\r\n", 488 },
        { "", "multipart/mixed;boundary=x", "--x\r\nContent-Type: application/ms-filetransfer+xml\r\n\r\n<request/>\r\n--x--\r\n", 488 },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    [Item("PIF-055")]
    public async Task Conferences_calls_and_files_are_refused_and_the_conversation_that_stands_is_not_touched(string headers, string type, string body, int status)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "stands");
        foreach (var toTag in new[] { "", tag })
        {
            var callId = toTag.Length == 0 ? "other" : "stands";
            var invite = Lines.Invite(callId, 2, toTag, headers, body).Replace("Content-Type: application/sdp\r\n", $"Content-Type: {type}\r\n", StringComparison.Ordinal);
            var refused = await edge.AskAsync(invite);
            Assert.Equal(status, refused.Status);
            if (status == 488) Assert.StartsWith("52063;", refused["ms-client-diagnostics"], StringComparison.Ordinal);
            await edge.SendAsync(Lines.AckOf(invite, refused));
        }

        Assert.Equal(200, (await edge.AskAsync(Lines.Message("stands", 3, tag, "still here"))).Status);
        Assert.Equal("still here", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
        Assert.Equal(0, rig.View.PendingRequests);
    }

    [Theory]
    [InlineData("text/x-msmsgsinvite; charset=UTF-8", "Application-Name: File Transfer\r\nInvitation-Command: INVITE\r\n", 415)]
    [InlineData("application/x-ms-mim", "x", 200)]
    [InlineData("text/plain", "\r\n", 200)]
    public async Task What_is_no_text_for_a_person_is_refused_or_dropped_and_never_shown(string type, string body, int status)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "files");
        Assert.Equal(status, (await edge.AskAsync(Lines.Message("files", 2, tag, body, type))).Status);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("files", 3, tag, "hi"))).Status);
        Assert.Equal("hi", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Theory]
    [InlineData("application/x-ms-mim")]
    [InlineData("application/xml+conversationinfo")]
    [InlineData("application/csta+xml")]
    [InlineData("application/ms-filetransfer+xml")]
    public async Task Side_talk_of_clients_in_INFO_is_taken_and_dropped(string type)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "aside");
        Assert.Equal(200, (await edge.AskAsync(Lines.InDialog("INFO", "aside", 2, tag, $"Content-Type: {type}\r\n", "<x/>"))).Status);
        Assert.False(rig.Crossing.HasStates);
    }

    [Fact]
    [Item("FLOW-E")]
    [Item("T-12")]
    [Item("T-13")]
    [Item("T-24")]
    [Item("T-27")]
    [Item("PIF-051")]
    [Item("PIF-054")]
    [Item("OCS-040")]
    [Item("OCS-046")]
    [Item("PSB-066")]
    public async Task A_message_of_an_XMPP_user_invites_waits_through_101_and_all_that_follow_use_the_one_dialog()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var user = new Address("o'malley", "contoso.example");
        var (one, two) = (rig.Depart("one", user), rig.Depart("two", user));
        var invite = await edge.RequestAsync("INVITE");
        Assert.Equal(("sip:o'malley@contoso.example", "<sip:gw.jabber.example:5061;transport=tls>"), (invite.Uri, invite["Contact"]));
        Assert.Equal((1, true), (invite.All("Ms-Conversation-ID").Count, invite["Allow"].Contains("MESSAGE", StringComparison.Ordinal)));
        Assert.DoesNotContain("ms-", string.Join(',', invite.All("Supported")), StringComparison.Ordinal);
        await edge.SendAsync(Lines.Response(invite, 101, "ms-diagnostics: 13004;reason=\"Request was proxied to one or more registered endpoints\"\r\n", tag: "a")
            + Lines.Response(invite, 199, tag: "b"));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        await edge.SendAsync(Lines.Accepted(invite));
        Assert.Equal("", (await edge.RequestAsync("ACK")).Body);
        var first = await edge.RequestAsync("MESSAGE");
        Assert.Equal(("one", invite["Call-ID"]), (first.Body, first["Call-ID"]));
        await edge.SendAsync(Lines.Response(first, 200));
        var second = await edge.RequestAsync("MESSAGE");
        Assert.Equal(("two", invite["Call-ID"], first.CSeqNumber + 1), (second.Body, second["Call-ID"], second.CSeqNumber));
        await edge.SendAsync(Lines.Response(second, 200));
        Assert.True((await one).IsDelivered && (await two).IsDelivered);

        // What the SIP user says in it comes in by the same dialog.
        var back = Lines.Back(invite, "MESSAGE", 1, "Content-Type: text/plain\r\n", "three");
        Assert.Equal(200, (await edge.AskAsync(back)).Status);
        Assert.Equal(1, rig.View.Conversations);
    }

    [Theory]
    [InlineData(404, Condition.ItemNotFound)]
    [InlineData(403, Condition.Forbidden)]
    [InlineData(480, Condition.RecipientUnavailable)]
    [InlineData(486, Condition.RecipientUnavailable)]
    [InlineData(487, Condition.RecipientUnavailable)]
    [InlineData(488, Condition.NotAcceptable)]
    [InlineData(415, Condition.NotAcceptable)]
    [InlineData(504, Condition.RemoteServerTimeout)]
    [InlineData(408, Condition.RemoteServerTimeout)]
    [InlineData(503, Condition.InternalServerError)]
    [InlineData(603, Condition.RecipientUnavailable)]
    [InlineData(606, Condition.PolicyViolation)]
    [InlineData(499, Condition.BadRequest)]
    [InlineData(599, Condition.InternalServerError)]
    [InlineData(699, Condition.RecipientUnavailable)]
    [Clause("RFC 3261", "8.1.3.2")]
    [Item("T-19")]
    public async Task A_refused_invitation_is_told_to_the_sender_by_its_status(int status, Condition condition)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), status, status == 606 ? "Warning: 309 sip.contoso.example \"Message contents not allowed by policy\"\r\n" : ""));
        await edge.RequestAsync("ACK");
        Assert.Equal((condition, status), ((await outcome).Failure!.Condition, (await outcome).Failure!.SipStatus));
    }

    [Theory]
    [InlineData(481)]
    [InlineData(408)]
    [InlineData(480)]
    [InlineData(500)]
    public async Task A_message_that_met_a_dead_dialog_goes_once_more_in_a_new_one_and_then_fails(int status)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await ConversationOutTests.TalkAsync(rig);
        var outcome = rig.Depart("again");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), status));
        var anew = await edge.RequestAsync("INVITE");
        Assert.NotEqual(invite["Call-ID"], anew["Call-ID"]);
        await edge.SendAsync(Lines.Accepted(anew, "edge2"));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), status));
        Assert.Equal(status, (await outcome).Failure!.SipStatus);
        await edge.SettleAsync();
        Assert.DoesNotContain(edge.Unread, m => m.Method is "INVITE" or "MESSAGE");
    }

    [Fact]
    [Item("T-18")]
    public async Task A_conversation_that_the_client_closed_is_gone_and_the_next_message_invites_anew()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await ConversationOutTests.TalkAsync(rig);
        var bye = Lines.Back(invite, "BYE", 1, "ms-client-diagnostics: 51004;reason=\"Action initiated by user\"\r\n");
        Assert.Equal(200, (await edge.AskAsync(bye)).Status);
        Assert.Equal(ChatState.Gone, (await rig.Crossing.StateAsync()).State);
        _ = rig.Depart("still there?");
        var anew = await edge.RequestAsync("INVITE");
        Assert.NotEqual((invite["Call-ID"], invite["Ms-Conversation-ID"]), (anew["Call-ID"], anew["Ms-Conversation-ID"]));
    }

    [Fact]
    public async Task A_message_that_came_back_late_is_told_in_words_where_a_session_stands()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "late");
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("late", 2, tag, "hi"))).Status);
        var back = new Passage(1, "xmpp", Protocol.Xmpp, PassageKind.LateFailure, Rig.Juliet, Rig.Bo);
        rig.Side.Depart(new LateFailureDeparture(back, 7, new Failure(Condition.ServiceUnavailable, "mapping.RefusedByXmpp", "x"), rig.Edge));
        var told = await edge.RequestAsync("MESSAGE");
        Assert.Equal(("late", "[Not delivered] The user cannot be reached now.", tag), (told["Call-ID"], told.Body, told.FromTag));

        // Whatever becomes of the words, they are not said again.
        await edge.SendAsync(Lines.Response(told, 481));
        await edge.SettleAsync();
        rig.Side.Depart(new LateFailureDeparture(back, 8, new Failure(Condition.ServiceUnavailable, "mapping.RefusedByXmpp", "x"), rig.Edge));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal((0, 0), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact]
    public async Task Two_peer_records_behind_one_certificate_each_have_their_own_dialogs_and_their_ACK()
    {
        await using var rig = await Rig.StartAsync();
        var twin = rig.Edge with { Name = "twin", FromDomains = new[] { "tailspin.example" }.ToFrozenSet() };
        rig.Publish(rig.Edge, twin);
        var edge = await rig.DialBoundAsync();
        string OfTwin(string text) => text.Replace("bo@contoso.example", "bo@tailspin.example", StringComparison.Ordinal);
        var accepted = await edge.AskAsync(OfTwin(Lines.Invite("twin")));
        await edge.SendAsync(OfTwin(Lines.InDialog("ACK", "twin", 1, accepted.ToTag)));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(40));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal(200, (await edge.AskAsync(OfTwin(Lines.Message("twin", 2, accepted.ToTag, "mine")))).Status);
        Assert.Equal(481, (await edge.AskAsync(Lines.Message("twin", 3, accepted.ToTag, "not mine"))).Status);
    }
}
