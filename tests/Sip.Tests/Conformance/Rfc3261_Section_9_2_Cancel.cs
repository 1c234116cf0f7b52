using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>RFC 3261 §9.2: a CANCEL is answered for itself, and changes only what has no final response yet.</summary>
[Clause("RFC 3261", "9.2")]
public sealed class Rfc3261_Section_9_2_Cancel
{
    [Fact]
    public async Task A_cancel_of_nothing_is_481()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.CancelOf(Lines.Invite("never-sent")));
        Assert.Equal(481, answer.Status);
        Assert.Contains("sip.TransactionUnknown", answer["ms-diagnostics-public"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_after_the_final_response_is_200_with_its_tag_and_changes_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var invite = Lines.Invite("too-late");
        var accepted = await edge.AskAsync(invite);

        // Require means nothing in a CANCEL (section 8.2.2.3).
        var answer = await edge.AskAsync(Lines.CancelOf(invite).Replace("Max-Forwards:", "Require: frobnicate\r\nMax-Forwards:", StringComparison.Ordinal));
        Assert.Equal((200, accepted.ToTag), (answer.Status, answer.ToTag));

        await edge.SendAsync(Lines.InDialog("ACK", "too-late", 1, accepted.ToTag));
        Assert.Equal(200, (await edge.AskAsync(Lines.Message("too-late", 2, accepted.ToTag, "still here"))).Status);
        Assert.DoesNotContain(edge.Unread, m => m.Status == 487);
    }

    [Fact]
    public async Task A_cancel_that_overtakes_the_answer_is_200_with_487_and_nothing_stands_afterwards()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var connection = rig.Side.Links.For(rig.Edge).Live[0];
        var invite = Lines.Invite("overtaken");
        Assert.Equal(SipReason.None, SipParser.TryRead(System.Text.Encoding.UTF8.GetBytes(invite), SipLimits.Default, out var message));
        var request = Assert.IsType<SipRequest>(message);
        Assert.True(rig.Side.Transactions.TryOpen(connection, request, "edge"));

        var answer = await edge.AskAsync(Lines.CancelOf(invite));
        var terminated = await edge.ResponseAsync("overtaken", "INVITE");
        Assert.Equal((200, 487, answer.ToTag), (answer.Status, terminated.Status, terminated.ToTag));

        // The thread that had taken the INVITE comes to answer it only now.
        var who = new Requester((FederatedPeer)rig.Registry.Admit(connection.Transport.Evidence, Protocol.Sip, "contoso.example").Principal!, Rig.Bo, Rig.Juliet);
        rig.Side.Conversations.OnRequest(connection, request, who);
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);
        Assert.Equal((0, 0), (rig.Held.Conversations, rig.Held.Dialogs));
        await edge.SendAsync(Lines.AckOf(invite, terminated));
        await edge.SettleAsync();
        Assert.Equal(0, rig.Side.Transactions.Count);
    }

    [Fact]
    public async Task A_cancel_of_a_refused_invite_changes_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var invite = Lines.Invite("refused", headers: "TriggeredInvite: TRUE\r\n");
        var refusal = await edge.AskAsync(invite);
        Assert.Equal(488, refusal.Status);
        Assert.Equal(200, (await edge.AskAsync(Lines.CancelOf(invite))).Status);

        // Acknowledged, the transaction is gone, and so is what a CANCEL could find.
        await edge.SendAsync(Lines.AckOf(invite, refusal));
        Assert.Equal(481, (await edge.AskAsync(Lines.CancelOf(invite))).Status);
        Assert.Equal(0, rig.Side.Transactions.Count);
    }

    [Fact]
    public async Task A_cancel_of_a_message_that_waits_is_200_and_the_message_goes_on()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        rig.Crossing.MessageOutcome = null;
        var message = Lines.Message("waits", 1, "", "hi");
        await edge.SendAsync(message);
        var arrival = (await rig.Crossing.MessageAsync()).Arrival;
        Assert.Equal(200, (await edge.AskAsync(Lines.CancelOf(message))).Status);
        arrival.Answer(Gateway.Federation.Outcome.Delivered);
        Assert.InRange((await edge.ResponseAsync("waits", "MESSAGE")).Status, 200, 202);
    }

    [Fact]
    public async Task A_cancel_by_another_peer_finds_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, other) = (await rig.DialAsync(), await rig.DialOtherAsync());
        var invite = Lines.Invite("mine");
        Assert.Equal(200, (await edge.AskAsync(invite)).Status);
        var foreign = Lines.CancelOf(invite).Replace("bo@contoso.example", "bo@fabrikam.example", StringComparison.Ordinal);
        Assert.Equal(481, (await other.AskAsync(foreign)).Status);
    }
}
