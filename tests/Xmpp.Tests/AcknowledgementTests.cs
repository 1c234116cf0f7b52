using Conformance;
using Gateway.Federation;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;

namespace Xmpp.Tests;

/// <summary>
/// Whom we told that his stanza went, and when: where the peer counts (XEP-0198) not before it says that it has it, so that nothing that was acknowledged can be lost with us; and what a peer that
/// counts with us may forget only when it is dealt with.
/// </summary>
public sealed class AcknowledgementTests
{
    private const string Feature = "<sm xmlns='urn:xmpp:sm:3'/>";
    private const string Enabled = "<enabled xmlns='urn:xmpp:sm:3' resume='true' id='s-1'/>";
    private const string Violation = "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";
    private const string Request = "<r xmlns='urn:xmpp:sm:3'/>";

    private static readonly XmppOptions s_patient = new() { ConnectAttemptsMax = 1, AcknowledgeSecondsMax = 3_600, PingAnswerSecondsMax = 3_600 };

    [Fact, Clause("XEP-0198", "4")]
    public async Task A_sender_hears_that_it_went_when_the_peer_says_that_it_has_it()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, sent) = await SendAsync(contoso, server, "one");
        using var _ = peer;
        var second = contoso.SendAsync("juliet@capulet.example", "two");
        await peer.HearAsync("<body>two</body>");
        Assert.False(sent.IsCompleted || second.IsCompleted);

        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        Assert.True((await sent).IsDelivered);
        Assert.False(second.IsCompleted);
        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        Assert.True((await second).IsDelivered);
    }

    [Fact, Clause("XEP-0198", "4")]
    public async Task A_drain_waits_for_the_word_that_a_sender_waits_for()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, sent) = await SendAsync(contoso, server, "one");
        using var _ = peer;
        var drained = contoso.Side.DrainAsync(TimeSpan.FromHours(1));
        Assert.False(drained.IsCompleted);

        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        await drained.Within("the drain");
        Assert.True((await sent).IsDelivered);
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task What_nobody_acknowledged_and_no_stream_can_take_again_is_an_error_to_its_sender_and_goes_no_other_way()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, sent) = await SendAsync(contoso, server, "one");
        server.Dispose();
        peer.Dispose();

        var failure = (await sent).Failure!;
        Assert.Equal(("xmpp.ConnectionLost", false), (failure.Reason, failure.IsUnsent));
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task A_stanza_that_ends_every_stream_it_goes_on_is_given_up_and_does_not_end_them_for_ever()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, sent) = await SendAsync(contoso, server, "poison");
        await peer.SendAsync(Violation);
        using var second = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await second.HearAsync("<resume ");
        await second.SendAsync("<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
        await second.HearAsync("<body>poison</body>");
        await second.SendAsync(Violation);
        using var third = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await third.HearAsync("<body>poison</body>");
        await third.SendAsync(Violation);

        Assert.Equal("xmpp.PeerStreamError", (await sent).Failure!.Reason);
        peer.Dispose();
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task A_peer_that_is_slow_to_finish_keeps_no_sender_waiting_and_what_it_loses_is_told_late()
    {
        await using var contoso = new Node("contoso.example", options: s_patient with { AcknowledgeSecondsMax = 5 });
        var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, sent) = await SendAsync(contoso, server, "one");
        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='0'/>");
        contoso.Time.Push(TimeSpan.FromSeconds(6));
        Assert.True((await sent).IsDelivered);

        server.Dispose();
        peer.Dispose();
        Assert.StartsWith("xmpp.", await contoso.LateErrorAsync(), StringComparison.Ordinal);
    }

    [Fact, Clause("XEP-0198", "4")]
    public async Task A_peer_that_does_not_answer_a_request_has_no_stream_any_more_and_what_it_was_sent_goes_again()
    {
        await using var contoso = new Node("contoso.example", options: s_patient with { PingAnswerSecondsMax = 30 });
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, sent) = await SendAsync(contoso, server, "one");
        contoso.Time.Push(TimeSpan.FromSeconds(31));
        await peer.HearAsync("<connection-timeout");
        peer.Dispose();

        using var next = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await next.HearAsync("<resume ");
        await next.SendAsync("<resumed xmlns='urn:xmpp:sm:3' h='0' previd='s-1'/>");
        await next.HearAsync("<body>one</body>");
        await next.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        Assert.True((await sent).IsDelivered);
    }

    [Fact, Clause("XEP-0198", "4")]
    public async Task Two_that_ask_and_answer_do_not_keep_each_other_busy_while_a_stanza_is_in_work()
    {
        const int Rounds = 50;
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, _) = await SendAsync(contoso, server, "one");
        using var __ = peer;
        int requests = 0;
        for (int round = 0; round < Rounds; round++)
        {
            peer.Forget();
            // What we ask comes back behind whatever the answer made the other side ask.
            await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='0'/>" + Request);
            await peer.HearAsync("<a ");
            if (peer.Heard.Contains(Request, StringComparison.Ordinal)) requests++;
        }

        // It asks again by the clock alone, once a second.
        Assert.InRange(requests, 0, Rounds - 1);
    }

    [Fact, Clause("XEP-0198", "4")]
    public async Task A_refused_stanza_counts_as_handled_when_the_refusal_has_left()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        contoso.Crossing.Outcome = Outcome.Failed(FederationReasons.FailureOf(FederationReason.RateExceeded));
        using var peer = await ManagedAsync(contoso);
        await peer.SendAsync(Message("refused") + "<iq from='juliet@capulet.example/b' to='contoso.example' id='q' type='get'><ping xmlns='urn:xmpp:ping'/></iq>" + Request);
        await peer.HearAsync("<a xmlns='urn:xmpp:sm:3' h='0'/>");

        using var back = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example");
        await back.HearAsync("type='error'");
        await back.HearAsync("id='q'");
        await peer.HearAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task What_is_in_work_when_its_stream_breaks_is_not_taken_a_second_time_when_it_is_sent_again()
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        contoso.Crossing.Answers = false;
        string id;
        MessageArrival first, second;
        using (var peer = await ManagedAsync(contoso))
        {
            id = IdOf(peer.Heard);
            await peer.SendAsync(Message("one") + Message("two"));
            (first, second) = ((await contoso.Crossing.MessageAsync()).Arrival, (await contoso.Crossing.MessageAsync()).Arrival);
        }
        Assert.Equal(XmppReason.ConnectionLost, await contoso.EndedAsync());
        second.Answer(Outcome.Delivered);

        using var again = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await again.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{id}'/>");
        await again.HearAsync("<resumed xmlns='urn:xmpp:sm:3' h='0'");
        await again.SendAsync(Message("one") + Message("two") + Message("three") + Request);
        Assert.Equal("three", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
        first.Answer(Outcome.Delivered);
        again.Forget();
        await again.SendAsync(Request);
        await again.HearAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        Assert.False(contoso.Crossing.HasMessages);
    }

    [Fact, Clause("XEP-0198", "5")]
    public async Task Peers_that_break_off_and_do_not_come_back_take_nothing_from_who_lives()
    {
        await using var contoso = new Node("contoso.example", options: s_patient with { SessionsMax = 1 });
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        var ids = new List<string>();
        for (int n = 0; n < 2; n++)
        {
            using (var peer = await ManagedAsync(contoso)) ids.Add(IdOf(peer.Heard));
            Assert.Equal(XmppReason.ConnectionLost, await contoso.EndedAsync());
        }

        using var again = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await again.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{ids[0]}'/>");
        await again.HearAsync("<item-not-found");
        await again.SendAsync($"<resume xmlns='urn:xmpp:sm:3' h='0' previd='{ids[1]}'/>");
        await again.HearAsync("<resumed ");
        await again.SendAsync(Message("one") + Request);
        await again.HearAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
    }

    [Theory, Clause("XEP-0198", "5"), Item("PS-127")]
    [InlineData("</stream:stream>")]
    [InlineData("")]
    public async Task A_pair_whose_managed_stream_is_over_and_left_nothing_behind_takes_no_room(string end)
    {
        await using var contoso = new Node("contoso.example", options: s_patient);
        using var server = new ScriptedServer(Node.Lab.Issue("capulet.example"));
        var (peer, sent) = await SendAsync(contoso, server, "one");
        await peer.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>" + end);
        Assert.True((await sent).IsDelivered);
        peer.Dispose();
        await Deadline.Until(() => contoso.Side.Streams.Count == 0, "the stream to be over");

        contoso.Time.Push(TimeSpan.FromSeconds(1));
        Assert.Empty(contoso.Side.Pairs);
    }

    private static string Message(string body) => $"<message from='juliet@capulet.example/b' to='alice@contoso.example' id='{body}' type='chat'><body>{body}</body></message>";

    /// <summary>A first message on a managed stream, heard by the peer, and what its sender waits for.</summary>
    private static async Task<(RawPeer Peer, Task<Outcome> Sent)> SendAsync(Node contoso, ScriptedServer server, string body)
    {
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example", body);
        var peer = await server.AcceptAuthenticatedAsync("capulet.example", "contoso.example", Feature);
        await peer.HearAsync($"<body>{body}</body>");
        await peer.HearAsync(Request);
        // Its answer shows that what stands before was read.
        await peer.SendAsync(Enabled + Request);
        await peer.HearAsync("<a ");
        return (peer, sent);
    }

    private static async Task<RawPeer> ManagedAsync(Node node)
    {
        var peer = await RawPeer.AuthenticateAsync(node, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        await peer.HearAsync("<enabled ");
        await peer.HearAsync("/>");
        return peer;
    }

    private static string IdOf(string heard) => heard[heard.IndexOf(" id='", StringComparison.Ordinal)..].Split('\'')[1];
}
