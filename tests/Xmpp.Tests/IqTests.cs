using Gateway.Federation;
using Presence.Core;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>Requests and their answers, which go over our own stream: RFC 6120 §8.2.3, XEP-0030, XEP-0092, XEP-0199.</summary>
public sealed class IqTests
{
    private const string Unavailable = "<service-unavailable";

    [Theory]
    [Clause("XEP-0030", "3.1"), Clause("XEP-0030", "4.1"), Clause("XEP-0030", "8"), Clause("XEP-0054", "3.3"), Clause("XEP-0092", "2"), Clause("XEP-0199", "4.3"), Clause("XEP-0202", "3")]
    [Clause("RFC 6120", "8.2.3"), Clause("RFC 6120", "8.4"), Clause("RFC 6121", "8.5.1"), Clause("RFC 6121", "8.5.3.2.3"), Clause("RFC 6121", "8.4")]
    [InlineData("contoso.example", "get", "<ping xmlns='urn:xmpp:ping'/>", "type='result'></iq>")]
    [InlineData("alice@contoso.example", "get", "<ping xmlns='urn:xmpp:ping'/>", Unavailable)]
    [InlineData("alice@contoso.example/sip", "get", "<ping xmlns='urn:xmpp:ping'/>", Unavailable)]
    [InlineData("contoso.example/x", "get", "<ping xmlns='urn:xmpp:ping'/>", Unavailable)]
    [InlineData("contoso.example/x", "get", "<query xmlns='jabber:iq:version'/>", Unavailable)]
    [InlineData("contoso.example/x", "set", "<query xmlns='jabber:iq:version'/>", Unavailable)]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<feature var='urn:xmpp:ping'/>")]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<identity category='gateway' type='simple'/>")]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#items'/>", "<query xmlns='http://jabber.org/protocol/disco#items'/>")]
    [InlineData("contoso.example", "get", "<query xmlns='jabber:iq:version'/>", "<name>gateway</name>")]
    [InlineData("alice@contoso.example/sip", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<feature var='http://jabber.org/protocol/chatstates'/>")]
    [InlineData("alice@contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", Unavailable)]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<identity category='server' type='im'/>")]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<feature var='http://jabber.org/protocol/address'/>")]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>", "<item-not-found")]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#items' node='x'/>", "<item-not-found")]
    [InlineData("alice@contoso.example/sip", "get", "<query xmlns='http://jabber.org/protocol/disco#items'/>", "<query xmlns='http://jabber.org/protocol/disco#items'/>")]
    [InlineData("alice@contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#items'/>", Unavailable)]
    [InlineData("alice@contoso.example/other", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", Unavailable)]
    [InlineData("alice@contoso.example", "get", "<vCard xmlns='vcard-temp'/>", "<JABBERID>alice@contoso.example</JABBERID>")]
    [InlineData("alice@contoso.example", "set", "<vCard xmlns='vcard-temp'/>", "<not-allowed")]
    [InlineData("contoso.example", "get", "<vCard xmlns='vcard-temp'/>", Unavailable)]
    [InlineData("alice@contoso.example/sip", "get", "<query xmlns='jabber:iq:version'/>", "<name>gateway</name>")]
    [InlineData("contoso.example", "get", "<time xmlns='urn:xmpp:time'/>", "<tzo>+00:00</tzo><utc>")]
    [InlineData("alice@contoso.example", "get", "<query xmlns='jabber:iq:last'/>", Unavailable)]
    [InlineData("contoso.example", "get", "<ping xmlns='urn:xmpp:ping'/><ping xmlns='urn:xmpp:ping'/>", "<bad-request")]
    [InlineData("contoso.example", "set", "<query xmlns='jabber:iq:register'/>", Unavailable)]
    [InlineData("contoso.example", "set", "<ping xmlns='urn:xmpp:ping'/>", Unavailable)]
    [InlineData("contoso.example", "get", "<query xmlns='jabber:iq:roster'/>", Unavailable)]
    [InlineData("contoso.example", "get", "", "<bad-request")]
    [InlineData("contoso.example", "query", "<ping xmlns='urn:xmpp:ping'/>", "<bad-request")]
    public async Task A_request_gets_its_answer(string to, string type, string payload, string expected)
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var tap = new HearingTap(expected);
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync($"<iq from='juliet@capulet.example/b' to='{to}' id='q1' type='{type}'>{payload}</iq>");

        string heard = await tap.Heard.Within($"'{expected}'");
        Assert.Contains($"<iq from='{to}' to='juliet@capulet.example/b' id='q1'", heard, StringComparison.Ordinal);
    }

    [Theory, Clause("XEP-0030", "8"), Clause("RFC 6121", "8.5.2")]
    [InlineData(AuthorizationPhase.Granted, "<identity category='account' type='registered'/>")]
    [InlineData(AuthorizationPhase.Asked, Unavailable)]
    [InlineData(AuthorizationPhase.Denied, Unavailable)]
    public async Task Only_whom_a_user_lets_see_presence_learns_that_the_account_exists(AuthorizationPhase phase, string expected)
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        contoso.Crossing.View = (user, asker) => (user.Local, asker.Local) == ("alice", "juliet") ? new WatcherView(user, asker, phase, true, [], [], null, 1) : null;
        var tap = new HearingTap(expected);
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync("<iq from='juliet@capulet.example/b' to='alice@contoso.example' id='q1' type='get'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");

        await tap.Heard.Within($"'{expected}'");
    }

    [Theory, Clause("XEP-0199", "7"), Clause("RFC 6120", "8.3.3.19")]
    [InlineData("alice@contoso.example", AuthorizationPhase.Granted, "type='result'></iq>")]
    [InlineData("alice@contoso.example/sip", AuthorizationPhase.Granted, "type='result'></iq>")]
    [InlineData("alice@contoso.example/other", AuthorizationPhase.Granted, Unavailable)]
    [InlineData("alice@contoso.example", AuthorizationPhase.Asked, Unavailable)]
    [InlineData("alice@contoso.example/sip", AuthorizationPhase.Denied, Unavailable)]
    [InlineData("nobody@contoso.example/sip", AuthorizationPhase.Granted, Unavailable)]
    public async Task Only_whom_a_user_lets_see_presence_may_ping_him(string to, AuthorizationPhase phase, string expected)
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        contoso.Crossing.View = (user, asker) => (user.Local, asker.Local) == ("alice", "juliet") ? new WatcherView(user, asker, phase, true, [], [], null, 1) : null;
        var tap = new HearingTap(expected);
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync($"<iq from='juliet@capulet.example/b' to='{to}' id='q1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");

        Assert.Contains($"<iq from='{to}' to='juliet@capulet.example/b' id='q1'", await tap.Heard.Within($"'{expected}'"), StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6120", "8.2.3")]
    public async Task A_request_without_id_is_a_bad_request()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var tap = new HearingTap("<bad-request");
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync("<iq from='juliet@capulet.example/b' to='contoso.example' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");

        Assert.Contains("<iq from='contoso.example' to='juliet@capulet.example/b' type='error'>", await tap.Heard.Within("the refusal"), StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6120", "8.2.3")]
    public async Task Each_request_is_answered_once_and_an_answer_never()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var tap = new HearingTap("id='last'");
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync(string.Concat(new[] { "result", "error" }.Select(type => $"<iq from='juliet@capulet.example/b' to='contoso.example' id='answer' type='{type}'><x xmlns='y'/></iq>")));
        foreach (var id in new[] { "a", "b", "c" }) await peer.SendAsync($"<iq from='juliet@capulet.example/b' to='alice@contoso.example' id='{id}' type='get'><x xmlns='y'/></iq>");
        await peer.SendAsync("<iq from='juliet@capulet.example/b' to='contoso.example' id='last' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");

        string heard = await tap.Heard.Within("the last answer");
        Assert.DoesNotContain("id='answer'", heard, StringComparison.Ordinal);
        foreach (var id in new[] { "a", "b", "c" }) Assert.Equal(2, heard.Split($"id='{id}'").Length);
    }

    [Fact]
    public async Task A_peer_that_asks_too_much_is_told_to_wait()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        contoso.Crossing.IsAdmitting = false;
        var tap = new HearingTap("<resource-constraint");
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync("<iq from='juliet@capulet.example/b' to='contoso.example' id='q1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");

        Assert.Contains("type='wait'", await tap.Heard.Within("the refusal"), StringComparison.Ordinal);
    }

    [Fact, Clause("XEP-0115", "5.1"), Clause("XEP-0115", "6.2")]
    public async Task Presence_names_what_the_device_can_do_by_a_hash_and_its_node_tells_the_same()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var shown = new HearingTap("<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x-gateway:caps:0' ver='");
        capulet.Hub.Tap = shown;
        var (alice, juliet) = (Node.AddressOf("alice@contoso.example"), Node.AddressOf("juliet@capulet.example"));
        var view = new WatcherView(alice, juliet, AuthorizationPhase.Granted, true, [new Fragment("x", Availability.Available, null, null, 0, DateTimeOffset.UnixEpoch)], [], null, 1);
        await contoso.Side.PerformAsync(new Show(alice, juliet, ""), view, contoso.PeerFor("juliet@capulet.example"), default);
        string presence = await shown.Heard.Within("presence with capabilities");
        string hash = Between(presence, " ver='", "'");

        var info = new HearingTap("</query>");
        capulet.Hub.Tap = info;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync(
            $"<iq from='juliet@capulet.example/b' to='alice@contoso.example/sip' id='q1' type='get'><query xmlns='http://jabber.org/protocol/disco#info' node='urn:x-gateway:caps:0#{hash}'/></iq>");
        string answer = await info.Heard.Within("the capabilities");

        Assert.Contains($"node='urn:x-gateway:caps:0#{hash}'", answer, StringComparison.Ordinal);
        var features = answer.Split("<feature var='").Skip(1).Select(f => f[..f.IndexOf('\'', StringComparison.Ordinal)]).Order(StringComparer.Ordinal);
        byte[] named = System.Text.Encoding.UTF8.GetBytes("client/pc//<" + string.Concat(features.Select(f => f + "<")));
        Assert.Equal(Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(named)), hash);
    }

    [Theory, Item("PS-131")]
    [InlineData("juliet@capulet.example/b", "", "<item jid='contoso.example' node='-inbound' name='Inbound Connections'/><item jid='contoso.example' node='-outbound' name='Outbound Connections'/>")]
    [InlineData("juliet@capulet.example/b", " node='-inbound'", "<item jid='capulet.example'/>")]
    [InlineData("juliet@capulet.example/b", " node='-outbound'", "<item jid='capulet.example'/>")]
    [InlineData("juliet@capulet.example/b", " node='x'", "<item-not-found")]
    [InlineData("romeo@capulet.example/b", " node='-inbound'", "<forbidden")]
    [InlineData("romeo@capulet.example/b", "", "<query xmlns='http://jabber.org/protocol/disco#items'/>")]
    public async Task The_connected_servers_are_told_to_those_who_may_see_them(string from, string node, string expected)
    {
        await using var contoso = new Node("contoso.example", options: new Gateway.Xmpp.XmppOptions { ConnectAttemptsMax = 1, ConnectionsShownTo = ["juliet@capulet.example"] });
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);
        var tap = new HearingTap(expected);
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync($"<iq from='{from}' to='contoso.example' id='q1' type='get'><query xmlns='http://jabber.org/protocol/disco#items'{node}/></iq>");

        await tap.Heard.Within($"'{expected}'");
    }

    private static string Between(string text, string before, string after)
    {
        int at = text.IndexOf(before, text.IndexOf("protocol/caps", StringComparison.Ordinal), StringComparison.Ordinal) + before.Length;
        return text[at..text.IndexOf(after, at, StringComparison.Ordinal)];
    }

    [Fact, Clause("XEP-0184", "7")]
    public async Task A_receipt_is_sent_when_the_message_was_delivered()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        contoso.Crossing.View = (user, asker) =>
            new WatcherView(user, asker, AuthorizationPhase.Granted, true, [new Fragment("x", Availability.Available, null, null, 0, DateTimeOffset.UnixEpoch)], [], null, 1);
        var tap = new HearingTap("<received xmlns='urn:xmpp:receipts' id='m1'/>");
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync("<message from='juliet@capulet.example/b' to='alice@contoso.example' id='m1'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>");

        Assert.Contains("to='juliet@capulet.example/b'", await tap.Heard.Within("a receipt"), StringComparison.Ordinal);
    }
}
