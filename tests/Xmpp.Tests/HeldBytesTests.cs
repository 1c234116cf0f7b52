using System.Collections.Frozen;
using Conformance;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Xmpp;
using Gateway.Xmpp.Links;

namespace Xmpp.Tests;

/// <summary>What waits for a stream, or for the peer's word that it has it, is bounded over all pairs of a peer and over all peers: many domains are no more room.</summary>
public sealed class HeldBytesTests
{
    private const string Feature = "<sm xmlns='urn:xmpp:sm:3'/>";

    [Fact, Clause("XEP-0198", "4")]
    public async Task What_a_peer_does_not_acknowledge_for_one_domain_leaves_no_room_for_its_others()
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, AcknowledgeSecondsMax = 3_600, PingAnswerSecondsMax = 3_600 });
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        using var other = new ScriptedServer(Node.Lab.Issue("montague.example"));
        var peer = contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with
        {
            FromDomains = FrozenSet.Create("capulet.example", "montague.example"), Limits = new PeerLimits { QueuedBytesMax = 1_500 },
        };
        contoso.Knows(peer);
        var held = contoso.SendAsync("juliet@capulet.example", new string('a', 1_000));
        using var stream = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await stream.HearAsync("<enable ");
        await stream.SendAsync("<enabled xmlns='urn:xmpp:sm:3'/>");
        await stream.HearAsync("</message>");

        // Not one byte waits for this pair: the other one holds them all.
        var refused = (await contoso.SendAsync("romeo@montague.example", new string('b', 1_000))).Failure!;
        Assert.Equal("xmpp.QueueFull", refused.Reason);
        Assert.Contains(contoso.Refusals.Snapshot(), r => r.Reason == "xmpp.QueueFull" && r.Text.Contains("queuedBytesMax", StringComparison.Ordinal));
        Assert.Equal("xmpp.QueueFull", (await contoso.SendAsync("juliet@capulet.example", new string('b', 1_000))).Failure!.Reason);

        await stream.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        Assert.Equal(Outcome.Delivered, await held);
        var next = contoso.SendAsync("juliet@capulet.example", new string('c', 1_000));
        await stream.HearAsync("ccc</body>");
        await stream.SendAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        Assert.Equal(Outcome.Delivered, await next);
    }

    [Fact]
    public void A_peer_has_one_bound_for_all_its_domains_and_gives_back_what_went()
    {
        var held = new HeldBytes(1_000_000);
        var peer = Peer("capulet") with { Limits = new PeerLimits { QueuedBytesMax = 100 } };
        held.Add(peer, 60);

        Assert.Null(held.RefusalOf(peer, 40));
        Assert.Contains("queuedBytesMax", held.RefusalOf(peer, 41), StringComparison.Ordinal);
        Assert.Null(held.RefusalOf(Peer("montague"), 41));
        held.Add(peer, -60);

        Assert.Null(held.RefusalOf(peer, 100));
        Assert.Equal((0, 0), (held.Total, held.PeerCount));
    }

    [Fact]
    public void All_peers_together_have_a_bound_and_discovered_ones_leave_a_quarter_of_it_to_the_others()
    {
        var held = new HeldBytes(1_000);
        for (int i = 0; i < 7; i++) held.Add(Peer($"discovered:xmpp:d{i}.example"), 100);

        Assert.Null(held.RefusalOf(Peer("discovered:xmpp:new.example"), 50));
        Assert.Contains("heldBytesMax", held.RefusalOf(Peer("discovered:xmpp:new.example"), 51), StringComparison.Ordinal);
        Assert.Null(held.RefusalOf(Peer("configured"), 300));
        Assert.Contains("heldBytesMax", held.RefusalOf(Peer("configured"), 301), StringComparison.Ordinal);
    }

    [Fact]
    public void What_waits_for_a_pair_that_becomes_another_peers_counts_as_that_peers()
    {
        var held = new HeldBytes(1_000_000);
        var (one, other) = (Peer("one"), Peer("other"));
        var queue = new LinkQueue(TimeProvider.System, held, one);
        queue.Add(new byte[30], default);
        queue.Add(new byte[20], default);
        Assert.Equal((50, 50), (queue.Bytes, held.Of(one)));

        queue.Give(other);
        Assert.Equal((0, 50), (held.Of(one), held.Of(other)));
        queue.Take();
        Assert.Equal(20, held.Of(other));
        queue.TakeAll();
        Assert.Equal((0, 0), (held.Total, held.PeerCount));
    }

    private static PeerModel Peer(string name) => new(name, Gateway.Federation.Protocol.Xmpp);
}
