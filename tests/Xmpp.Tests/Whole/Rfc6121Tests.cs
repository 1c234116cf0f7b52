using Gateway.Federation;
using Presence.Core;
using Presence.Core.Model;

namespace Xmpp.Tests.Whole;

/// <summary>
/// RFC 6121 §3 and §4 as a federating server sees them: an XMPP server's presence stanzas on the wire, in front of the real crossing and engine, SIP users behind. Juliet is theirs, Alice ours.
/// </summary>
public sealed class Rfc6121Tests : IAsyncLifetime
{
    private static readonly Address Alice = new("alice", "contoso.example");
    private static readonly Address Juliet = new("juliet", "capulet.example");

    private readonly Node _capulet = new("capulet.example");
    private WholeGateway _gateway = null!;
    private RawPeer _peer = null!;

    public async Task InitializeAsync()
    {
        _gateway = await WholeGateway.StartAsync("contoso.example");
        _gateway.Knows(_gateway.PeerOf("capulet", _capulet.Port, "capulet.example"));
        _capulet.Knows(_capulet.PeerOf("contoso.example", $"127.0.0.1:{_gateway.Port}"));
        _peer = await RawPeer.AuthenticateAsync(_gateway.Port, "contoso.example", "capulet.example", Node.Lab.Issue("capulet.example"));
    }

    public async Task DisposeAsync()
    {
        _peer.Dispose();
        await _gateway.DisposeAsync();
        await _capulet.DisposeAsync();
    }

    [Fact, Clause("RFC 6121", "3.1.3"), Clause("RFC 6121", "3.1.5"), Clause("RFC 6121", "4.2.2"), Item("PSB-020")]
    public async Task A_request_is_asked_of_the_user_then_granted_from_the_bare_JID_and_followed_by_presence()
    {
        string heard = await AfterAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s1'/>", "from='alice@contoso.example/sip'");

        Assert.Contains("<presence from='alice@contoso.example' to='juliet@capulet.example'", heard, StringComparison.Ordinal);
        Assert.Contains("type='subscribed'", heard, StringComparison.Ordinal);
        Assert.True(heard.IndexOf("type='subscribed'", StringComparison.Ordinal) < heard.IndexOf("alice@contoso.example/sip", StringComparison.Ordinal));
    }

    [Fact, Clause("RFC 6121", "3.1.3"), Clause("RFC 6121", "3.1.2")]
    public async Task A_second_request_of_who_is_granted_is_answered_at_once_and_nobody_is_asked()
    {
        await AfterAsync("<presence from='juliet@capulet.example/balcony' to='alice@contoso.example/phone' type='subscribe' id='s1'/>", "alice@contoso.example/sip");
        int asked = _gateway.Sip.Performed.Count(e => e is AskUpstream { Request: UpstreamRequest.Subscribe });

        await AfterAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s2'/>", "type='subscribed'");

        Assert.Equal(asked, _gateway.Sip.Performed.Count(e => e is AskUpstream { Request: UpstreamRequest.Subscribe }));
    }

    [Theory, Clause("RFC 6121", "3.2.1"), Clause("RFC 6121", "3.1.3"), Clause("RFC 6121", "8.5.1"), Item("PSB-D-15")]
    [InlineData(PresenceReason.Rejected)]
    [InlineData(PresenceReason.NoSuchPresentity)]
    public async Task A_refusal_and_a_user_who_does_not_exist_are_told_as_unsubscribed(PresenceReason reason)
    {
        _gateway.Sip.Decide = (_, watcher) => new UpstreamDenied(watcher, reason);

        string heard = await AfterAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s1'/>", "type='unsubscribed'");

        Assert.DoesNotContain("type='subscribed'", heard, StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6121", "3.2.2"), Clause("RFC 6121", "3.2.1")]
    public async Task A_permission_that_is_taken_back_ends_with_unavailable_and_unsubscribed()
    {
        await AfterAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s1'/>", "alice@contoso.example/sip");
        var tap = Tap("type='unsubscribed'");

        await _gateway.Sip.Engine.SubmitAsync(Alice, new UpstreamDenied(Juliet, PresenceReason.Rejected), default);

        string heard = await tap.Heard.Within("unsubscribed");
        Assert.Contains("from='alice@contoso.example/sip' to='juliet@capulet.example' id='show-", heard, StringComparison.Ordinal);
        Assert.InRange(heard.IndexOf("type='unavailable'", StringComparison.Ordinal), 0, heard.IndexOf("type='unsubscribed'", StringComparison.Ordinal));
    }

    [Fact, Clause("RFC 6121", "3.3.3"), Item("RN-050")]
    public async Task A_cancelled_subscription_ends_with_unavailable_and_is_given_again_to_who_comes_back()
    {
        await AfterAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s1'/>", "alice@contoso.example/sip");

        string heard = await AfterAsync(
            "<presence from='juliet@capulet.example' to='alice@contoso.example' type='unsubscribe' id='u1'/>"
            + "<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s2'/>",
            "type='subscribed'");

        Assert.Contains("type='unavailable'", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("type='unsubscribed'", heard, StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6121", "4.3.2"), Clause("RFC 6121", "4.3")]
    public async Task A_probe_of_who_may_see_is_answered_with_the_state_and_of_who_may_not_with_unsubscribed()
    {
        string refused = await AfterAsync("<presence from='juliet@capulet.example/b' to='alice@contoso.example' type='probe' id='p1'/>", "type='unsubscribed'");
        Assert.Contains("from='alice@contoso.example' to='juliet@capulet.example'", refused, StringComparison.Ordinal);
        await AfterAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s1'/>", "alice@contoso.example/sip");

        string shown = await AfterAsync("<presence from='juliet@capulet.example/b' to='alice@contoso.example' type='probe' id='p2'/>", "alice@contoso.example/sip");

        Assert.DoesNotContain("type='unavailable'", shown, StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6121", "4.4.2"), Clause("RFC 6121", "4.5.2"), Item("PSB-022")]
    public async Task Each_change_is_sent_on_and_going_offline_is_unavailable()
    {
        await AfterAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribe' id='s1'/>", "alice@contoso.example/sip");

        var away = Tap("<show>away</show>");
        await _gateway.Sip.ChangeAsync(Availability.Away);
        await away.Heard.Within("away");
        var gone = Tap("type='unavailable'");
        await _gateway.Sip.ChangeAsync(Availability.Offline);
        Assert.Contains("from='alice@contoso.example/sip'", await gone.Heard.Within("unavailable"), StringComparison.Ordinal);
    }

    [Fact, Clause("RFC 6121", "3.1.6"), Clause("RFC 6121", "4.2.3"), Clause("RFC 6121", "4.4.3"), Clause("RFC 6121", "4.5.3")]
    public async Task What_their_user_grants_and_shows_is_seen_by_ours_by_resource_until_the_last_one_leaves()
    {
        var asked = Tap("type='subscribe'");
        await _gateway.WatchAsync(Alice, Juliet);
        Assert.Contains("<presence from='alice@contoso.example' to='juliet@capulet.example'", await asked.Heard.Within("a subscription request"), StringComparison.Ordinal);

        await _peer.SendAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribed' id='g1'/>");
        await _gateway.Sip.ShownAsync(v => v.Authorization == AuthorizationPhase.Granted, "the grant");
        await _peer.SendAsync("<presence from='juliet@capulet.example/b' to='alice@contoso.example'><show>away</show></presence>");
        await _peer.SendAsync("<presence from='juliet@capulet.example/c' to='alice@contoso.example'/>");
        await _gateway.Sip.ShownAsync(v => v is { Best: Availability.Available, Fragments.Count: 2 }, "both resources");
        await _peer.SendAsync("<presence from='juliet@capulet.example/c' to='alice@contoso.example' type='unavailable'/>");
        await _gateway.Sip.ShownAsync(v => v is { Best: Availability.Away, Fragments.Count: 1 }, "the one that stayed");
        await _peer.SendAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='unavailable'/>");
        await _gateway.Sip.ShownAsync(v => v is { IsKnown: true, Best: Availability.Offline }, "nobody");
    }

    [Fact, Clause("RFC 6121", "3.1.6"), Clause("RFC 6121", "4.2.3"), Clause("RFC 6121", "3.4")]
    public async Task What_nobody_asked_for_grants_and_shows_nothing()
    {
        await _peer.SendAsync("<presence from='juliet@capulet.example' to='alice@contoso.example' type='subscribed' id='g1'/>");
        await _peer.SendAsync("<presence from='juliet@capulet.example/b' to='alice@contoso.example'/>");
        await _peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>after</body></message>");
        await _gateway.Sip.MessageAsync();

        Assert.Empty(_gateway.Sip.Performed);
        var asked = Tap("type='subscribe'");
        await _gateway.WatchAsync(Alice, Juliet);
        await asked.Heard.Within("the request that is needed all the same");
    }

    [Theory, Clause("RFC 6121", "3.2.3"), Clause("RFC 6121", "4.3.2.1")]
    [InlineData("<presence from='juliet@capulet.example' to='alice@contoso.example' type='unsubscribed' id='x'/>", PresenceReason.Rejected)]
    [InlineData("<presence from='juliet@capulet.example' to='alice@contoso.example' type='error'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
        PresenceReason.NoSuchPresentity)]
    [InlineData("<presence from='juliet@capulet.example' to='alice@contoso.example' type='error'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
        PresenceReason.Rejected)]
    public async Task A_refusal_of_theirs_ends_our_watcher_with_its_reason(string stanza, PresenceReason reason)
    {
        var asked = Tap("type='subscribe'");
        await _gateway.WatchAsync(Alice, Juliet);
        await asked.Heard.Within("a subscription request");

        await _peer.SendAsync(stanza);

        Assert.Equal(reason, (await _gateway.Sip.PerformedAsync<End>()).Reason);
    }

    [Theory, Clause("RFC 6121", "4.7.1"), Clause("RFC 6120", "8.3.3.1")]
    [InlineData("surprise", "<bad-request")]
    [InlineData("invisible", "<bad-request")]
    public async Task A_type_that_does_not_exist_is_a_bad_request(string type, string error) =>
        await AfterAsync($"<presence from='juliet@capulet.example' to='alice@contoso.example' type='{type}' id='x'/>", error);

    [Fact, Clause("RFC 6121", "8.2"), Clause("RFC 6121", "3.1.3")]
    public async Task A_request_to_watch_the_domain_itself_is_unavailable() =>
        await AfterAsync("<presence from='juliet@capulet.example' to='contoso.example' type='subscribe' id='x'/>", "<service-unavailable");

    private HearingTap Tap(string awaited)
    {
        var tap = new HearingTap(awaited);
        _capulet.Hub.Tap = tap;
        return tap;
    }

    private async Task<string> AfterAsync(string stanza, string awaited)
    {
        var tap = Tap(awaited);
        await _peer.SendAsync(stanza);
        return await tap.Heard.Within($"'{awaited}' after {stanza}");
    }
}
