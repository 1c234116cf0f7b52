using Conformance;
using Gateway.Federation;
using Gateway.Xmpp.Links;
using Gateway.Xmpp;
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

    [Fact, Item("RN-049"), Item("RN-050"), Clause("RFC 6120", "4.6.1")]
    public async Task A_peer_that_has_gone_without_a_word_is_shown_presence_again_when_it_is_back()
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { PingsByIq = true, ConnectAttemptsMax = 1 });
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        using var peer = await ShowAndAskAsync(contoso, server);
        contoso.Time.Push(TimeSpan.FromSeconds(121));
        await peer.HearAsync("<ping");
        contoso.Time.Push(TimeSpan.FromSeconds(31));
        Assert.Equal(XmppReason.PeerSilent, await contoso.EndedAsync());
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        using var next = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await Deadline.Until(() => contoso.Side.Pairs[0].Phase == "open", "the link to be open again");
        contoso.Time.Push(TimeSpan.FromSeconds(1));
        PresentityCommand[] said = [(await contoso.Crossing.CommandAsync()).Command, (await contoso.Crossing.CommandAsync()).Command];
        Assert.Single(said.OfType<UpstreamEnded>());
        Assert.Single(said.OfType<Probe>());
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

    [Fact, Clause("RFC 6121", "4.3")]
    public async Task Presence_that_a_rate_refused_is_asked_for_again_when_the_peer_has_become_calm()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        using var peer = await ShowAndAskAsync(contoso, server);
        using var theirs = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        var refused = new PresenceAnswer(default, FederationReasons.FailureOf(FederationReason.RateExceeded));

        contoso.Crossing.Answer = refused;
        await theirs.SendAsync("<presence from='nurse@capulet.example/x' to='alice@contoso.example'/><presence from='juliet@capulet.example/a' to='alice@contoso.example'/>");
        for (int i = 0; i < 2; i++) Assert.IsType<UpstreamShowed>((await contoso.Crossing.CommandAsync()).Command);
        await theirs.SendAsync("<message from='juliet@capulet.example/a' to='alice@contoso.example'><body>behind it</body></message>");
        await contoso.Crossing.MessageAsync();

        contoso.Time.Push(TimeSpan.FromSeconds(5));

        var (_, presentity, command) = await contoso.Crossing.CommandAsync();
        Assert.Equal((s_juliet, new UpstreamEnded(s_alice, RetryNow: true, null)), (presentity, command));
        await Deadline.Until(() => contoso.Side.Pairs[0].PresenceOwed == 0, "nothing to be owed");
    }

    [Fact, Clause("RFC 6121", "4.3")]
    public void What_was_refused_is_asked_for_once_and_not_before_the_peer_is_calm()
    {
        var time = new StillTime();
        var memory = new PresenceMemory();
        var (juliet, nurse) = (new Renewal(s_juliet, s_alice, IsAsking: true), new Renewal(new Address("nurse", "capulet.example"), s_alice, IsAsking: true));
        memory.Note(new AskUpstream(s_juliet, s_alice, UpstreamRequest.Subscribe, null));
        bool Take(out Renewal taken) => memory.TryTakeRefused(time, time.GetTimestamp(), out taken);

        // A user for whom nobody asked has nothing to be asked for; one who said much is one.
        memory.Refused(nurse, time.GetTimestamp());
        for (int i = 0; i < 9; i++) memory.Refused(juliet, time.GetTimestamp());
        Assert.Equal(1, memory.Owed);

        time.Seconds = 4;
        Assert.False(Take(out _));
        memory.Refused(juliet, time.GetTimestamp());
        time.Seconds = 8;
        Assert.False(Take(out _));
        time.Seconds = 9;
        Assert.True(Take(out var taken));
        Assert.Equal(juliet, taken);
        Assert.False(Take(out _));

        // Whoever is not asked for any more is not asked for again.
        memory.Refused(juliet, time.GetTimestamp());
        memory.Note(new AskUpstream(s_juliet, s_alice, UpstreamRequest.Unsubscribe, null));
        time.Seconds = 20;
        Assert.False(Take(out _));
        Assert.Equal(0, memory.Owed);
    }

    private sealed class StillTime : TimeProvider
    {
        public int Seconds { get; set; }

        public override long GetTimestamp() => Seconds * TimestampFrequency;
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
