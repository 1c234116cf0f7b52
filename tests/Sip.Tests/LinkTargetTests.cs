using System.Net;
using System.Net.Sockets;
using Conformance;
using Gateway.Federation;
using Gateway.Sip;
using Gateway.Transport;
using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Several targets of one peer: the next one when one fails, failed ones left alone, changes of DNS followed (RFC 3263 §4.3, RFC 2782, RN-026).</summary>
public sealed class LinkTargetTests
{
    [Fact, Clause("RFC 3263", "4.3"), Item("PIF-070")]
    public async Task When_a_target_refuses_the_next_is_dialled_at_once_and_the_first_is_left_alone()
    {
        await using var rig = await Rig.StartAsync();
        var peer = rig.Edge with { Addresses = ["dead.contoso.example:1", $"sip.contoso.example:{rig.TargetPort}"] };
        rig.Resolver.Host("dead.contoso.example", "127.0.0.1");
        rig.Publish(peer, rig.Other);
        var outcome = rig.Depart("hi", by: peer);
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Accepted(await edge.RequestAsync("INVITE")));
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);

        var link = EdgeOf(rig);
        var left = Assert.Single(link.Quarantined);
        Assert.Equal(("dead.contoso.example 127.0.0.1:1", 1, "transport.ConnectRefused"), (left.Target, left.Failures, left.Reason));
        Assert.Equal("sip.contoso.example", Assert.Single(link.Connections).Target);
        Assert.Null(link.NextTry);
        Assert.Single(rig.Reports);
    }

    [Fact]
    public async Task A_target_that_proves_another_name_is_passed_over_for_the_next()
    {
        await using var rig = await Rig.StartAsync();
        var other = rig.Machine();
        var peer = rig.Edge with { Addresses = [$"sip.contoso.example:{rig.TargetPort}", $"sip.contoso.example:{PortOf(other)}"] };
        rig.Publish(peer, rig.Other);
        _ = rig.Depart("hi", by: peer);
        var impostor = await rig.AcceptAsync(Rig.Lab.Issue("sip.montague.example"));
        var honest = await rig.AcceptAsync(other);
        await honest.RequestAsync("INVITE");
        await impostor.EndAsync();
        Assert.Empty(impostor.Unread);
        Assert.Equal("federation.PeerNotProved", Assert.Single(EdgeOf(rig).Quarantined).Reason);
    }

    [Fact]
    public async Task A_target_that_never_finishes_TLS_is_passed_over_for_the_next()
    {
        await using var rig = await Rig.StartAsync();
        var mute = rig.Machine();
        var peer = rig.Edge with { Addresses = [$"sip.contoso.example:{PortOf(mute)}", $"sip.contoso.example:{rig.TargetPort}"] };
        rig.Publish(peer, rig.Other);
        _ = rig.Depart("hi", by: peer);
        using var accepted = await mute.AcceptTcpClientAsync();
        accepted.Client.Close(0);
        var edge = await rig.AcceptAsync();
        await edge.RequestAsync("INVITE");
        Assert.StartsWith("transport.", Assert.Single(EdgeOf(rig).Quarantined).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_failure_doubles_the_time_a_target_is_left_alone_and_a_success_forgets_it()
    {
        await using var rig = await Rig.StartAsync(o => o with { QuarantineSecondsMax = 8 }, isReachable: false);
        var waits = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("transport.ConnectRefused", (await rig.Depart("hi")).Failure!.Reason);
            var next = EdgeOf(rig).NextTry!.Value;
            waits.Add((int)Math.Round((next - rig.Time.GetUtcNow()).TotalSeconds));
            rig.Time.Advance(next - rig.Time.GetUtcNow());
        }

        Assert.Equal([2, 4, 8, 8, 8], waits);
        Assert.Equal(5, rig.Reports.Count);
        rig.Publish(rig.Edge with { Addresses = [$"sip.contoso.example:{rig.TargetPort}"] }, rig.Other);
        _ = rig.Depart("hi");
        await rig.AcceptAsync();
        await Rig.UntilAsync(() => EdgeOf(rig) is { Quarantined: [], NextTry: null, LastFailure: "" }, "the failures to be forgotten");
    }

    [Fact]
    public async Task Without_another_target_an_overloaded_peer_is_left_in_peace_and_senders_are_told()
    {
        await using var rig = await Rig.StartAsync();
        var first = rig.Depart("one");
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), 503, "Retry-After: 20\r\n"));
        await first;
        var refused = (await rig.Depart("two", to: new Address("al", "contoso.example"))).Failure!;
        Assert.Equal((Condition.ResourceConstraint, "sip.PeerOverloaded", true), (refused.Condition, refused.Reason, refused.IsUnsent));
        rig.Time.Advance(TimeSpan.FromSeconds(21));
        await edge.RequestAsync("ACK");
        _ = rig.Depart("three", to: new Address("al", "contoso.example"));
        await edge.RequestAsync("INVITE");
    }

    [Fact]
    public async Task A_503_that_asks_for_no_peace_stops_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var first = rig.Depart("one");
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("INVITE"), 503));
        await first;
        _ = rig.Depart("two", to: new Address("al", "contoso.example"));
        await edge.RequestAsync("INVITE");
    }

    [Fact, Clause("RFC 3263", "4.3")]
    public async Task A_connection_that_says_nothing_at_all_is_replaced()
    {
        await using var rig = await Rig.StartAsync();
        _ = rig.Depart("one");
        var silent = await rig.AcceptAsync();
        await silent.RequestAsync("INVITE");
        rig.Time.Advance(TimeSpan.FromSeconds(33));
        var fresh = await rig.AcceptAsync();
        await Rig.UntilAsync(() => EdgeOf(rig).Connections.Count == 2, "the second connection");
        _ = rig.Depart("two", to: new Address("al", "contoso.example"));
        await fresh.RequestAsync("INVITE");
        Assert.Contains(rig.Reports, r => r == "link edge sip.PeerSilent");
        Assert.Contains(EdgeOf(rig).Connections, c => c.State is "silent" or "leaving");
    }

    [Fact, Item("RN-026")]
    public async Task A_changed_address_is_followed_without_a_restart_and_the_old_connection_is_left_when_it_is_quiet()
    {
        await using var rig = await Rig.StartAsync();
        var (_, old) = await TalkOutAsync(rig, "before");
        var moved = rig.Machine("127.0.0.2", rig.TargetPort);
        rig.Resolver.Host("sip.contoso.example", "127.0.0.2");
        rig.Time.Advance(TimeSpan.FromSeconds(31));
        var fresh = await rig.AcceptAsync(moved);
        await Rig.UntilAsync(() => EdgeOf(rig).Connections.Count == 2, "the new connection");

        _ = rig.Depart("after", to: new Address("al", "contoso.example"));
        await fresh.SendAsync(Lines.Response(await fresh.RequestAsync("INVITE"), 486));
        await fresh.RequestAsync("ACK");
        for (var i = 0; i < 40; i++) rig.Time.Advance(TimeSpan.FromSeconds(1));
        await old.EndAsync();
        Assert.DoesNotContain(old.Unread, m => m.Method == "INVITE");
        await Rig.UntilAsync(() => EdgeOf(rig).Connections is [{ Remote: var left }] && left.StartsWith("127.0.0.2:", StringComparison.Ordinal), "the old connection to be gone");
    }

    [Fact, Item("RN-026")]
    public async Task A_name_server_that_fails_moves_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _) = await TalkOutAsync(rig, "before");
        rig.Resolver.Fails("sip.contoso.example", TransportReason.DnsServerFailed);
        rig.Time.Advance(TimeSpan.FromSeconds(100));
        await edge.SettleAsync();
        Assert.Equal("", Assert.Single(EdgeOf(rig).Connections).State);
    }

    [Fact, Item("RN-026")]
    public async Task A_name_is_asked_for_again_only_when_its_answer_is_too_old()
    {
        await using var rig = await Rig.StartAsync(o => o with { ResolveSecondsMin = 45 });
        await TalkOutAsync(rig, "before");
        var asked = rig.Resolver.Asked;
        rig.Time.Advance(TimeSpan.FromSeconds(44));
        Assert.Equal(asked, rig.Resolver.Asked);
        rig.Time.Advance(TimeSpan.FromSeconds(2));
        await Rig.UntilAsync(() => rig.Resolver.Asked > asked, "the name to be asked for");
    }

    [Fact]
    public async Task A_better_target_is_used_again_when_it_is_back()
    {
        await using var rig = await Rig.StartAsync(o => o with { ResolveSecondsMin = 10 });
        var best = rig.Machine("127.0.0.2");
        rig.Resolver.Host("best.contoso.example", "127.0.0.2");
        var port = PortOf(best);
        best.Stop();
        var peer = rig.Edge with { Addresses = [$"best.contoso.example:{port}", $"sip.contoso.example:{rig.TargetPort}"] };
        rig.Publish(peer, rig.Other);
        _ = rig.Depart("one", by: peer);
        var second = await rig.AcceptAsync();
        await second.RequestAsync("INVITE");

        var back = rig.Machine("127.0.0.2", port);
        rig.Time.Advance(TimeSpan.FromSeconds(12));
        var first = await rig.AcceptAsync(back);
        await Rig.UntilAsync(() => EdgeOf(rig).Connections.Where(c => c.State == "").Select(c => c.Target).SequenceEqual(["best.contoso.example"]), "the better connection to be the one in use");
        _ = rig.Depart("two", to: new Address("al", "contoso.example"), by: peer);
        await first.RequestAsync("INVITE");
    }

    [Fact]
    public async Task A_message_whose_peer_has_no_target_left_says_that_nothing_was_handed_over()
    {
        await using var rig = await Rig.StartAsync(isReachable: false);
        Assert.True((await rig.Depart("one")).Failure!.IsUnsent);
        Assert.Equal("transport.ConnectRefused", rig.Registry.Health.Find("edge")!.Reason);
    }

    [Fact]
    public async Task A_message_that_was_handed_over_says_so()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, _, _) = await ConversationOutTests.TalkAsync(rig);
        var lost = rig.Depart("lost?");
        await edge.RequestAsync("MESSAGE");
        await edge.DisposeAsync();
        Assert.False((await lost).Failure!.IsUnsent);
    }

    [Theory, InlineData("sip.contoso.example"), InlineData("127.0.0.1"), InlineData("access.contoso.example")]
    public async Task Our_hello_names_the_host_we_dial_and_never_an_address(string host)
    {
        await using var rig = await Rig.StartAsync();
        rig.Resolver.Host("access.contoso.example", "127.0.0.1");
        var peer = rig.Edge with { Addresses = [$"{host}:{rig.TargetPort}"] };
        rig.Publish(peer, rig.Other);
        _ = rig.Depart("hi", by: peer);
        var edge = await rig.AcceptAsync();
        Assert.Equal(host == "127.0.0.1" ? "sip.contoso.example" : host, edge.ServerName);
        await edge.RequestAsync("INVITE");
    }

    [Fact, Item("OCS-046"), Item("PSB-073"), Clause("RFC 3261", "8.1.1.8")]
    public async Task Contact_and_Record_Route_name_our_host_and_never_an_address()
    {
        await using var rig = await Rig.StartAsync();
        _ = rig.Depart("one");
        var edge = await rig.AcceptAsync();
        var invite = await edge.RequestAsync("INVITE");
        foreach (var header in new[] { "Contact", "Record-Route", "Via" })
        {
            Assert.Contains(Rig.Fqdn, invite[header], StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", invite[header], StringComparison.Ordinal);
        }
    }

    private static async Task<(Edge Edge, Edge Same)> TalkOutAsync(Rig rig, string body)
    {
        var outcome = rig.Depart(body);
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Accepted(await edge.RequestAsync("INVITE")));
        await edge.RequestAsync("ACK");
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("MESSAGE"), 200));
        Assert.True((await outcome).IsDelivered);
        return (edge, edge);
    }

    // Others may stand beside it for a moment: a connection that has not been judged yet.
    private static SipLinkView EdgeOf(Rig rig) => rig.View.Links.Single(l => l.Peer == "edge");

    private static int PortOf(TcpListener machine) => ((IPEndPoint)machine.LocalEndpoint).Port;
}
