using Conformance;
using Gateway.Federation;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 3428: MESSAGE inside and outside a dialog.</summary>
public sealed class Rfc3428_Section_7_Messages
{
    [Fact]
    [Clause("RFC 3428", "7")]
    [Clause("RFC 3428", "8")]
    public async Task A_message_is_answered_when_it_is_handed_over_without_body_and_without_Contact()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        rig.Crossing.MessageOutcome = null;
        await edge.SendAsync(Lines.Message("handed", 1, "", "hi"));
        var arrival = (await rig.Crossing.MessageAsync()).Arrival;
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        arrival.Answer(Outcome.Delivered);
        var answer = await edge.ResponseAsync("handed", "MESSAGE");
        Assert.Equal((200, "", false), (answer.Status, answer.Body, answer.Has("Contact")));
    }

    [Fact]
    [Clause("RFC 3428", "6")]
    public async Task A_message_of_ours_has_no_Contact()
    {
        await using var rig = await Rig.StartAsync();
        var (_, _, message) = await ConversationOutTests.TalkAsync(rig);
        Assert.False(message.Has("Contact"));
        Assert.False(message.Has("Record-Route"));
    }

    [Fact]
    [Clause("RFC 3428", "8")]
    public async Task What_is_larger_than_can_be_carried_is_413_and_a_large_message_is_carried()
    {
        await using var rig = await Rig.StartAsync(o => o with { Limits = o.Limits with { BodyBytesMax = 256 * 1024 } });
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "large");
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("large", 2, tag, new string('x', 60_000)))).Status);
        Assert.Equal(60_000, (await rig.Crossing.MessageAsync()).Arrival.Content.Body.Length);
        Assert.Equal(413, (await edge.AskAsync(Lines.Message("large", 3, tag, new string('x', 70_000)))).Status);
    }

    [Theory]
    [InlineData(-100, 60, false)]
    [InlineData(-30, 60, true)]
    [InlineData(null, 60, true)]
    [InlineData(null, 0, true)]
    [InlineData(-100, null, true)]
    [Clause("RFC 3428", "7")]
    public async Task A_message_past_its_time_is_not_shown_and_its_sender_is_told(int? sentSecondsAgo, int? expires, bool isShown)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var headers = (sentSecondsAgo is { } ago ? $"Date: {rig.Time.GetUtcNow().AddSeconds(ago):r}\r\n" : "") + (expires is { } seconds ? $"Expires: {seconds}\r\n" : "");
        var answer = await edge.AskAsync(Lines.Request("MESSAGE", Lines.NewCallId(), 1, headers + "Content-Type: text/plain\r\n", "tea is ready"));
        Assert.Equal(isShown ? 200 : 480, answer.Status);
        Assert.Equal(isShown, rig.Crossing.HasMessages);
        if (!isShown) Assert.Contains("sip.MessageExpired", answer["ms-diagnostics-public"], StringComparison.Ordinal);
    }

    [Fact]
    [Clause("RFC 3261", "20.17")]
    public async Task A_message_that_was_held_on_the_way_keeps_the_time_it_was_written()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var written = rig.Time.GetUtcNow().AddHours(-2);
        Assert.Equal(200, (await edge.AskAsync(Lines.Request("MESSAGE", "held", 1, $"Date: {written:r}\r\nContent-Type: text/plain\r\n", "yesterday"))).Status);
        var delayed = (await rig.Crossing.MessageAsync()).Arrival.Content.DelayedSince;
        Assert.Equal(written.ToUnixTimeSeconds(), delayed!.Value.ToUnixTimeSeconds());

        Assert.Equal(200, (await edge.AskAsync(Lines.Request("MESSAGE", "now", 1, $"Date: {rig.Time.GetUtcNow():r}\r\nContent-Type: text/plain\r\n", "now"))).Status);
        Assert.Null((await rig.Crossing.MessageAsync()).Arrival.Content.DelayedSince);
    }

    [Fact]
    [Clause("RFC 3428", "8")]
    public async Task One_message_at_a_time_is_under_way_to_a_user()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await ConversationOutTests.TalkAsync(rig);
        var outcomes = new[] { rig.Depart("one"), rig.Depart("two") };
        var first = await edge.RequestAsync("MESSAGE");
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        await edge.SendAsync(Lines.Response(first, 202));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        foreach (var outcome in outcomes) Assert.True((await outcome).IsDelivered);
    }
}
