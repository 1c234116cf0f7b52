using Conformance;
using Gateway.Xmpp.Protocol;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Xmpp.Tests;

/// <summary>After a link came back both sides see each other as they are: the oldest wish of all who federate.</summary>
public sealed class PresenceRenewalTests
{
    private static readonly Address s_alice = new("alice", "contoso.example");
    private static readonly Address s_juliet = new("juliet", "capulet.example");

    [Fact]
    [Item("RN-049")]
    [Item("RN-050")]
    public async Task A_broken_link_is_opened_again_by_itself_and_presence_said_again_both_ways()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        using (var peer = await ShowAndAskAsync(contoso, server))
        {
            // Broken here, without a word.
        }
        Assert.Equal(XmppReason.ConnectionLost, await contoso.EndedAsync());
        contoso.Time.Push(TimeSpan.FromSeconds(1));
        using var next = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await Deadline.Until(() => contoso.Side.Pairs[0].Phase == "open", "the link to be open again");
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        PresentityCommand[] said = [(await contoso.Crossing.CommandAsync()).Command, (await contoso.Crossing.CommandAsync()).Command];
        Assert.Equal(new UpstreamEnded(s_alice, RetryNow: true, null), Assert.Single(said.OfType<UpstreamEnded>()));
        Assert.Equal(s_juliet, Assert.Single(said.OfType<Probe>()).Watcher);
    }

    [Fact]
    public async Task A_link_that_was_closed_in_order_owes_nothing()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        using (var peer = await ShowAndAskAsync(contoso, server))
        {
            await peer.SendAsync("</stream:stream>");
            await peer.HearAsync("</stream:stream>");
        }
        await Deadline.Until(() => contoso.Side.Pairs[0].Phase == "idle", "the link to be idle");
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        Assert.Equal((2, 0, "idle"), (contoso.Side.Pairs[0].PresencePairs, contoso.Side.Pairs[0].PresenceOwed, contoso.Side.Pairs[0].Phase));
    }

    [Fact]
    public async Task A_peer_whose_own_stream_broke_is_asked_again_when_it_is_back()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        using var peer = await ShowAndAskAsync(contoso, server);
        using (var theirs = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example")))
        {
            // Broken here, without a word.
        }
        Assert.Equal(XmppReason.ConnectionLost, await contoso.EndedAsync());
        using var again = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        Assert.Equal(new UpstreamEnded(s_alice, RetryNow: true, null), (await contoso.Crossing.CommandAsync()).Command);
        Assert.Equal(0, contoso.Side.Pairs[0].PresenceOwed);
    }

    private static async Task<RawPeer> ShowAndAskAsync(Node contoso, ScriptedServer server)
    {
        var record = contoso.PeerFor("juliet@capulet.example");
        var view = new WatcherView(s_alice, s_juliet, AuthorizationPhase.Granted, true, [], [], null, 1);
        var asked = contoso.Side.PerformAsync(new AskUpstream(s_juliet, s_alice, UpstreamRequest.Subscribe, null), null, record, CancellationToken.None).AsTask();
        var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        Assert.Equal(EffectVerdict.Done, await asked.Within("the asking"));
        Assert.Equal(EffectVerdict.Done, await contoso.Side.PerformAsync(new Show(s_alice, s_juliet, "xmpp"), view, record, CancellationToken.None).AsTask().Within("the showing"));
        await peer.HearAsync("type='subscribe'");
        return peer;
    }
}
