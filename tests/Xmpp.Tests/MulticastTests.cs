using Gateway.Federation;
using Gateway.Xmpp;
using Presence.Core;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>One stanza with a list of addresses, sent to a domain of ours for several of its users: XEP-0033 (PS-135).</summary>
public sealed class MulticastTests : IAsyncLifetime
{
    private readonly Node _contoso = new("contoso.example");
    private readonly Node _capulet = new("capulet.example");
    private RawPeer _peer = null!;

    public async Task InitializeAsync()
    {
        Node.Join(_contoso, _capulet);
        _peer = await RawPeer.AuthenticateAsync(_contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
    }

    public async Task DisposeAsync()
    {
        _peer.Dispose();
        await _contoso.DisposeAsync();
        await _capulet.DisposeAsync();
    }

    [Fact, Item("PS-135"), Clause("XEP-0033", "3"), Clause("XEP-0033", "4.5"), Clause("XEP-0033", "6")]
    public async Task A_message_with_several_addresses_becomes_one_for_each_with_its_thread()
    {
        await _peer.SendAsync(Message(
            "<body>hi all</body><thread>t9</thread>",
            "<address type='to' jid='alice@contoso.example'/><address type='cc' jid='bob@contoso.example'/><address type='bcc' jid='carol@contoso.example'/>"
            + "<address type='to' jid='dan@contoso.example' delivered='true'/><address type='replyto' jid='juliet@capulet.example'/><address type='cc' jid='alice@contoso.example'/>"));

        foreach (var local in new[] { "alice", "bob", "carol" })
        {
            var arrival = (await _contoso.Crossing.MessageAsync()).Arrival;
            Assert.Equal((new Address(local, "contoso.example"), "hi all", "t9", "b"), (arrival.Passage.To, arrival.Content.Body, arrival.Content.Thread, arrival.Passage.FromEndpoint));
        }
        Assert.False(_contoso.Crossing.HasMessages);
    }

    [Fact, Item("PS-135"), Clause("XEP-0033", "4.5")]
    public async Task What_was_delivered_to_all_already_is_delivered_to_nobody_and_answered_to_nobody()
    {
        string heard = await AnswerAsync(
            Message("<body>x</body>", "<address type='to' jid='alice@contoso.example' delivered='true'/>")
            + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>", "id='after'");

        Assert.DoesNotContain("id='m1'", heard, StringComparison.Ordinal);
        Assert.False(_contoso.Crossing.HasMessages);
    }

    [Fact, Item("PS-135"), Clause("XEP-0033", "6")]
    public async Task Each_addressee_that_fails_is_told_by_its_own_name()
    {
        _contoso.Crossing.Outcome = Outcome.Failed(Condition.ItemNotFound, "sip.X", "No such user.");
        string heard = await AnswerAsync(Message("<body>x</body>", "<address type='to' jid='alice@contoso.example'/><address type='to' jid='bob@contoso.example'/>"), "from='bob@contoso.example'");

        Assert.Contains("from='alice@contoso.example' to='juliet@capulet.example/b' id='m1' type='error'", heard, StringComparison.Ordinal);
    }

    [Theory, Item("PS-135"), Clause("XEP-0033", "2.2"), Clause("XEP-0033", "4.2"), Clause("XEP-0033", "9")]
    [InlineData("<address type='to' jid='alice@contoso.example'/><address type='to' jid='eve@elsewhere.example'/>", "<error type='auth'><forbidden")]
    [InlineData("<address type='to' jid='alice@contoso.example'/><address type='to' jid='romeo@capulet.example'/>", "<error type='auth'><forbidden")]
    [InlineData("<address type='to' jid='alice@contoso.example'/><address type='cc' uri='sip:bob@contoso.example'/>", "<error type='modify'><jid-malformed")]
    [InlineData("<address type='to' jid='alice@contoso.example'/><address type='cc' jid='b ob@contoso.example'/>", "<error type='modify'><jid-malformed")]
    [InlineData("<address type='to' jid='alice@contoso.example'/><address type='bcc'/>", "<error type='modify'><jid-malformed")]
    [InlineData("<address type='to' jid='alice@contoso.example' uri='sip:alice@contoso.example'/>", "<error type='modify'><bad-request")]
    [InlineData("<address type='replyto' jid='alice@contoso.example'/>", "<error type='modify'><bad-request")]
    [InlineData("many", "<error type='modify'><not-acceptable")]
    public async Task A_list_that_we_cannot_serve_as_a_whole_is_refused_as_a_whole(string addresses, string error)
    {
        if (addresses == "many") addresses = string.Concat(Enumerable.Range(0, 51).Select(n => $"<address type='to' jid='u{n}@contoso.example'/>"));
        string heard = await AnswerAsync(Message("<body>x</body>", addresses), error);

        Assert.Contains("from='contoso.example' to='juliet@capulet.example/b' id='m1' type='error'", heard, StringComparison.Ordinal);
        Assert.Contains(_contoso.Refusals.Snapshot(), r => (r.Subject, r.Reason) == ("peer-capulet.example", "xmpp.AddressListRefused"));
        Assert.False(_contoso.Crossing.HasMessages);
    }

    [Fact, Item("PS-135"), Clause("XEP-0033", "5.1")]
    public async Task Presence_is_shown_to_each_and_who_leaves_is_seen_to_leave_by_all_of_them()
    {
        const string Two = "<address type='to' jid='alice@contoso.example'/><address type='to' jid='bob@contoso.example'/>";
        await _peer.SendAsync(Presence("", "<show>away</show>", Two));
        Assert.Equal([("alice", false), ("bob", false)], await SeenAsync(2));
        await _peer.SendAsync(Presence("", "", "<address type='to' jid='carol@contoso.example'/>"));
        Assert.Equal([("carol", false)], await SeenAsync(1));

        await _peer.SendAsync(Presence(" type='unavailable'", "", "<address type='to' jid='dan@contoso.example'/>"));
        Assert.Equal([("alice", true), ("bob", true), ("carol", true), ("dan", true)], await SeenAsync(4));

        // Once is enough; and the list may be left out.
        await _peer.SendAsync("<presence from='juliet@capulet.example/b' to='contoso.example' type='unavailable'/>" + Presence("", "", Two));
        Assert.Equal([("alice", false), ("bob", false)], await SeenAsync(2));
        foreach (string device in new[] { "other", "b" }) await _peer.SendAsync($"<presence from='juliet@capulet.example/{device}' to='contoso.example' type='unavailable'/>");
        Assert.Equal([("alice", true), ("bob", true)], await SeenAsync(2));
    }

    [Fact, Item("PS-135"), Clause("XEP-0033", "5.1"), Clause("XEP-0033", "2.2")]
    public async Task A_list_of_presence_that_is_refused_is_shown_to_nobody()
    {
        await AnswerAsync(
            Presence("", "", "<address type='to' jid='alice@contoso.example'/><address type='to' jid='eve@elsewhere.example'/>"),
            "<presence from='contoso.example' to='juliet@capulet.example/b' id='p1' type='error'><error type='auth'><forbidden");
        await _peer.SendAsync("<presence from='juliet@capulet.example/b' to='contoso.example' type='unavailable'/>" + Presence("", "", "<address type='to' jid='bob@contoso.example'/>"));

        Assert.Equal([("bob", false)], await SeenAsync(1));
    }

    [Fact, Item("PS-135"), Clause("XEP-0033", "5.1")]
    public async Task Where_there_is_no_room_to_remember_whom_somebody_showed_himself_to_the_first_is_forgotten()
    {
        await using var contoso = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, Multicast = new MulticastOptions { SeersMax = 12 } });
        contoso.Knows(contoso.PeerOf("capulet.example", "127.0.0.1:1"));
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        static string Shows(string device, params string[] users) =>
            Presence("", "", string.Concat(users.Select(user => $"<address type='to' jid='{user}@contoso.example'/>"))).Replace("/b'", $"/{device}'", StringComparison.Ordinal);
        static string Leaves(string device) => $"<presence from='juliet@capulet.example/{device}' to='contoso.example' type='unavailable'/>";

        await peer.SendAsync(Shows("a", "alice", "bob") + Shows("b", "carol", "dan") + Leaves("a") + Leaves("b"));
        Assert.Equal([("alice", false), ("bob", false), ("carol", false), ("carol", true), ("dan", false), ("dan", true)], await SeenAsync(6, contoso));

        // Nobody's own list is longer than the room there is; everybody on it is shown it all the same.
        await peer.SendAsync(Shows("c", "alice", "bob", "carol", "dan") + Leaves("c"));
        Assert.Equal([("alice", false), ("alice", true), ("bob", false), ("bob", true), ("carol", false), ("carol", true), ("dan", false)], await SeenAsync(7, contoso));
        await peer.SendAsync(Shows("d", "alice"));
        Assert.Equal([("alice", false)], await SeenAsync(1, contoso));
    }

    [Fact, Item("PS-136")]
    public async Task Switched_off_no_list_is_taken_and_none_is_offered()
    {
        await using var off = new Node("contoso.example", options: new XmppOptions { ConnectAttemptsMax = 1, Multicast = new MulticastOptions { IsOn = false } });
        await using var capulet = new Node("capulet.example");
        Node.Join(off, capulet);
        var tap = new HearingTap("id='after'");
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(off, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync(
            Message("<body>x</body>", "<address type='to' jid='alice@contoso.example'/>")
            + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='info'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"
            + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>");

        string heard = await tap.Heard.Within("the answers");
        Assert.Contains("id='m1' type='error'><error type='cancel'><service-unavailable", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("http://jabber.org/protocol/address", heard, StringComparison.Ordinal);
        Assert.False(off.Crossing.HasMessages);
    }

    private static string Message(string content, string addresses) =>
        $"<message from='juliet@capulet.example/b' to='contoso.example' id='m1'>{content}<addresses xmlns='http://jabber.org/protocol/address'>{addresses}</addresses></message>";

    private static string Presence(string type, string content, string addresses) =>
        $"<presence from='juliet@capulet.example/b' to='contoso.example' id='p1'{type}>{content}<addresses xmlns='http://jabber.org/protocol/address'>{addresses}</addresses></presence>";

    /// <summary>The next users who are shown something of Juliet, and whether it is that she left.</summary>
    private async Task<List<(string User, bool HasLeft)>> SeenAsync(int count, Node? node = null)
    {
        var seen = new List<(string, bool)>();
        for (int n = 0; n < count; n++)
        {
            var (passage, presentity, command) = await (node ?? _contoso).Crossing.CommandAsync();
            Assert.Equal(new Address("juliet", "capulet.example"), presentity);
            var fragment = Assert.Single(Assert.IsType<UpstreamShowed>(command).Fragments);
            seen.Add((passage.To.Local, fragment.Availability == Availability.Offline));
        }
        seen.Sort();
        return seen;
    }

    /// <summary>Sends, and waits for what the other server hears in answer.</summary>
    private async Task<string> AnswerAsync(string stanza, string awaited)
    {
        var tap = new HearingTap(awaited);
        _capulet.Hub.Tap = tap;
        await _peer.SendAsync(stanza);
        return await tap.Heard.Within($"'{awaited}'");
    }
}
