using Conformance;
using Gateway.Federation;
using Gateway.Sip.Protocol;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>
/// A MESSAGE that its sender repeats because the answer was lost with its connection is shown once and answered twice, in a dialog and outside (RFC 3261 §8.2.2.2, §12.2.2, §17.2.2).
/// </summary>
public sealed class RepeatedMessageTests
{
    [Fact, Clause("RFC 3261", "17.2.2")]
    public async Task A_page_mode_MESSAGE_that_was_accepted_is_accepted_again_and_shown_once()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.DialAsync();
        Assert.Equal(200, (await first.AskAsync(Lines.Message("page", 1, "", "once"))).Status);
        await rig.Crossing.MessageAsync();
        await first.DisposeAsync();

        var second = await rig.DialAsync();
        Assert.Equal(200, (await second.AskAsync(Lines.Message("page", 1, "", "once"))).Status);
        Assert.False(rig.Crossing.HasMessages);
        Assert.Equal(0, rig.Side.Transactions.Count);
    }

    [Theory, InlineData(1, "another", 0), InlineData(2, "once", 0), InlineData(1, "once", 33)]
    [Clause("RFC 3261", "8.2.2.2")]
    public async Task Another_number_another_body_or_another_time_is_another_message(int cseq, string body, int secondsLater)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Message("page", 1, "", "once"));
        await rig.Crossing.MessageAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(secondsLater));
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("page", cseq, "", body))).Status);
        Assert.Equal(body, (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Fact]
    public async Task A_page_mode_MESSAGE_that_was_refused_may_be_tried_again()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        rig.Crossing.MessageOutcome = Outcome.Failed(new Failure(Condition.RecipientUnavailable, "federation.Any", "away"));
        Assert.Equal(480, (await edge.AskAsync(Lines.Message("page", 1, "", "once"))).Status);
        await rig.Crossing.MessageAsync();
        rig.Crossing.MessageOutcome = Outcome.Delivered;
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("page", 1, "", "once"))).Status);
        await rig.Crossing.MessageAsync();
    }

    [Fact]
    public async Task The_same_ids_of_another_peer_are_another_message()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Message("page", 1, "", "once"));
        await rig.Crossing.MessageAsync();
        var other = await rig.DialOtherAsync();
        Assert.Equal(200, (await other.AskAsync(Lines.Message("page", 1, "", "once").Replace("bo@contoso", "bo@fabrikam", StringComparison.Ordinal))).Status);
        await rig.Crossing.MessageAsync();
    }

    [Fact, Clause("RFC 3261", "12.2.2")]
    public async Task A_MESSAGE_in_a_dialog_that_was_accepted_is_accepted_again_and_shown_once()
    {
        await using var rig = await Rig.StartAsync();
        var (first, tag) = await ConversationInTests.InviteAsync(rig, "talk");
        Assert.Equal(200, (await first.AskAsync(Lines.Message("talk", 2, tag, "once"))).Status);
        await rig.Crossing.MessageAsync();
        await first.DisposeAsync();

        var second = await rig.DialAsync();
        Assert.Equal(200, (await second.AskAsync(Lines.Message("talk", 2, tag, "once"))).Status);
        Assert.Equal(200, (await second.AskAsync(Lines.Message("talk", 3, tag, "twice"))).Status);
        Assert.Equal("twice", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);

        // A lower number is out of order, whatever was once answered to it.
        Assert.Equal(500, (await second.AskAsync(Lines.Message("talk", 2, tag, "once"))).Status);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Fact, Clause("RFC 3261", "17.2.2")]
    public async Task A_MESSAGE_in_a_dialog_that_is_repeated_while_it_waits_is_shown_once_and_both_are_answered()
    {
        await using var rig = await Rig.StartAsync();
        var (first, tag) = await ConversationInTests.InviteAsync(rig, "talk");
        rig.Crossing.MessageOutcome = null;
        await first.SendAsync(Lines.Message("talk", 2, tag, "once"));
        var (_, arrival) = await rig.Crossing.MessageAsync();
        var second = await rig.DialAsync();
        await second.SendAsync(Lines.Message("talk", 2, tag, "once"));
        await second.SettleAsync();
        Assert.False(rig.Crossing.HasMessages);

        arrival.Answer(Outcome.Delivered);
        Assert.Equal(200, (await first.ResponseAsync("talk", "MESSAGE")).Status);
        Assert.Equal(200, (await second.ResponseAsync("talk", "MESSAGE")).Status);
        Assert.Equal(200, (await second.AskAsync(Lines.Message("talk", 2, tag, "once"))).Status);
    }

    [Fact]
    public async Task A_MESSAGE_in_a_dialog_that_was_refused_is_out_of_order_when_it_comes_again()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "talk");
        rig.Crossing.MessageOutcome = Outcome.Failed(new Failure(Condition.RecipientUnavailable, "federation.Any", "away"));
        Assert.Equal(480, (await edge.AskAsync(Lines.Message("talk", 2, tag, "once"))).Status);
        Assert.Equal(500, (await edge.AskAsync(Lines.Message("talk", 2, tag, "once"))).Status);
    }
}
