using System.Collections.Frozen;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Xmpp;
using Presence.Core;
using Presence.Core.Model;

namespace Xmpp.Tests.Whole;

/// <summary>
/// Lists of addresses that hold users of XMPP domains which a transit entry opens to the sender: each gets a copy with the list, or their server one stanza for all where it says that it takes it
/// (XEP-0033 §6, PS-136).
/// </summary>
public sealed class MulticastTransitTests : IAsyncLifetime
{
    private const string Mixed = "<address type='to' jid='alice@contoso.example'/><address type='bcc' jid='carol@contoso.example'/>" + Two;
    private const string Two = "<address type='to' jid='romeo@montague.example'/><address type='bcc' jid='tybalt@montague.example'/>";
    private const string Marked = "<address type='to' jid='alice@contoso.example'/>" + Two;
    private const string Alone = "<address type='cc' jid='romeo@montague.example'/>";
    private const string List = "<addresses xmlns='http://jabber.org/protocol/address'>";
    private const string Info = "<query xmlns='http://jabber.org/protocol/disco#info'";
    private WholeGateway _gateway = null!;
    private RawPeer _capulet = null!;

    public async Task InitializeAsync()
    {
        // Streams that mind no silence: where the clock is pushed, it is for the questions alone.
        var options = new XmppOptions { ConnectAttemptsMax = 1, InboundIdleSecondsMax = 0, Multicast = new MulticastOptions { DiscoMinutes = 1, DiscoSecondsMax = 100 } };
        _gateway = await WholeGateway.StartAsync(PresentitySettings.Default, ["contoso.example"], ["capulet.example", "verona.example"], options);
        Knows(1);
        _capulet = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "capulet.example", Node.Lab.Issue("capulet.example"));
    }

    public async Task DisposeAsync()
    {
        _capulet.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact, Item("PS-136"), Item("PS-135"), Clause("XEP-0033", "2.1"), Clause("XEP-0033", "4.5"), Clause("XEP-0033", "4.6.3"), Clause("XEP-0033", "6")]
    public async Task A_server_that_takes_lists_gets_one_stanza_for_its_users_and_each_gets_what_is_his()
    {
        await using var montague = Montague();
        Knows(montague.Port);
        var copies = new HearingTap("</message>");
        montague.Hub.Tap = copies;
        await SendAsync(Mixed);
        await ReceivedAsync(montague, "romeo", "tybalt");
        Assert.Equal(["alice", "carol"], [(await _gateway.Sip.MessageAsync()).Passage.To.Local, (await _gateway.Sip.MessageAsync()).Passage.To.Local]);

        // Nobody knew yet what the server can do: each had a copy, and saw no blind copy but his own.
        string text = copies.Text;
        const string Seen = "<address type='to' jid='alice@contoso.example' delivered='true'/>";
        const string Romeo = "<address type='to' jid='romeo@montague.example' delivered='true'/>";
        Assert.Contains($"to='romeo@montague.example' id='m1'><body>x</body><thread>t</thread>{List}{Seen}{Romeo}</addresses>", text, StringComparison.Ordinal);
        Assert.Contains($"{Seen}{Romeo}<address type='bcc' jid='tybalt@montague.example'/></addresses>", text, StringComparison.Ordinal);

        var one = await UntilAsync(montague, Mixed, "to='montague.example' id='m1'>");
        Assert.Contains($"to='montague.example' id='m1'><body>x</body><thread>t</thread>{List}{Seen}{Two}</addresses>", one, StringComparison.Ordinal);
        Assert.DoesNotContain("to='romeo@montague.example' id='m1'", one, StringComparison.Ordinal);
    }

    [Fact, Item("PS-136")]
    public async Task Below_the_threshold_a_copy_goes_and_the_service_is_asked_again_when_its_answer_is_old()
    {
        await using var montague = Montague();
        Knows(montague.Port);
        await UntilAsync(montague, Two, "to='montague.example' id='m1'>");

        var alone = new HearingTap("</message>");
        montague.Hub.Tap = alone;
        await SendAsync(Alone);
        await ReceivedAsync(montague, "romeo");
        Assert.Contains("to='romeo@montague.example' id='m1'", await alone.Heard.Within("the copy"), StringComparison.Ordinal);

        // What is not acknowledged when the clock jumps would be sent again on another stream.
        await Deadline.Until(() => _gateway.Side.Streams.All(s => s.Unacknowledged == 0), "all to be acknowledged");
        _gateway.Time.Push(TimeSpan.FromSeconds(61));
        var again = new HearingTap(Info);
        montague.Hub.Tap = again;
        await SendAsync(Two);
        await ReceivedAsync(montague, "romeo", "tybalt");
        await again.Heard.Within("the question again");
    }

    [Fact, Item("PS-136"), Clause("XEP-0033", "2.3")]
    public async Task A_server_that_takes_no_lists_is_asked_once_in_a_while_and_gets_copies()
    {
        await using var montague = Montague(new XmppOptions { ConnectAttemptsMax = 1, Multicast = new MulticastOptions { IsOn = false } });
        Knows(montague.Port);
        var asked = new HearingTap("<query xmlns='http://jabber.org/protocol/disco#items'");
        montague.Hub.Tap = asked;
        await SendAsync(Two);
        await ReceivedAsync(montague, "romeo", "tybalt");
        await asked.Heard.Within("the question for its services");
        for (int n = 0; n < 3; n++)
        {
            await SendAsync(Two);
            await ReceivedAsync(montague, "romeo", "tybalt");
        }
        Assert.Equal(2, asked.Text.Split(Info).Length);
        Assert.DoesNotContain("to='montague.example' id='m1'", asked.Text, StringComparison.Ordinal);
    }

    [Fact, Item("PS-136"), Clause("XEP-0033", "2.2"), Clause("XEP-0033", "6")]
    public async Task A_service_that_a_server_names_under_its_own_domain_is_used_and_none_elsewhere_and_silence_is_an_answer()
    {
        using var server = new ScriptedServer(Node.Lab.Issue("montague.example"));
        Knows(server.Port);
        using var montague = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "montague.example", Node.Lab.Issue("montague.example"));
        await SendAsync(Alone);
        using var stanzas = await server.AcceptAuthenticatedAsync("montague.example", "capulet.example");
        await stanzas.HearAsync("to='romeo@montague.example'");
        await SendAsync(Two);
        using var questions = await server.AcceptAuthenticatedAsync("montague.example", "contoso.example");
        await questions.HearAsync("disco#info");
        await questions.HearAsync("</iq>");

        // It says nothing, and is asked for its services; then nothing again: nobody waits for ever, and the silence is remembered.
        questions.Forget();
        _gateway.Time.Push(TimeSpan.FromSeconds(101));
        await questions.HearAsync("disco#items");
        _gateway.Time.Push(TimeSpan.FromSeconds(101));
        await stanzas.HearAsync("to='tybalt@montague.example'");
        questions.Forget();

        // Nothing tells when the silence is noted, from when on the minute counts.
        await Deadline.Until(
            async () =>
            {
                _gateway.Time.Push(TimeSpan.FromSeconds(61));
                stanzas.Forget();
                await SendAsync(Two);
                await stanzas.HearAsync("to='tybalt@montague.example'");
                return _gateway.Side.Streams.Single(s => s is { IsInbound: false, LocalDomain: "contoso.example" }).StanzasOut == 3;
            },
            "the server to be asked again");
        await questions.HearAsync("disco#info");
        await questions.HearAsync("</iq>");
        await AnswerAsync(montague, questions, Info + "><feature var='urn:xmpp:ping'/></query>");
        await questions.HearAsync("disco#items");
        await questions.HearAsync("</iq>");
        await AnswerAsync(
            montague, questions,
            "<query xmlns='http://jabber.org/protocol/disco#items'><item jid='lists.evil.example'/><item jid='capulet.example'/><item jid='a@montague.example'/>"
            + "<item jid='lists.montague.example'/></query>");
        using var more = await server.AcceptAuthenticatedAsync("lists.montague.example", "contoso.example");
        await more.HearAsync("to='lists.montague.example'");
        await more.HearAsync("</iq>");
        using var lists = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "lists.montague.example", Node.Lab.Issue("montague.example"));
        await AnswerAsync(lists, more, Info + "><feature var='http://jabber.org/protocol/address'/></query>", "lists.montague.example");

        // The sender's stream to that service is one more; it is opened when the answer is known.
        await Deadline.Until(
            async () =>
            {
                await SendAsync(Marked);
                await _gateway.Sip.MessageAsync();
                return _gateway.Side.Pairs.Any(p => p is { LocalDomain: "capulet.example", RemoteDomain: "lists.montague.example" });
            },
            "the service to be used");
        using var service = await server.AcceptAuthenticatedAsync("lists.montague.example", "capulet.example");
        await service.HearAsync($"to='lists.montague.example' id='m1'><body>x</body><thread>t</thread><addresses xmlns='http://jabber.org/protocol/address'>");
        await service.HearAsync($"delivered='true'/>{Two}</addresses>");
    }

    [Fact, Item("PS-135"), Item("RN-059"), Clause("XEP-0033", "2.2")]
    public async Task Who_may_not_write_to_one_of_them_writes_to_nobody()
    {
        await using var montague = Montague();
        await using var verona = new Node("verona.example");
        Knows(montague.Port, verona.Port);
        verona.Knows(verona.PeerOf("contoso.example", $"127.0.0.1:{_gateway.Port}"));
        var tap = new HearingTap("<forbidden");
        verona.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "verona.example", Node.Lab.Issue("verona.example"));

        await SendAsync(Mixed, peer, "escalus@verona.example");

        Assert.Contains("from='contoso.example' to='escalus@verona.example' id='m1' type='error'", await tap.Heard.Within("the refusal"), StringComparison.Ordinal);
        Assert.False(_gateway.Sip.HasMessages);
        Assert.False(montague.Crossing.HasMessages);
    }

    [Fact, Item("PS-135"), Clause("XEP-0033", "5.1")]
    public async Task Presence_reaches_users_of_both_kinds_and_so_does_its_end()
    {
        await using var montague = Montague();
        Knows(montague.Port);
        var shown = new HearingTap("</presence>");
        montague.Hub.Tap = shown;
        await _capulet.SendAsync($"<presence from='juliet@capulet.example/b' to='contoso.example' id='p1'><addresses xmlns='http://jabber.org/protocol/address'>{Alone}</addresses></presence>");
        Assert.Contains("to='romeo@montague.example' id='p1'", await shown.Heard.Within("presence"), StringComparison.Ordinal);
        var left = new HearingTap("</presence>");
        montague.Hub.Tap = left;
        await _capulet.SendAsync("<presence from='juliet@capulet.example/b' to='contoso.example' id='p2' type='unavailable'><status>bye</status></presence>");

        Assert.Contains("to='romeo@montague.example' id='p2' type='unavailable'><status>bye</status>", await left.Heard.Within("its end"), StringComparison.Ordinal);
    }

    private Node Montague(XmppOptions? options = null)
    {
        var montague = new Node("montague.example", options: options);
        montague.Knows(montague.PeerOf("capulet.example", $"127.0.0.1:{_gateway.Port}"), montague.PeerOf("contoso.example", $"127.0.0.1:{_gateway.Port}"));
        return montague;
    }

    private void Knows(int montague, int verona = 1) => _gateway.Knows(
        new PolicyModel { TransitPairs = [new("capulet.example", "montague.example"), new("capulet.example", "lists.montague.example")] },
        _gateway.PeerOf("capulet", 1, "capulet.example"), _gateway.PeerOf("verona", verona, "verona.example"),
        _gateway.PeerOf("montague", montague, "montague.example", "lists.montague.example") with { TlsSubjects = ["montague.example"] });

    private Task SendAsync(string addresses, RawPeer? peer = null, string from = "juliet@capulet.example/b") => (peer ?? _capulet).SendAsync(
        $"<message from='{from}' to='contoso.example' id='m1'><body>x</body><thread>t</thread><addresses xmlns='http://jabber.org/protocol/address'>{addresses}</addresses></message>");

    private static async Task AnswerAsync(RawPeer by, RawPeer asked, string payload, string from = "montague.example")
    {
        int at = asked.Heard.LastIndexOf(" id='", StringComparison.Ordinal) + 5;
        string id = asked.Heard[at..asked.Heard.IndexOf('\'', at)];
        asked.Forget();
        await by.SendAsync($"<iq type='result' from='{from}' to='contoso.example' id='{id}'>{payload}</iq>");
    }

    /// <summary>Waits until the far users have their messages, however they came.</summary>
    private static async Task ReceivedAsync(Node node, params string[] users)
    {
        var received = new List<string>();
        foreach (string unused in users) received.Add((await node.Crossing.MessageAsync()).Arrival.Passage.To.Local);
        Assert.Equal(users.Order(), received.Order());
    }

    /// <summary>Sends until the far server hears this; gives back what it heard with it.</summary>
    private async Task<string> UntilAsync(Node node, string addresses, string awaited)
    {
        var tap = new HearingTap(awaited);
        await Deadline.Until(
            async () =>
            {
                node.Hub.Tap = tap = new HearingTap(awaited);
                await SendAsync(addresses);
                await ReceivedAsync(node, "romeo", "tybalt");
                return tap.Heard.IsCompleted;
            },
            $"'{awaited}'");
        return tap.Text;
    }
}
