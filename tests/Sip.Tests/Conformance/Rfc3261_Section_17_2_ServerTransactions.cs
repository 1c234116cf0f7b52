using Conformance;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 3261 §17.2 with RFC 6026 and RFC 4320, as the wire shows them over TLS.</summary>
public sealed class Rfc3261_Section_17_2_ServerTransactions
{
    [Fact]
    [Clause("RFC 6026", "7.1")]
    public async Task A_repeated_invite_is_absorbed_once_it_is_accepted()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var invite = Lines.Invite("again");
        Assert.Equal(200, (await edge.AskAsync(invite)).Status);
        await edge.SendAsync(invite);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact]
    [Clause("RFC 3261", "17.2.1")]
    public async Task A_repeated_invite_gets_the_same_refusal_until_it_is_acknowledged()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var invite = Lines.Invite("no", headers: "TriggeredInvite: TRUE\r\n");
        var refusal = await edge.AskAsync(invite);
        var repeated = await edge.AskAsync(invite);
        Assert.Equal((488, refusal.ToTag), (repeated.Status, repeated.ToTag));
        await edge.SendAsync(Lines.AckOf(invite, refusal));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal(0, rig.Side.Transactions.Count);
    }

    [Fact]
    [Clause("RFC 3261", "17.2.1")]
    public async Task A_refusal_that_is_never_acknowledged_is_given_up_after_timer_H_with_its_reason()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Invite("no-ack", headers: "TriggeredInvite: TRUE\r\n"));
        rig.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, rig.Side.Transactions.Count);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, rig.Side.Transactions.Count);
        Assert.Contains("ended edge INVITE sip.AckNeverCame", rig.Reports);
    }

    [Fact]
    [Clause("RFC 3261", "17.2.2")]
    public async Task A_repeated_message_is_not_delivered_twice()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        rig.Crossing.MessageOutcome = null;
        var message = Lines.Message("twice", 1, "", "once");
        await edge.SendAsync(message + message);
        var arrival = (await rig.Crossing.MessageAsync()).Arrival;
        await edge.SettleAsync();
        Assert.False(rig.Crossing.HasMessages);
        arrival.Answer(Gateway.Federation.Outcome.Delivered);
        Assert.InRange((await edge.ResponseAsync("twice", "MESSAGE")).Status, 200, 202);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Clause("RFC 4320", "4.1")]
    [Clause("RFC 4320", "4.2")]
    [Clause("RFC 3261", "8.2.6.1")]
    public async Task A_message_that_waits_gets_100_in_time_and_no_answer_when_it_is_too_late(bool isInDialog)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag) = await ConversationInTests.InviteAsync(rig, "talk");
        rig.Crossing.MessageOutcome = null;
        var (callId, toTag) = isInDialog ? ("talk", tag) : ("pager", "");
        await edge.SendAsync(Lines.InDialog("MESSAGE", callId, 2, toTag, "Timestamp: 54.2\r\nContent-Type: text/plain\r\n", "slow"));
        var arrival = (await rig.Crossing.MessageAsync()).Arrival;
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        var trying = await edge.ResponseAsync(callId, "MESSAGE");
        Assert.Equal((100, toTag, "54.2"), (trying.Status, trying.ToTag, trying["Timestamp"]));

        rig.Time.Advance(TimeSpan.FromSeconds(29));
        arrival.Answer(Gateway.Federation.Outcome.Delivered);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Contains("ended edge MESSAGE sip.TransactionTimeout", rig.Reports);
    }

    [Fact]
    [Clause("RFC 3261", "18.2.2")]
    public async Task An_answer_whose_connection_is_gone_takes_another_of_the_same_peer()
    {
        await using var rig = await Rig.StartAsync();
        var (first, second) = (await rig.DialBoundAsync(), await rig.DialBoundAsync());
        rig.Crossing.MessageOutcome = null;
        await first.SendAsync(Lines.Message("moved", 1, "", "hi"));
        var arrival = (await rig.Crossing.MessageAsync()).Arrival;
        await first.DisposeAsync();
        await rig.QuietAsync();
        arrival.Answer(Gateway.Federation.Outcome.Delivered);
        Assert.InRange((await second.ResponseAsync("moved", "MESSAGE")).Status, 200, 202);
    }
}
