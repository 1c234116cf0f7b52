using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Several connections of one peer: opened when there is much to do, dialogs spread over them, order kept, nothing lost when one ends.</summary>
public sealed class LinkSpreadTests
{
    [Fact, Item("OCS-037")]
    public async Task A_busy_peer_gets_up_to_four_connections_of_ours_and_dialogs_are_spread_over_them()
    {
        await using var rig = await Rig.StartAsync(o => o with { RequestsPerConnection = 2 });
        var edges = new List<Edge>();
        var user = 0;
        for (var i = 0; i < 4; i++)
        {
            for (var k = 0; k < 40; k++) _ = rig.Depart("hi", to: new Address($"user{user++}", "contoso.example"));
            edges.Add(await rig.AcceptAsync());
            await Rig.UntilAsync(() => rig.View.Links.Single(l => l.Peer == "edge").Connections.Count == edges.Count, $"connection {edges.Count}");
        }

        for (var k = 0; k < 64; k++) _ = rig.Depart("hi", to: new Address($"user{user++}", "contoso.example"));
        foreach (var edge in edges)
        {
            await edge.SettleAsync();
            Assert.Contains(edge.Unread, m => m.Method == "INVITE");
        }

        Assert.Equal(user, edges.Sum(e => e.Unread.Count(m => m.Method == "INVITE")));
        Assert.True(rig.IsTargetIdle);
        Assert.Equal(4, Assert.Single(rig.View.Links).Connections.Count);
    }

    [Fact]
    public async Task The_peers_record_bounds_the_connections_we_open()
    {
        await using var rig = await Rig.StartAsync(o => o with { RequestsPerConnection = 1 });
        var one = rig.Edge with { Limits = rig.Edge.Limits with { OutgoingConnectionsMax = 1 } };
        rig.Publish(one, rig.Other);
        for (var i = 0; i < 8; i++) _ = rig.Depart("hi", to: new Address($"user{i}", "contoso.example"), by: one);
        var edge = await rig.AcceptAsync();
        for (var i = 0; i < 8; i++) await edge.RequestAsync("INVITE");
        _ = rig.Depart("hi", to: new Address("more", "contoso.example"), by: one);
        await edge.RequestAsync("INVITE");
        Assert.True(rig.IsTargetIdle);
    }

    [Fact]
    public async Task Quiet_dialogs_share_one_connection()
    {
        await using var rig = await Rig.StartAsync();
        for (var i = 0; i < 50; i++) _ = rig.Depart("hi", to: new Address($"user{i}", "contoso.example"));
        var edge = await rig.AcceptAsync();
        for (var i = 0; i < 50; i++) await edge.RequestAsync("INVITE");
        Assert.True(rig.IsTargetIdle);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    [Clause("RFC 3261", "12.2.1.1")]
    public async Task What_is_sent_in_the_instant_a_dial_ends_does_not_overtake_what_waited_for_it(int round)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await ConversationOutTests.TalkAsync(rig);
        await edge.DisposeAsync();
        await Rig.UntilAsync(() => rig.View.Links[0].Connections.Count == 0, "the edge's connection to be gone");

        // Typing is not held back until the one before was answered: each leaves, or waits, at once.
        var isOver = false;
        var typed = 0;
        var typist = Task.Run(() =>
        {
            while (!Volatile.Read(ref isOver) && typed < 1_200) rig.Depart(++typed % 2 == 0 ? ChatState.Composing : ChatState.Paused);
        });
        await Rig.UntilAsync(() => rig.View.Links[0].Waiting > 50, "typing to wait");
        var back = await rig.AcceptAsync();
        await back.RequestAsync("INFO");
        Volatile.Write(ref isOver, true);
        await typist;
        await back.SettleAsync();
        var order = back.Unread.Where(m => m.Method == "INFO").Select(m => m.CSeqNumber).ToList();
        Assert.Equal(order.Order(), order);
        Assert.True(order.Count > 50, $"round {round}: {order.Count} of {typed}");
    }

    [Fact]
    public async Task A_dialog_keeps_its_connection_while_one_of_its_requests_is_unanswered()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await ConversationOutTests.TalkAsync(rig);
        rig.Depart(ChatState.Composing);
        await edge.RequestAsync("INFO");
        var others = new List<Edge>();
        for (var i = 0; i < 3; i++) others.Add(await rig.DialBoundAsync());
        for (var i = 0; i < 20; i++) rig.Depart(i % 2 == 0 ? ChatState.Paused : ChatState.Composing);
        for (var i = 0; i < 20; i++) await edge.RequestAsync("INFO");
        foreach (var other in others)
        {
            await other.SettleAsync();
            Assert.Empty(other.Unread);
        }
    }

    [Fact, Item("OCS-037"), Item("PSB-065")]
    public async Task Requests_of_a_dialog_are_taken_on_any_connection_of_the_same_principal()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.DialBoundAsync();
        var second = await rig.DialBoundAsync();
        var accepted = await first.AskAsync(Lines.Invite("spread-1"));
        await second.SendAsync(Lines.InDialog("ACK", "spread-1", 1, accepted.ToTag));
        Assert.Equal(200, (await second.AskAsync(Lines.Message("spread-1", 2, accepted.ToTag, "by the second"))).Status);
        Assert.Equal(200, (await first.AskAsync(Lines.Message("spread-1", 3, accepted.ToTag, "by the first"))).Status);
        Assert.Equal(481, (await (await rig.DialOtherAsync()).AskAsync(Lines.Message("spread-1", 4, accepted.ToTag, "by another peer")
            .Replace("bo@contoso.example", "bo@fabrikam.example", StringComparison.Ordinal))).Status);
    }

    [Fact, Clause("RFC 3261", "18.2.2"), Item("OCS-037")]
    public async Task An_answer_goes_back_by_the_connection_its_request_came_by()
    {
        await using var rig = await Rig.StartAsync();
        rig.Crossing.MessageOutcome = null;
        var edges = new List<Edge> { await rig.DialBoundAsync(), await rig.DialBoundAsync(), await rig.DialBoundAsync() };
        var accepted = await edges[0].AskAsync(Lines.Invite("back-1"));
        await edges[1].SendAsync(Lines.Message("back-1", 2, accepted.ToTag, "hello"));
        (await rig.Crossing.MessageAsync()).Arrival.Answer(Outcome.Delivered);
        Assert.Equal(200, (await edges[1].ResponseAsync("back-1", "MESSAGE")).Status);
    }

    [Fact, Clause("RFC 3261", "18.2.2")]
    public async Task An_answer_whose_connection_died_goes_by_another_of_the_same_peer_and_never_to_an_address_of_the_message()
    {
        await using var rig = await Rig.StartAsync();
        rig.Crossing.MessageOutcome = null;
        var edge = await rig.DialBoundAsync();
        var accepted = await edge.AskAsync(Lines.Invite("died-1"));
        var via = rig.Machine();
        var port = ((System.Net.IPEndPoint)via.LocalEndpoint).Port;
        await edge.SendAsync(Lines.Message("died-1", 2, accepted.ToTag, "hello").Replace("203.0.113.10:5061", $"127.0.0.1:{port}", StringComparison.Ordinal));
        var (_, arrival) = await rig.Crossing.MessageAsync();
        var other = await rig.DialOtherAsync();
        await other.SettleAsync();
        var second = await rig.DialBoundAsync();
        await edge.DisposeAsync();
        await rig.QuietAsync();

        arrival.Answer(Outcome.Delivered);
        Assert.Equal(200, (await second.ResponseAsync("died-1", "MESSAGE")).Status);
        await other.SettleAsync();
        Assert.Empty(other.Unread);
        Assert.False(via.Pending());
    }

    [Fact, Clause("RFC 3261", "18.2.2")]
    public async Task An_answer_without_any_connection_left_is_carried_to_the_configured_target()
    {
        await using var rig = await Rig.StartAsync();
        rig.Crossing.MessageOutcome = null;
        var edge = await rig.DialBoundAsync();
        var accepted = await edge.AskAsync(Lines.Invite("died-2"));
        await edge.SendAsync(Lines.Message("died-2", 2, accepted.ToTag, "hello"));
        var (_, arrival) = await rig.Crossing.MessageAsync();
        await edge.DisposeAsync();
        await rig.QuietAsync();
        arrival.Answer(Outcome.Delivered);
        var back = await rig.AcceptAsync();
        Assert.Equal(200, (await back.ResponseAsync("died-2", "MESSAGE")).Status);
    }

    [Fact]
    public async Task What_a_dead_connection_had_not_begun_to_send_leaves_by_the_next_one_once()
    {
        await using var rig = await Rig.StartAsync();
        var narrow = rig.Edge with { Limits = rig.Edge.Limits with { OutgoingConnectionsMax = 1, QueuedItemsMax = 200 } };
        rig.Publish(narrow, rig.Other);
        _ = rig.Depart("first", by: narrow);
        var deaf = await rig.AcceptDeafAsync();

        // As much as the path takes, and then some: what is unsent waits in our own queue.
        var users = 0;
        while (rig.View.Links[0].Connections is [] || rig.View.Links[0].Connections[0].Unsent < 200_000)
        {
            for (var i = 0; i < 50; i++) _ = rig.Depart("hi", to: new Address($"user{users++}", "contoso.example"), by: narrow);
            Assert.True(users < 40_000, "the connection never became full");
            await Task.Yield();
        }

        var unsent = rig.View.Links[0].Connections[0].Unsent;
        deaf.Dispose();
        var back = await rig.AcceptAsync();
        await Rig.UntilAsync(() => rig.View.Links.Sum(l => l.Waiting) == 0 && rig.View.Links[0].Connections is [{ Unsent: 0 }], "what was unsent to leave");
        await back.SettleAsync();

        // What may have arrived is asked again as well, as much as may wait: an INVITE is known again by whoever saw it.
        await Rig.UntilAsync(() => rig.View.PendingRequests == back.Unread.Count(m => m.Method == "INVITE"), "what was asked again to arrive, and nothing else to be under way");
        var again = back.Unread.Where(m => m.Method == "INVITE").Select(m => m["Call-ID"]).ToList();
        Assert.Equal(again.Distinct().Count(), again.Count);
        Assert.InRange(again.Count, unsent / 8_000, users + 1);
    }

    [Fact]
    public async Task Two_records_with_one_certificate_share_its_connections()
    {
        await using var rig = await Rig.StartAsync();
        var twin = rig.Edge with { Name = "twin", FromDomains = System.Collections.Frozen.FrozenSet.Create("woodgrove.example"), Addresses = ["sip.contoso.example:1"] };
        rig.Publish(rig.Edge, twin);
        var edge = await rig.DialBoundAsync();
        Assert.Equal(200, (await edge.AskAsync(Lines.Invite("twin-1").Replace("bo@contoso.example", "bo@woodgrove.example", StringComparison.Ordinal))).Status);
        var outcome = rig.Depart("to the twin", to: new Address("al", "woodgrove.example"), by: twin);
        await edge.SendAsync(Lines.Accepted(await edge.RequestAsync("INVITE")));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
        Assert.Equal(["edge", "twin"], rig.View.Links.Where(l => l.Connections.Count == 1).Select(l => l.Peer).Order());
    }

    [Fact, Item("PS-112")]
    public async Task A_keep_alive_is_sent_where_nothing_else_was()
    {
        await using var rig = await Rig.StartAsync(o => o with { KeepAliveSeconds = 90 });
        var accepted = await rig.DialBoundAsync();
        for (var sent = 1; sent <= 2; sent++)
        {
            // What was sent last may be heard a moment before it is counted.
            var counted = sent;
            await Rig.UntilAsync(() => rig.View.Links.Sum(l => l.Connections.Sum(c => c.MessagesOut)) == counted, "the answer to be counted");
            rig.Time.Advance(TimeSpan.FromSeconds(80));
            await accepted.SettleAsync();
        }

        Assert.Equal(0, accepted.Breaks);

        // Time goes on until the last answer was long enough ago.
        foreach (var breaks in new[] { 2, 4 })
        {
            await Rig.UntilAsync(
                () =>
                {
                    if (accepted.Breaks < breaks) rig.Time.Advance(TimeSpan.FromSeconds(5));
                    return accepted.Breaks >= breaks;
                },
                "a keep-alive");
        }

        await accepted.SettleAsync();
        Assert.Empty(accepted.Unread);
    }

    [Theory, InlineData("generic", 1), InlineData("lync2013", 0), InlineData("ocs2007r2", 0)]
    [Clause("RFC 5626", "3.5.1")]
    public async Task A_double_CRLF_is_answered_where_the_dialect_says_so(string profile, int answers)
    {
        await using var rig = await Rig.StartAsync(o => o with { KeepAliveSeconds = 0 });
        rig.Publish(rig.Edge with { Profile = profile }, rig.Other);
        var edge = await rig.DialAsync();
        await edge.SendAsync("\r\n\r\n\r\n");
        await edge.SettleAsync();
        Assert.Equal(0, edge.Breaks);
        await edge.SendAsync("\r\n");
        await edge.SettleAsync();
        await edge.SendAsync("\r\n\r\n");
        await edge.SettleAsync();
        await Rig.UntilAsync(() => edge.Breaks >= answers, "the answers");
        Assert.Equal(answers, edge.Breaks);
    }

    [Fact, Clause("RFC 3261", "7.5")]
    public async Task Any_number_of_line_ends_before_a_message_is_swallowed()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        await edge.SendAsync("\r\n\r\n\r\n\r\n\n\r\n" + Lines.Options("crlf-1"));
        Assert.Equal(200, (await edge.ResponseAsync("crlf-1", "OPTIONS")).Status);
    }
}
