using Conformance;
using Gateway.Federation;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 3994 and KeyboardActivity on the wire, both ways, inside a session and outside.</summary>
public sealed class Rfc3994_IsComposing
{
    private const string Type = "application/im-iscomposing+xml";

    [Fact]
    [Clause("RFC 3994", "3.3")]
    public async Task An_active_state_lapses_after_its_refresh_or_two_minutes_and_ends_with_the_message()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "typist");
        await edge.AskAsync(Lines.Message("typist", 2, tag, Composing("active", 90), Type));
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        rig.Time.Advance(TimeSpan.FromSeconds(88));
        Assert.False(rig.Crossing.HasStates);
        await edge.AskAsync(Lines.Message("typist", 3, tag, Composing("active", 90), Type));
        rig.Time.Advance(TimeSpan.FromSeconds(88));
        Assert.False(rig.Crossing.HasStates);
        rig.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(ChatState.Paused, (await rig.Crossing.StateAsync()).State);

        await edge.AskAsync(Lines.Message("typist", 4, tag, Composing("active", null), Type));
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        rig.Time.Advance(TimeSpan.FromSeconds(118));
        Assert.False(rig.Crossing.HasStates);
        rig.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(ChatState.Paused, (await rig.Crossing.StateAsync()).State);

        await edge.AskAsync(Lines.Message("typist", 5, tag, Composing("active", 60), Type));
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        await edge.AskAsync(Lines.Message("typist", 6, tag, "done"));
        rig.Time.Advance(TimeSpan.FromSeconds(200));
        Assert.False(rig.Crossing.HasStates);
    }

    [Fact]
    [Clause("RFC 3994", "3.3")]
    [Clause("RFC 3994", "3.5")]
    public async Task A_state_nobody_knows_is_idle()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "dreamer");
        await edge.AskAsync(Lines.Message("dreamer", 2, tag, Composing("active", 60), Type));
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("dreamer", 3, tag, Composing("daydreaming", 60), Type))).Status);
        Assert.Equal(ChatState.Paused, (await rig.Crossing.StateAsync()).State);
    }

    [Fact]
    [Clause("RFC 3994", "4")]
    public async Task Typing_outside_a_session_is_passed_on_lapses_and_ends_with_the_message()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("page1", 1, "", Composing("active", 60), Type))).Status);
        var typing = await rig.Crossing.StateAsync();
        Assert.Equal((ChatState.Composing, Rig.Bo, Rig.Juliet), (typing.State, typing.Passage.From, typing.Passage.To));
        await edge.AskAsync(Lines.Message("page2", 1, "", Composing("active", 60), Type));
        rig.Time.Advance(TimeSpan.FromSeconds(62));
        Assert.Equal(ChatState.Paused, (await rig.Crossing.StateAsync()).State);

        await edge.AskAsync(Lines.Message("page3", 1, "", Composing("active", 60), Type));
        Assert.Equal(ChatState.Composing, (await rig.Crossing.StateAsync()).State);
        await edge.AskAsync(Lines.Message("page4", 1, "", "here it is"));
        rig.Time.Advance(TimeSpan.FromSeconds(62));
        Assert.False(rig.Crossing.HasStates);
        Assert.Equal(0, rig.View.Conversations);
    }

    [Fact]
    [Clause("RFC 3994", "3.2")]
    public async Task Ours_is_refreshed_each_minute_and_idle_when_the_client_fell_silent()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await TalkAsync(rig, Type);
        rig.Depart(ChatState.Composing);
        await HearAsync(edge, "active");
        rig.Depart(ChatState.Composing);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        await HearAsync(edge, "active");
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        await HearAsync(edge, "idle");
        rig.Time.Advance(TimeSpan.FromSeconds(200));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    [Clause("RFC 3994", "3.2")]
    public async Task Our_message_needs_no_idle_and_a_pause_without_typing_says_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await TalkAsync(rig, Type);
        rig.Depart(ChatState.Paused);
        rig.Depart(ChatState.Composing);
        await HearAsync(edge, "active");
        var outcome = rig.Depart("here it is");
        var message = await edge.RequestAsync("MESSAGE");
        Assert.Equal("here it is", message.Body);
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await outcome).IsDelivered);
        rig.Depart(ChatState.Active);
        rig.Time.Advance(TimeSpan.FromSeconds(200));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Fact]
    [Item("T-17")]
    [Item("PIF-053")]
    public async Task A_Microsoft_user_is_told_by_INFO_once_in_ten_seconds_at_most()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await TalkAsync(rig, "");
        rig.Depart(ChatState.Composing);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INFO"), 200));
        for (var i = 0; i < 5; i++) rig.Depart(ChatState.Composing);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        rig.Depart(ChatState.Composing);
        Assert.Contains("\"type\"", (await edge.RequestAsync("INFO")).Body, StringComparison.Ordinal);
        rig.Depart(ChatState.Inactive);
        Assert.Contains("\"idle\"", (await edge.RequestAsync("INFO")).Body, StringComparison.Ordinal);
    }

    private static string Composing(string state, int? refresh) =>
        $"<?xml version=\"1.0\"?><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>{state}</state>{(refresh is { } s ? $"<refresh>{s}</refresh>" : "")}</isComposing>";

    private static async Task HearAsync(Edge edge, string state)
    {
        var notice = await edge.RequestAsync("MESSAGE");
        Assert.Equal(Type, notice["Content-Type"]);
        Assert.Contains($"<state>{state}</state>", notice.Body, StringComparison.Ordinal);
        await edge.SendAsync(Lines.Response(notice, 200));
    }

    // A session whose other end lists this type among those it takes.
    private static async Task<Edge> TalkAsync(Rig rig, string type)
    {
        var edge = await rig.DialBoundAsync();
        var outcome = rig.Depart("hello");
        var invite = await edge.RequestAsync("INVITE");
        var sdp = Lines.MessageSdp.Replace("text/html \r\n", $"text/html {type} \r\n", StringComparison.Ordinal);
        await edge.SendAsync(Lines.Response(invite, 200, $"Contact: {Lines.EdgeContact}\r\nUser-Agent: UCCAPI/15.0 (Microsoft Lync)\r\nContent-Type: application/sdp\r\n", sdp));
        await edge.RequestAsync("ACK");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
        return edge;
    }
}
