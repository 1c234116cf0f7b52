using System.Collections.Frozen;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Xmpp;
using Presence.Core;

namespace Xmpp.Tests.Whole;

/// <summary>XMPP domains that meet through us, where a table allows it: every stanza passes as it is, rooms among them (RN-047); where none does, nothing passes.</summary>
public sealed class TransitTests : IAsyncLifetime
{
    private const string Rooms = "rooms.montague.example";
    private readonly Node _montague = new("montague.example");
    private WholeGateway _gateway = null!;
    private RawPeer _capulet = null!;

    public async Task InitializeAsync()
    {
        _gateway = await WholeGateway.StartAsync(PresentitySettings.Default, ["contoso.example"], ["capulet.example", "montague.example"], new XmppOptions { ConnectAttemptsMax = 1 });
        Allow(new DomainPair("capulet.example", "*.montague.example"), new DomainPair("capulet.example", "montague.example"));
        // What comes for the other server is heard by its tap; that it takes nothing for domains of its own does not matter.
        _montague.Registry.Publish(new FederationTables(new FederationModel
        {
            Peers =
            [
                new PeerModel("edge", Protocol.Sip) { FromDomains = new[] { "montague.example", Rooms }.ToFrozenSet(), Addresses = ["127.0.0.1:1"], TlsSubjects = ["edge.example"] },
                _montague.PeerOf("capulet.example", $"127.0.0.1:{_gateway.Port}"),
            ],
        }));
        _capulet = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "capulet.example", Node.Lab.Issue("capulet.example"));
    }

    public async Task DisposeAsync()
    {
        _capulet.Dispose();
        await _gateway.DisposeAsync();
        await _montague.DisposeAsync();
    }

    [Theory, Item("RN-047"), Clause("XEP-0045", "7.2"), Clause("XEP-0045", "7.4"), Clause("XEP-0045", "7.8.2"), Clause("XEP-0249", "2")]
    [InlineData("<presence from='juliet@capulet.example/b' to='garden@rooms.montague.example/jules' id='t1'><x xmlns='http://jabber.org/protocol/muc'/></presence>")]
    [InlineData("<message from='juliet@capulet.example/b' to='garden@rooms.montague.example' type='groupchat' id='t1'><body>hi &lt;all&gt;</body></message>")]
    [InlineData("<message from='juliet@capulet.example/b' to='garden@rooms.montague.example' id='t1'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='romeo@x'/></x></message>")]
    [InlineData("<message from='juliet@capulet.example/b' to='romeo@montague.example' id='t1'><x xmlns='jabber:x:conference' jid='garden@rooms.montague.example'/></message>")]
    [InlineData("<iq from='juliet@capulet.example/b' to='rooms.montague.example' id='t1' type='get'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>")]
    [InlineData("<iq from='juliet@capulet.example/b' to='romeo@montague.example/o' id='t1' type='result'><vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard></iq>")]
    [InlineData("<presence from='juliet@capulet.example' to='romeo@montague.example' type='subscribe' id='t1'/>")]
    [InlineData("<presence from='juliet@capulet.example/b' to='romeo@montague.example' type='probe' id='t1'/>")]
    [InlineData("<message from='juliet@capulet.example/b' to='romeo@montague.example' type='error' id='t1'><error type='cancel'/></message>")]
    public async Task Everything_between_two_allowed_XMPP_domains_passes_as_it_was_written(string stanza)
    {
        var tap = new HearingTap("id='t1'");
        _montague.Hub.Tap = tap;

        await _capulet.SendAsync(stanza);

        string heard = await tap.Heard.Within("the stanza on the other server");
        var inside = stanza[(stanza.IndexOf('>', StringComparison.Ordinal) + 1)..];
        Assert.Contains(inside, heard, StringComparison.Ordinal);
        foreach (var part in new[] { "from='juliet@capulet.example", "to='", "id='t1'" }) Assert.Contains(part, heard, StringComparison.Ordinal);
        Assert.Empty(_gateway.Sip.Performed);
    }

    [Theory, Clause("RFC 6120", "4.7.4"), Clause("RFC 6120", "8.1.5")]
    [InlineData(" xml:lang='cs'", "", " xml:lang='cs'")]
    [InlineData(" xml:lang='cs'", " xml:lang='de-CH'", " xml:lang='de-CH'")]
    [InlineData("", " xml:lang='de-CH'", " xml:lang='de-CH'")]
    [InlineData("", "", "")]
    public async Task The_language_of_a_stanza_goes_along_with_it_though_its_stream_told_it(string ofStream, string ofStanza, string expected)
    {
        using var capulet = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "capulet.example", Node.Lab.Issue("capulet.example"), ofStream);
        var tap = new HearingTap("</message>");
        _montague.Hub.Tap = tap;

        await capulet.SendAsync($"<message from='juliet@capulet.example/b' to='romeo@montague.example' id='t1'{ofStanza}><body xml:lang='en'>x</body></message>");

        Assert.Contains(
            $"<message from='juliet@capulet.example/b' to='romeo@montague.example' id='t1'{expected}><body xml:lang='en'>x</body></message>",
            await tap.Heard.Within("the stanza on the other server"), StringComparison.Ordinal);
    }

    [Fact, Item("RN-047")]
    public async Task A_room_that_cannot_be_reached_is_told_to_who_asked()
    {
        _gateway.Knows(new PolicyModel { TransitPairs = [new("capulet.example", "*.montague.example")] }, Capulet(), _gateway.PeerOf("montague", 1, "montague.example", Rooms));

        await _capulet.SendAsync("<iq from='juliet@capulet.example/b' to='rooms.montague.example' id='t1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");

        await RefusalAsync("montague", "xmpp.ConnectFailed");
        await Deadline.Until(() => _gateway.Metrics.Total(PassageKind.Query, "xmpp.ConnectFailed") == 1, "the failure to be counted");
    }

    [Fact, Clause("XEP-0198", "4")]
    public async Task What_waits_for_the_other_servers_stream_is_not_handled_yet()
    {
        using var server = new ScriptedServer(Node.Lab.Issue("montague.example"));
        AllowAt(server.Port);
        using var capulet = await ManagedAsync();
        await capulet.SendAsync("<message from='juliet@capulet.example/b' to='romeo@montague.example' id='t1'><body>x</body></message><r xmlns='urn:xmpp:sm:3'/>");
        await capulet.HearAsync("<a xmlns='urn:xmpp:sm:3' h='0'/>");

        using var montague = await server.AcceptAuthenticatedAsync("montague.example", "capulet.example");
        await montague.HearAsync("<body>x</body>");

        await capulet.HearAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
    }

    [Fact, Clause("RFC 6120", "10.4")]
    public async Task What_was_held_for_a_stream_that_never_comes_back_is_told_to_who_sent_it()
    {
        await using var capulet = new Node("capulet.example");
        capulet.Knows(capulet.PeerOf("montague.example", $"127.0.0.1:{_gateway.Port}"));
        var tap = new HearingTap("</message>");
        capulet.Hub.Tap = tap;
        using (var server = new ScriptedServer(Node.Lab.Issue("montague.example")))
        {
            AllowAt(server.Port, capulet.Port);
            await _capulet.SendAsync("<message from='juliet@capulet.example/b' to='romeo@montague.example/o' id='t1'><body>x</body></message>");
            using var montague = await server.AcceptAuthenticatedAsync("montague.example", "capulet.example", "<sm xmlns='urn:xmpp:sm:3'/>");
            await montague.HearAsync("<enable ");
            await montague.SendAsync("<enabled xmlns='urn:xmpp:sm:3'/>");
            await montague.HearAsync("<body>x</body>");
        }

        string heard = await tap.Heard.Within("the error");
        Assert.Contains("<message from='romeo@montague.example/o' to='juliet@capulet.example/b' id='t1' type='error'><error type='wait'><remote-server-timeout", heard, StringComparison.Ordinal);
    }

    [Fact, Item("RN-059"), Item("PS-130")]
    public async Task Without_a_table_nothing_passes_between_XMPP_domains()
    {
        Allow();

        await _capulet.SendAsync("<message from='juliet@capulet.example/b' to='romeo@montague.example' id='t1'><body>x</body></message>");
        await _capulet.HearAsync("<host-unknown");

        Assert.DoesNotContain(_gateway.Side.Streams, s => !s.IsInbound);
    }

    [Fact, Item("PS-130")]
    public async Task What_a_table_would_send_back_where_it_came_from_is_a_loop()
    {
        var both = _gateway.PeerOf("both", _montague.Port, "capulet.example", "montague.example");
        _gateway.Knows(new PolicyModel { TransitPairs = [new("capulet.example", "montague.example")] }, both);
        var tap = new HearingTap("id='t1'");
        _montague.Hub.Tap = tap;

        await _capulet.SendAsync("<message from='juliet@capulet.example/b' to='romeo@montague.example' id='t1'><body>x</body></message>");

        await RefusalAsync("both", "federation.Loop");
        Assert.False(tap.Heard.IsCompleted);
    }

    [Fact, Item("RN-059")]
    public async Task A_SIP_domain_beside_them_is_reached_as_ever()
    {
        await _capulet.SendAsync("<message from='juliet@capulet.example/b' to='alice@contoso.example' type='chat'><body>to Alice</body></message>");

        Assert.Equal("to Alice", (await _gateway.Sip.MessageAsync()).Content.Body);
    }

    private PeerModel Capulet() => _gateway.PeerOf("capulet", 1, "capulet.example");

    private void Allow(params DomainPair[] pairs) =>
        _gateway.Knows(new PolicyModel { TransitPairs = [.. pairs] }, Capulet(), _gateway.PeerOf("montague", _montague.Port, "montague.example", Rooms) with { TlsSubjects = ["montague.example"] });

    private void AllowAt(int montague, int capulet = 1) => _gateway.Knows(
        new PolicyModel { TransitPairs = [new("capulet.example", "montague.example")] },
        _gateway.PeerOf("capulet", capulet, "capulet.example"), _gateway.PeerOf("montague", montague, "montague.example"));

    private async Task<RawPeer> ManagedAsync()
    {
        var peer = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<enable xmlns='urn:xmpp:sm:3'/>");
        await peer.HearAsync("<enabled ");
        await peer.HearAsync("/>");
        return peer;
    }

    private Task RefusalAsync(string subject, string reason) =>
        Deadline.Until(() => _gateway.Refusals.Snapshot().Any(r => (r.Subject, r.Reason) == (subject, reason)), $"the refusal {reason}");
}
