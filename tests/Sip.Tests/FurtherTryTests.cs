using System.Net;
using System.Net.Sockets;
using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Sip;
using Gateway.Sip.Protocol.Conversations;
using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>
/// A request that fails at one target of a peer goes on at the next before its owner hears of it (RFC 3263 §4.3, RFC 3261 §8.1.3.1), and one that may have been acted on does not.
/// </summary>
public sealed class FurtherTryTests
{
    private static readonly Address Al = new("al", "contoso.example");

    [Fact, Clause("RFC 3263", "4.3"), Clause("RFC 3261", "8.1.3.1"), Item("PIF-070")]
    public async Task An_INVITE_that_one_machine_answers_503_goes_to_the_next_in_a_transaction_of_its_own_and_its_sender_hears_only_the_end()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        var outcome = rig.Depart("hi", by: peer);
        var one = await rig.AcceptAsync();
        var refused = await one.RequestAsync("INVITE");
        await one.SendAsync(Lines.Response(refused, 503));
        Assert.Equal(BranchOf(refused), BranchOf(await one.RequestAsync("ACK")));

        var two = await rig.AcceptAsync(second);
        var again = await two.RequestAsync("INVITE");
        Assert.NotEqual(BranchOf(refused), BranchOf(again));
        Assert.Equal(refused.Body, again.Body);
        Assert.Equal(refused.Headers.Where(h => h.Name != "Via"), again.Headers.Where(h => h.Name != "Via"));
        Assert.False(outcome.IsCompleted);

        await two.SendAsync(Lines.Accepted(again));
        await two.RequestAsync("ACK");
        await two.SendAsync(Lines.Response(await two.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
        await one.SettleAsync();
        Assert.Empty(one.Unread);

        // It asked for no peace, and what was asked there may have been its only trouble.
        Assert.Empty(EdgeOf(rig).Quarantined);
    }

    [Fact, Clause("RFC 3263", "4.3"), Clause("RFC 3261", "21.5.4")]
    public async Task A_machine_that_says_for_how_long_is_left_alone_for_that_long()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        _ = rig.Depart("one", by: peer);
        var one = await rig.AcceptAsync();
        await one.SendAsync(Lines.Response(await one.RequestAsync("INVITE"), 503, "Retry-After: 20\r\n"));
        var two = await rig.AcceptAsync(second);
        await two.RequestAsync("INVITE");
        _ = rig.Depart("two", to: Al, by: peer);
        await two.RequestAsync("INVITE");
        await one.RequestAsync("ACK");
        await one.SettleAsync();
        Assert.Empty(one.Unread);
        var left = Assert.Single(EdgeOf(rig).Quarantined);
        Assert.Equal(("sip.PeerOverloaded", 20), (left.Reason, (int)Math.Round((left.Until - rig.Time.GetUtcNow()).TotalSeconds)));

        // Its time is over: it is the better one by rank, and used again.
        rig.Time.Advance(TimeSpan.FromSeconds(22));
        _ = rig.Depart("three", to: new Address("cy", "contoso.example"), by: peer);
        await one.RequestAsync("INVITE");
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task When_every_machine_refuses_the_sender_hears_it_once_and_a_back_up_may_take_the_message()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        var outcome = rig.Depart("hi", by: peer);
        var one = await rig.AcceptAsync();
        await one.SendAsync(Lines.Response(await one.RequestAsync("INVITE"), 503));
        var two = await rig.AcceptAsync(second);
        await two.SendAsync(Lines.Response(await two.RequestAsync("INVITE"), 503, "Retry-After: 7\r\n"));
        var failure = (await outcome).Failure!;
        Assert.True(failure.IsUnsent);
        Assert.Equal(7, failure.RetryAfterSeconds);
        foreach (var machine in new[] { one, two })
        {
            await machine.RequestAsync("ACK");
            await machine.SettleAsync();
            Assert.Empty(machine.Unread);
        }

        Assert.Equal(0, rig.Side.Calls.Count);
        Assert.Empty(rig.Reports);
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task When_the_next_machine_cannot_be_reached_the_sender_hears_what_the_first_one_said()
    {
        await using var rig = await Rig.StartAsync();
        var peer = rig.Edge with { Addresses = [$"sip.contoso.example:{rig.TargetPort}", "two.contoso.example:1"] };
        rig.Resolver.Host("two.contoso.example", "127.0.0.2");
        rig.Publish(peer, rig.Other);
        var outcome = rig.Depart("hi", by: peer);
        var one = await rig.AcceptAsync();
        await one.SendAsync(Lines.Response(await one.RequestAsync("INVITE"), 503));
        var failure = (await outcome).Failure!;
        Assert.StartsWith("mapping.", failure.Reason, StringComparison.Ordinal);
        Assert.True(failure.IsUnsent);
        Assert.Equal("transport.ConnectRefused", Assert.Single(EdgeOf(rig).Quarantined).Reason);

        // The first goes on.
        await one.RequestAsync("ACK");
        _ = rig.Depart("two", to: Al, by: peer);
        await one.RequestAsync("INVITE");
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task What_goes_on_elsewhere_keeps_nothing_else_waiting()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        _ = rig.Depart("one", by: peer);
        var one = await rig.AcceptAsync();
        await one.SendAsync(Lines.Response(await one.RequestAsync("INVITE"), 503));
        await one.RequestAsync("ACK");

        // The second machine begins no handshake.
        using var slow = await second.AcceptTcpClientAsync();
        _ = rig.Depart("two", to: Al, by: peer);
        Assert.Equal("sip:al@contoso.example", (await one.RequestAsync("INVITE")).Uri);
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task A_SUBSCRIBE_that_is_answered_503_goes_to_the_next_machine()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        await rig.AskAsync(UpstreamRequest.Subscribe, peer: peer);
        var one = await rig.AcceptAsync();
        var refused = await one.RequestAsync("SUBSCRIBE");
        await one.SendAsync(Lines.Response(refused, 503, "Retry-After: 30\r\n"));
        var two = await rig.AcceptAsync(second);
        var again = await two.RequestAsync("SUBSCRIBE");
        Assert.Equal((refused["Call-ID"], refused["CSeq"], refused["From"]), (again["Call-ID"], again["CSeq"], again["From"]));
        await two.SendAsync(Lines.Response(again, 200, $"Contact: {Lines.EdgeContact}\r\nExpires: 3600\r\n"));
        await rig.Crossing.CommandAsync<UpstreamAccepted>();
        Assert.False(rig.Crossing.HasCommands);
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task A_MESSAGE_that_is_answered_503_in_its_dialog_goes_by_another_machine_under_the_same_number()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        var first = rig.Depart("one", by: peer);
        var one = await rig.AcceptAsync();
        await one.SendAsync(Lines.Accepted(await one.RequestAsync("INVITE")));
        await one.RequestAsync("ACK");
        var refused = await one.RequestAsync("MESSAGE");
        await one.SendAsync(Lines.Response(refused, 503, "Retry-After: 20\r\n"));
        var two = await rig.AcceptAsync(second);
        var again = await two.RequestAsync("MESSAGE");
        Assert.Equal((refused["CSeq"], refused.Body, refused.ToTag), (again["CSeq"], again.Body, again.ToTag));
        await two.SendAsync(Lines.Response(again, 200));
        Assert.True((await first).IsDelivered);

        // What follows in the dialog follows it.
        var next = rig.Depart("two", by: peer);
        await two.SendAsync(Lines.Response(await two.RequestAsync("MESSAGE"), 200));
        Assert.True((await next).IsDelivered);
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task A_MESSAGE_that_was_handed_over_and_never_answered_is_told_and_goes_nowhere_else()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        var lost = rig.Depart("shown?", by: peer);
        var one = await rig.AcceptAsync();
        await one.SendAsync(Lines.Accepted(await one.RequestAsync("INVITE")));
        await one.RequestAsync("MESSAGE");
        await one.DisposeAsync();
        Assert.False((await lost).Failure!.IsUnsent);
        _ = rig.Depart("two", to: Al, by: peer);

        var next = await rig.AcceptAsync();
        Assert.Equal("sip:al@contoso.example", (await next.RequestAsync("INVITE")).Uri);
        Assert.DoesNotContain(next.Unread, m => m.Method == "MESSAGE");
        Assert.False(second.Pending());
    }

    [Fact, Clause("RFC 3261", "8.1.3.1")]
    public async Task An_INVITE_whose_connection_breaks_unanswered_is_asked_again_by_a_new_one()
    {
        await using var rig = await Rig.StartAsync();
        var outcome = rig.Depart("hi");
        var one = await rig.AcceptAsync();
        var lost = await one.RequestAsync("INVITE");
        await one.DisposeAsync();
        var two = await rig.AcceptAsync();
        var again = await two.RequestAsync("INVITE");
        Assert.Equal((lost["Call-ID"], lost["CSeq"], lost.FromTag), (again["Call-ID"], again["CSeq"], again.FromTag));
        Assert.NotEqual(BranchOf(lost), BranchOf(again));
        await two.SendAsync(Lines.Accepted(again));
        await two.SendAsync(Lines.Response(await two.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact, Clause("RFC 3261", "8.1.3.1")]
    public async Task An_INVITE_that_was_answered_provisionally_is_told_when_its_connection_breaks()
    {
        await using var rig = await Rig.StartAsync();
        var outcome = rig.Depart("hi");
        var one = await rig.AcceptAsync();
        await one.SendAsync(Lines.Response(await one.RequestAsync("INVITE"), 180));
        await one.SettleAsync();
        await one.DisposeAsync();
        Assert.False((await outcome).IsDelivered);
        Assert.True(rig.IsTargetIdle);
    }

    [Fact]
    public async Task An_INVITE_that_rang_and_is_then_answered_503_goes_nowhere_else()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        var outcome = rig.Depart("hi", by: peer);
        var one = await rig.AcceptAsync();
        var invite = await one.RequestAsync("INVITE");
        await one.SendAsync(Lines.Response(invite, 180) + Lines.Response(invite, 503));
        Assert.False((await outcome).IsDelivered);
        Assert.False(second.Pending());
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task What_nobody_answered_on_a_dead_path_is_asked_again_on_the_fresh_one()
    {
        await using var rig = await Rig.StartAsync();
        var outcome = rig.Depart("one");
        var dead = await rig.AcceptAsync();
        var unheard = await dead.RequestAsync("INVITE");
        rig.Time.Advance(TimeSpan.FromSeconds(33));
        var fresh = await rig.AcceptAsync();
        var again = await fresh.RequestAsync("INVITE");
        Assert.Equal(unheard["Call-ID"], again["Call-ID"]);
        await fresh.SendAsync(Lines.Accepted(again));
        await fresh.SendAsync(Lines.Response(await fresh.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
    }

    [Fact, Clause("RFC 3261", "9.1")]
    public async Task A_CANCEL_waits_for_the_first_word_of_the_machine_the_INVITE_has_gone_on_to()
    {
        await using var rig = await Rig.StartAsync(o => o with { Conversations = ConversationOptions.Default with { AnswerWait = TimeSpan.FromSeconds(10) } });
        var (peer, second) = TwoMachines(rig);
        var outcome = rig.Depart("hi", by: peer);
        var one = await rig.AcceptAsync();
        var refused = await one.RequestAsync("INVITE");
        await one.SendAsync(Lines.Response(refused, 100) + Lines.Response(refused, 503));
        var two = await rig.AcceptAsync(second);
        var invite = await two.RequestAsync("INVITE");
        rig.Time.Advance(TimeSpan.FromSeconds(11));
        await two.SettleAsync();
        Assert.Empty(two.Unread);

        await two.SendAsync(Lines.Response(invite, 180));
        var cancel = await two.RequestAsync("CANCEL");
        Assert.Equal((BranchOf(invite), invite.CSeqNumber), (BranchOf(cancel), cancel.CSeqNumber));
        await two.SendAsync(Lines.Response(cancel, 200) + Lines.Response(invite, 487));
        await two.RequestAsync("ACK");
        Assert.False((await outcome).IsDelivered);
        await one.RequestAsync("ACK");
        await one.SettleAsync();
        Assert.Empty(one.Unread);
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task A_peer_that_came_to_us_and_refuses_is_gone_round_by_its_other_machine()
    {
        await using var rig = await Rig.StartAsync();
        var (peer, second) = TwoMachines(rig);
        var edge = await rig.DialBoundAsync();
        _ = rig.Depart("hi", by: peer);
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), 503, "Retry-After: 20\r\n"));
        var two = await rig.AcceptAsync(second);
        await two.RequestAsync("INVITE");
        Assert.True(rig.IsTargetIdle);
    }

    [Fact]
    public async Task A_message_that_may_have_been_shown_is_never_offered_to_a_back_up()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await ConversationOutTests.TalkAsync(rig);
        var doubtful = rig.Depart("shown?");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 408));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), 503));
        Assert.False((await doubtful).Failure!.IsUnsent);
    }

    // Two machines of one peer in their order, at two addresses.
    private static (PeerModel Peer, TcpListener Second) TwoMachines(Rig rig)
    {
        var second = rig.Machine("127.0.0.2");
        rig.Resolver.Host("two.contoso.example", "127.0.0.2");
        var peer = rig.Edge with { Addresses = [$"sip.contoso.example:{rig.TargetPort}", $"two.contoso.example:{((IPEndPoint)second.LocalEndpoint).Port}"] };
        rig.Publish(peer, rig.Other);
        return (peer, second);
    }

    private static string BranchOf(Heard message) => message["Via"].Split("branch=")[1].Split(';')[0];

    private static SipLinkView EdgeOf(Rig rig) => rig.View.Links.Single(l => l.Peer == "edge");
}
