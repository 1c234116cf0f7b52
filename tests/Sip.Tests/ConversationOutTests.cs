using Gateway.Federation;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Conversations that an XMPP user begins: an INVITE first, messages one at a time in order, and each failure in its own words (field facts C1 to C5, RFC 7572).</summary>
public sealed class ConversationOutTests
{
    [Fact]
    public async Task A_message_begins_a_conversation_and_is_delivered_when_it_is_answered()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("wherefore art thou?\nRomeo");
        var invite = await edge.RequestAsync("INVITE");
        Assert.Equal(Lines.Bo, invite.Uri);
        Assert.StartsWith("<sip:juliet@jabber.example>;tag=", invite["From"], StringComparison.Ordinal);
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls;lr>", invite["Record-Route"]);
        Assert.Equal("<sip:gw.jabber.example:5061;transport=tls>", invite["Contact"]);
        Assert.Contains("m=message 5061 sip null", invite.Body, StringComparison.Ordinal);

        await edge.SendAsync(Lines.Accepted(invite));
        var ack = await edge.RequestAsync("ACK");
        var message = await edge.RequestAsync("MESSAGE");
        Assert.True(ack.Order < message.Order);
        Assert.Equal((1, 2), (ack.CSeqNumber, message.CSeqNumber));
        Assert.Equal(("sip:bo@contoso.example;opaque=user:epid:AbCd_illus;gruu", "edge1"), (message.Uri, message.ToTag));
        Assert.Equal(["<sip:pool.contoso.example:5061;transport=tls;ms-fe=fe01.contoso.example;opaque=state:F;lr>", "<sip:sip.contoso.example:5061;transport=tls;lr;ms-key-info=AAEC_illus;ms-route-sig=aaZ9illus>"], message.All("Route"));
        Assert.Equal(message.All("Route"), ack.All("Route"));
        Assert.Equal(("text/plain; charset=UTF-8", "wherefore art thou?\r\nRomeo"), (message["Content-Type"], message.Body));
        Assert.False(outcome.IsCompleted);

        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(180)]
    [InlineData(183)]
    public async Task Messages_queue_while_it_rings_and_leave_in_order_one_at_a_time(int provisional)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcomes = Enumerable.Range(1, 5).Select(i => rig.Depart($"line {i}")).ToList();
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Response(invite, provisional) + Lines.Response(invite, provisional, tag: "fork2"));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(40));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);

        await edge.SendAsync(Lines.Accepted(invite));
        await edge.RequestAsync("ACK");
        for (var i = 1; i <= 5; i++)
        {
            var message = await edge.RequestAsync("MESSAGE");
            Assert.Equal($"line {i}", message.Body);
            await edge.SettleAsync();
            Assert.Empty(edge.Unread);
            await edge.SendAsync(Lines.Response(message, 200));
            Assert.True((await outcomes[i - 1]).IsDelivered);
        }

        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Theory]
    [InlineData(486, Condition.RecipientUnavailable)]
    [InlineData(603, Condition.RecipientUnavailable)]
    [InlineData(480, Condition.RecipientUnavailable)]
    [InlineData(404, Condition.ItemNotFound)]
    [InlineData(403, Condition.Forbidden)]
    [InlineData(504, Condition.RemoteServerTimeout)]
    public async Task An_invite_refused_fails_all_that_waited_and_is_acknowledged(int status, Condition condition)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var (one, two) = (rig.Depart("one"), rig.Depart("two"));
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Response(invite, status));
        var ack = await edge.RequestAsync("ACK");
        Assert.Equal((invite["Via"], "edge1"), (ack["Via"], ack.ToTag));
        foreach (var outcome in new[] { await one, await two })
        {
            Assert.Equal((condition, status), (outcome.Failure!.Condition, outcome.Failure.SipStatus));
            Assert.Contains($"{status} Because", outcome.Failure.Text, StringComparison.Ordinal);
        }

        Assert.Equal((0, 0, 0), rig.Held);
    }

    [Fact]
    public async Task The_diagnostics_of_a_refusal_decide_what_it_means()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("one");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), 404, "ms-diagnostics-public: 1002;reason=\"not authorized\"\r\n"));
        Assert.Equal(Condition.Forbidden, (await outcome).Failure!.Condition);
    }

    [Fact]
    public async Task A_message_answered_481_is_sent_once_more_in_a_new_conversation()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await TalkAsync(rig);
        var outcome = rig.Depart("again");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 481));

        var anew = await edge.RequestAsync("INVITE");
        Assert.NotEqual(invite["Call-ID"], anew["Call-ID"]);
        Assert.NotEqual(invite["Ms-Conversation-ID"], anew["Ms-Conversation-ID"]);
        await edge.SendAsync(Lines.Accepted(anew, "edge2"));
        await edge.RequestAsync("ACK");
        var message = await edge.RequestAsync("MESSAGE");
        Assert.Equal(("again", anew["Call-ID"]), (message.Body, message["Call-ID"]));
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
        Assert.DoesNotContain(edge.Unread, m => m.Method == "BYE");
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact]
    public async Task A_stale_number_is_tried_once_and_fails_when_it_happens_again()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await TalkAsync(rig);
        var outcome = rig.Depart("again");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 500));
        var bye = await edge.RequestAsync("BYE");
        Assert.Equal(invite["Call-ID"], bye["Call-ID"]);
        await edge.SendAsync(Lines.Response(bye, 200));
        await edge.SendAsync(Lines.Accepted(await edge.RequestAsync("INVITE"), "edge2"));
        await edge.RequestAsync("ACK");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 500));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        Assert.Equal(500, (await outcome).Failure!.SipStatus);
        await SettledAsync(rig, edge);
    }

    [Theory]
    [InlineData(415, Condition.NotAcceptable)]
    [InlineData(606, Condition.NotAcceptable)]
    [InlineData(403, Condition.Forbidden)]
    public async Task A_message_refused_fails_alone_and_the_conversation_stands(int status, Condition condition)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await TalkAsync(rig);
        var (bad, good) = (rig.Depart("bad"), rig.Depart("good"));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), status));
        Assert.Equal(condition, (await bad).Failure!.Condition);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 202));
        Assert.True((await good).IsDelivered);
    }

    [Fact]
    public async Task A_long_text_goes_in_pieces_and_counts_as_delivered_with_the_last()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await TalkAsync(rig);
        var outcome = rig.Depart(string.Join('\n', Enumerable.Range(0, 400).Select(i => $"{i:0000} " + new string('x', 40))));
        var heard = "";
        for (var i = 0; i < 3; i++)
        {
            Assert.False(outcome.IsCompleted);
            var piece = await edge.RequestAsync("MESSAGE");
            heard += piece.Body;
            await edge.SendAsync(Lines.Response(piece, 200));
        }

        Assert.True((await outcome).IsDelivered);
        Assert.Contains("0399 ", heard, StringComparison.Ordinal);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    public async Task A_message_nobody_answers_fails_visibly_and_is_not_sent_twice()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await TalkAsync(rig);
        var outcome = rig.Depart("hm");
        await edge.RequestAsync("MESSAGE");
        rig.Time.Advance(TimeSpan.FromSeconds(33));
        Assert.Equal((Condition.RemoteServerTimeout, "sip.MessageTimeout"), ((await outcome).Failure!.Condition, (await outcome).Failure!.Reason));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal((0, 0, 0), rig.Held);
    }

    [Fact]
    public async Task An_invite_that_rings_for_ever_is_cancelled_and_fails_in_its_own_words()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("anybody?");
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Response(invite, 180));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(121));
        var cancel = await edge.RequestAsync("CANCEL");
        Assert.Equal((invite["Via"], "1 CANCEL"), (cancel["Via"], cancel["CSeq"]));
        await edge.SendAsync(Lines.Response(cancel, 200) + Lines.Response(invite, 487));
        await edge.RequestAsync("ACK");
        Assert.False((await outcome).IsDelivered);
        Assert.Equal((0, 0, 0), rig.Held);
    }

    [Fact]
    public async Task An_old_failure_does_not_lend_its_words_to_a_new_one()
    {
        await using var rig = await Rig.StartAsync(o => o with { Conversations = o.Conversations with { AnswerWait = TimeSpan.FromSeconds(60) } });
        var (edge, _, _) = await TalkAsync(rig);
        var refused = rig.Depart("refused");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 415));
        Assert.Equal(415, (await refused).Failure!.SipStatus);

        var mute = rig.Depart("mute");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 481));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), 180));
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        await edge.RequestAsync("CANCEL");
        rig.Time.Advance(TimeSpan.FromSeconds(33));
        var failure = (await mute).Failure!;
        Assert.Equal((Condition.RemoteServerTimeout, 0), (failure.Condition, failure.SipStatus));
    }

    [Fact]
    public async Task Glare_ends_with_one_conversation_and_nothing_is_lost()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("me first");
        var ours = await edge.RequestAsync("INVITE");
        var theirs = await edge.AskAsync(Lines.Invite("o-glare"));
        await edge.SendAsync(Lines.InDialog("ACK", "o-glare", 1, theirs.ToTag));
        var message = await edge.RequestAsync("MESSAGE");
        Assert.Equal("o-glare", message["Call-ID"]);
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);

        await edge.SendAsync(Lines.Accepted(ours));
        await edge.RequestAsync("ACK");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact]
    public async Task A_second_device_that_answers_as_well_is_acknowledged_and_ended()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await TalkAsync(rig);
        await edge.SendAsync(Lines.Accepted(invite, "edge2"));
        Assert.Equal("edge2", (await edge.RequestAsync("ACK")).ToTag);
        var bye = await edge.RequestAsync("BYE");
        Assert.Equal((invite["Call-ID"], "edge2"), (bye["Call-ID"], bye.ToTag));
        await edge.SendAsync(Lines.Response(bye, 200));

        // The same answer again is acknowledged again (RFC 3261 §13.2.2.4).
        await edge.SendAsync(Lines.Accepted(invite));
        Assert.Equal("edge1", (await edge.RequestAsync("ACK")).ToTag);
        var outcome = rig.Depart("still");
        var message = await edge.RequestAsync("MESSAGE");
        Assert.Equal("edge1", message.ToTag);
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact]
    public async Task A_silent_conversation_ends_with_bye_and_both_sides_hear_of_it()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await TalkAsync(rig);
        rig.Time.Advance(TimeSpan.FromMinutes(9));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        rig.Time.Advance(TimeSpan.FromMinutes(2));
        var bye = await edge.RequestAsync("BYE");
        Assert.Equal(invite["Call-ID"], bye["Call-ID"]);
        Assert.Equal(ChatState.Gone, (await rig.Crossing.StateAsync()).State);
        await edge.SendAsync(Lines.Response(bye, 200));
        await edge.SettleAsync();
        Assert.Equal((0, 0, 0), rig.Held);
    }

    [Fact]
    public async Task Typing_leaves_in_the_form_the_peer_reads_and_only_inside_a_conversation()
    {
        await using var rig = await Rig.StartAsync();
        rig.Depart(ChatState.Composing);
        var (edge, _, _) = await TalkAsync(rig);
        rig.Depart(ChatState.Composing);
        var info = await edge.RequestAsync("INFO");
        Assert.Contains("status=\"type\"", info.Body, StringComparison.Ordinal);
        Assert.Equal("application/xml", info["Content-Type"]);
        await edge.SendAsync(Lines.Response(info, 200));
        rig.Depart(ChatState.Paused);
        Assert.Contains("status=\"idle\"", (await edge.RequestAsync("INFO")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typing_goes_as_composing_where_the_peer_lists_it()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var accepted = Lines.Accepted(await edge.RequestAsync("INVITE"));
        const string Types = "text/html \r\n";
        const string More = "text/html application/im-iscomposing+xml \r\n";
        var added = More.Length - Types.Length;
        await edge.SendAsync(accepted.Replace(Types, More, StringComparison.Ordinal).Replace($"Content-Length: {Lines.MessageSdp.Length}", $"Content-Length: {Lines.MessageSdp.Length + added}", StringComparison.Ordinal));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
        rig.Depart(ChatState.Composing);
        var typing = await edge.RequestAsync("MESSAGE");
        Assert.Equal("application/im-iscomposing+xml", typing["Content-Type"]);
        Assert.Contains("<state>active</state>", typing.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_typing_notice_answered_481_makes_the_next_message_begin_anew()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, invite, _) = await TalkAsync(rig);
        rig.Depart(ChatState.Composing);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INFO"), 481));
        await edge.SettleAsync();
        _ = rig.Depart("next");
        Assert.NotEqual(invite["Call-ID"], (await edge.RequestAsync("INVITE"))["Call-ID"]);
    }

    [Fact]
    public async Task Gone_ends_the_conversation_with_bye_after_what_is_queued()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await TalkAsync(rig);
        var last = rig.Depart("good night");
        rig.Depart(ChatState.Gone);
        var message = await edge.RequestAsync("MESSAGE");
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await last).IsDelivered);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("BYE"), 200));
        await SettledAsync(rig, edge);
    }

    [Fact]
    public async Task A_hundred_conversations_that_ended_leave_nothing_behind()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        for (var i = 0; i < 100; i++)
        {
            var outcome = rig.Depart("hi", to: new Address($"user{i}", "contoso.example"));
            var invite = await edge.RequestAsync("INVITE");
            await edge.SendAsync(Lines.Accepted(invite));
            await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
            Assert.True((await outcome).IsDelivered);
            await edge.SendAsync(Lines.Back(invite, "BYE", 1));
        }

        await SettledAsync(rig, edge);
    }

    // Nothing is held once timer M is over, in which an accepted INVITE waits for other devices (RFC 6026 §7.2).
    private static async Task SettledAsync(Rig rig, Edge edge)
    {
        await edge.SettleAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal((0, 0, 0), rig.Held);
    }

    /// <summary>A conversation that stands after one delivered message.</summary>
    internal static async Task<(Edge Edge, Heard Invite, Heard Message)> TalkAsync(Rig rig, Edge? edge = null)
    {
        edge ??= await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Accepted(invite));
        await edge.RequestAsync("ACK");
        var message = await edge.RequestAsync("MESSAGE");
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
        return (edge, invite, message);
    }
}
