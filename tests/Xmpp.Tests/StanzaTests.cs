using Gateway.Federation;
using Presence.Core;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>Message and presence stanzas of every kind at the door: what is taken, what is answered, what is left alone.</summary>
public sealed class StanzaTests : IAsyncLifetime
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

    [Fact, Item("PIF-055"), Item("RN-047"), Clause("XEP-0045", "7.8.2")]
    public async Task A_room_that_invites_a_SIP_user_hears_a_decline_in_words_for_the_inviter()
    {
        string heard = await AnswerAsync(
            "<message from='garden@rooms.capulet.example' to='alice@contoso.example' id='i1'><body>join us</body><x xmlns='http://jabber.org/protocol/muc#user'>"
            + "<invite from='juliet@capulet.example/balcony'><reason>talk</reason></invite></x></message>", "</decline>", "rooms.capulet.example");

        Assert.Contains("from='alice@contoso.example' to='garden@rooms.capulet.example'", heard, StringComparison.Ordinal);
        Assert.Contains("<decline to='juliet@capulet.example/balcony'><reason>This user is reached through a gateway", heard, StringComparison.Ordinal);
        Assert.False(_contoso.Crossing.HasMessages);
        Assert.Contains(_contoso.Refusals.Snapshot(), r => r.Reason == "mapping.GroupChatUnsupported");
    }

    [Fact, Item("PIF-055"), Item("RN-047"), Clause("XEP-0249", "2")]
    public async Task A_direct_invitation_is_refused_in_words_to_the_inviter()
    {
        string heard = await AnswerAsync(
            "<message from='juliet@capulet.example/b' to='alice@contoso.example' id='i2'><x xmlns='jabber:x:conference' jid='garden@rooms.capulet.example'/></message>", "</error>");

        Assert.Contains("to='juliet@capulet.example/b' id='i2' type='error'", heard, StringComparison.Ordinal);
        Assert.Contains("<not-acceptable", heard, StringComparison.Ordinal);
        Assert.Contains("cannot join XMPP group chats", heard, StringComparison.Ordinal);
        Assert.False(_contoso.Crossing.HasMessages);
    }

    [Theory, Clause("RFC 6120", "8.3.1"), Clause("RFC 6121", "8.5.2.2.1")]
    [InlineData("<message type='error' from='juliet@capulet.example' to='alice@contoso.example' id='e'><x xmlns='jabber:x:conference' jid='r@rooms.capulet.example'/></message>")]
    [InlineData("<message type='error' from='juliet@capulet.example' to='contoso.example' id='e'><body>x</body></message>")]
    [InlineData("<presence type='error' from='juliet@capulet.example' to='contoso.example' id='e'/>")]
    [InlineData("<message type='error' from='juliet@capulet.example' to='a lice@contoso.example' id='e'/>")]
    [InlineData("<iq type='error' from='juliet@capulet.example' to='a lice@contoso.example' id='e'/>")]
    [InlineData("<presence type='unavailable' from='juliet@capulet.example' to='contoso.example' id='e'/>")]
    [InlineData("<presence from='capulet.example' to='alice@contoso.example' id='e'/>")]
    public async Task An_error_and_what_expects_no_answer_is_never_answered(string stanza)
    {
        _contoso.Crossing.Outcome = Outcome.Failed(Condition.ItemNotFound, "sip.X", "No such user.");
        string heard = await AnswerAsync(stanza + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>", "id='after'");

        Assert.DoesNotContain("id='e'", heard, StringComparison.Ordinal);
    }

    [Theory, Clause("RFC 6121", "5.2.2"), Clause("RFC 6121", "8.5.2.1.1"), Clause("RFC 6121", "8.5.2.2.1"), Clause("RFC 6121", "8.5.1")]
    [InlineData("chat", true, "<service-unavailable")]
    [InlineData("normal", true, "<service-unavailable")]
    [InlineData("surprise", true, "<service-unavailable")]
    [InlineData("headline", true, null)]
    [InlineData("groupchat", false, "<service-unavailable")]
    public async Task Each_type_of_message_is_taken_and_bounced_as_its_type_wants(string type, bool isTaken, string? error)
    {
        _contoso.Crossing.Outcome = Outcome.Failed(Condition.ItemNotFound, "sip.X", "No such user.");
        string heard = await AnswerAsync(
            $"<message type='{type}' from='juliet@capulet.example' to='alice@contoso.example' id='m1'><body>x</body></message>"
            + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>", "id='after'");

        Assert.Equal(isTaken, _contoso.Crossing.HasMessages);
        if (error is null) Assert.DoesNotContain("id='m1'", heard, StringComparison.Ordinal);
        else Assert.Contains(error, heard, StringComparison.Ordinal);
    }

    [Theory, Clause("RFC 6120", "8.3.3.19"), Clause("RFC 6120", "10.5.3.1")]
    [InlineData(AuthorizationPhase.Granted, Condition.ItemNotFound, "<item-not-found")]
    [InlineData(AuthorizationPhase.Granted, Condition.RecipientUnavailable, "<recipient-unavailable")]
    [InlineData(AuthorizationPhase.Asked, Condition.ItemNotFound, null)]
    [InlineData(AuthorizationPhase.Denied, Condition.RecipientUnavailable, null)]
    [InlineData(null, Condition.ItemNotFound, null)]
    [InlineData(null, Condition.RecipientUnavailable, null)]
    public async Task Who_may_not_see_presence_hears_the_same_of_users_who_are_away_and_who_are_none(AuthorizationPhase? phase, Condition condition, string? told)
    {
        _contoso.Crossing.Outcome = Outcome.Failed(condition, "sip.X", $"{condition}");
        _contoso.Crossing.View = (user, asker) => phase is { } p && (user.Local, asker.Local) == ("alice", "juliet") ? new WatcherView(user, asker, p, true, [], [], null, 1) : null;
        string heard = await AnswerAsync("<message type='chat' from='juliet@capulet.example' to='alice@contoso.example' id='m1'><body>x</body></message>", "</message>");

        const string Same = "id='m1' type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
            + "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>The user cannot be reached.</text></error></message>";
        Assert.Contains(told ?? Same, heard, StringComparison.Ordinal);
        Assert.Equal(told is not null, heard.Contains($"{condition}", StringComparison.Ordinal));
    }

    [Theory, Clause("RFC 6120", "10.5.2")]
    [InlineData("<message from='juliet@capulet.example' to='contoso.example/x' id='m1'><body>x</body></message>", true)]
    [InlineData("<presence from='juliet@capulet.example' to='contoso.example/x' type='subscribe' id='m1'/>", true)]
    [InlineData("<presence from='juliet@capulet.example' to='contoso.example/x' id='m1'/>", false)]
    public async Task What_is_for_a_resource_of_the_domain_is_refused_where_an_answer_is_due(string stanza, bool isAnswered)
    {
        string heard = await AnswerAsync(stanza + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>", "id='after'");

        Assert.Equal(isAnswered, heard.Contains("from='contoso.example/x' to='juliet@capulet.example' id='m1' type='error'", StringComparison.Ordinal));
        Assert.Equal(isAnswered, heard.Contains("<service-unavailable", StringComparison.Ordinal));
        Assert.False(_contoso.Crossing.HasMessages);
    }

    [Theory]
    [InlineData("<received xmlns='urn:xmpp:receipts' id='r1'/>")]
    [InlineData("<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='alice@contoso.example'><body>forged</body></message></forwarded></sent>")]
    [InlineData("<private xmlns='urn:xmpp:carbons:2'/><no-copy xmlns='urn:xmpp:hints'/>")]
    [InlineData("<store xmlns='urn:xmpp:hints'/>")]
    [InlineData("<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>")]
    [InlineData("<subject>a subject alone</subject>")]
    public async Task What_says_nothing_to_a_SIP_user_is_left_alone(string content)
    {
        string heard = await AnswerAsync(
            $"<message type='chat' from='juliet@capulet.example' to='alice@contoso.example' id='m1'>{content}</message>"
            + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>", "id='after'");

        Assert.False(_contoso.Crossing.HasMessages);
        Assert.DoesNotContain("id='m1'", heard, StringComparison.Ordinal);
    }

    [Fact, Clause("XEP-0085", "5.1"), Clause("XEP-0184", "5.1"), Clause("XEP-0203", "2")]
    public async Task Hints_and_copies_beside_a_body_change_nothing_of_it()
    {
        await _peer.SendAsync(
            "<message type='chat' from='juliet@capulet.example/b' to='alice@contoso.example' id='m1'><body>hello</body><thread>t</thread><private xmlns='urn:xmpp:carbons:2'/>"
            + "<no-store xmlns='urn:xmpp:hints'/><active xmlns='http://jabber.org/protocol/chatstates'/><delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25Z'/></message>");

        var content = (await _contoso.Crossing.MessageAsync()).Arrival.Content;
        Assert.Equal(("hello", "t", "m1", false), (content.Body, content.Thread, content.Id, content.WantsReceipt));
        Assert.Equal(new DateTimeOffset(2002, 9, 10, 23, 8, 25, TimeSpan.Zero), content.DelayedSince);
    }

    [Theory, Clause("XEP-0184", "7"), Clause("XEP-0184", "5.4")]
    [InlineData("id='m1'", true, true)]
    [InlineData("id='m1'", false, false)]
    [InlineData("", true, false)]
    public async Task A_receipt_says_only_what_the_SIP_side_knows(string id, bool isDelivered, bool isReceipt)
    {
        _contoso.Crossing.View = (user, asker) => Seen(user, asker, AuthorizationPhase.Granted, Availability.Busy);
        if (!isDelivered) _contoso.Crossing.Outcome = Outcome.Failed(Condition.RecipientUnavailable, "sip.X", "Away.");
        string heard = await AnswerAsync(
            $"<message from='juliet@capulet.example' to='alice@contoso.example' {id}><body>x</body><request xmlns='urn:xmpp:receipts'/></message>"
            + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>", "id='after'");

        Assert.Equal(isReceipt, heard.Contains("<received xmlns='urn:xmpp:receipts' id='m1'/>", StringComparison.Ordinal));
        Assert.DoesNotContain("<request", heard, StringComparison.Ordinal);
    }

    [Theory, Clause("XEP-0184", "8"), Item("RN-040")]
    [InlineData(AuthorizationPhase.Granted, Availability.Available, true)]
    [InlineData(AuthorizationPhase.Granted, Availability.Offline, false)]
    [InlineData(AuthorizationPhase.Granted, null, false)]
    [InlineData(AuthorizationPhase.Asked, Availability.Available, false)]
    [InlineData(AuthorizationPhase.Denied, null, false)]
    [InlineData(null, null, false)]
    public async Task A_receipt_tells_nobody_that_a_user_is_there_who_is_not_shown_it(AuthorizationPhase? phase, Availability? shown, bool isReceipt)
    {
        _contoso.Crossing.View = (user, asker) => phase is { } p ? Seen(user, asker, p, shown) : null;
        string heard = await AnswerAsync(
            "<message from='juliet@capulet.example/b' to='alice@contoso.example' id='m1'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>"
            + "<iq type='get' from='juliet@capulet.example' to='contoso.example' id='after'><ping xmlns='urn:xmpp:ping'/></iq>", "id='after'");

        Assert.Equal(isReceipt, heard.Contains("<received xmlns='urn:xmpp:receipts' id='m1'/>", StringComparison.Ordinal));
        Assert.True(_contoso.Crossing.HasMessages);
    }

    [Fact, Clause("XEP-0085", "5.1")]
    public async Task Who_answers_without_chat_states_is_sent_none_until_he_sends_one()
    {
        const string Active = "<active xmlns='http://jabber.org/protocol/chatstates'/>";

        // Whoever writes first answers nothing.
        await _peer.SendAsync("<message type='chat' from='juliet@capulet.example/b' to='alice@contoso.example'><body>good morning</body></message>");
        await _contoso.Crossing.MessageAsync();
        Assert.Contains(Active, await SentAsync("first"), StringComparison.Ordinal);
        await _peer.SendAsync("<message type='chat' from='juliet@capulet.example/b' to='alice@contoso.example'><body>without</body></message>");
        await _contoso.Crossing.MessageAsync();

        string silent = await SentAsync("second", isTyping: true);
        Assert.DoesNotContain("chatstates", silent, StringComparison.Ordinal);
        await _peer.SendAsync($"<message type='chat' from='juliet@capulet.example/b' to='alice@contoso.example'><body>with</body>{Active}</message>");
        await _contoso.Crossing.MessageAsync();

        string again = await SentAsync("third", isTyping: true);
        Assert.Contains("<composing", again, StringComparison.Ordinal);
        Assert.Contains(Active, again, StringComparison.Ordinal);

        // A state alone says as much as one beside words.
        await _peer.SendAsync("<message type='chat' from='juliet@capulet.example/b' to='alice@contoso.example'><body>without</body></message>");
        await _contoso.Crossing.MessageAsync();
        await _peer.SendAsync("<message type='chat' from='juliet@capulet.example/b' to='alice@contoso.example'><paused xmlns='http://jabber.org/protocol/chatstates'/></message>");
        await _contoso.Crossing.StateAsync();
        Assert.Contains(Active, await SentAsync("fourth"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<message from='juliet@capulet.example' to='alice@contoso.example' id='m1'><x xmlns='jabber:x:conference' jid='r@rooms.capulet.example'/></message>")]
    [InlineData("<message from='juliet@capulet.example' to='contoso.example' id='m1'><body>x</body></message>")]
    [InlineData("<message from='juliet@capulet.example' to='contoso.example' id='m1'><addresses xmlns='http://jabber.org/protocol/address'><address type='to' jid='a@contoso.example'/></addresses></message>")]
    public async Task What_we_answer_ourselves_is_bound_by_the_rates_too(string stanza)
    {
        _contoso.Crossing.IsAdmitting = false;
        string heard = await AnswerAsync(stanza, "</error>");

        Assert.Contains("<error type='wait'><resource-constraint", heard, StringComparison.Ordinal);
        Assert.False(_contoso.Crossing.HasMessages);
    }

    [Fact, Clause("RFC 6121", "8.2")]
    public async Task A_message_to_the_domain_itself_is_unavailable() =>
        await AnswerAsync("<message from='juliet@capulet.example' to='contoso.example' id='m1'><body>x</body></message>", "<service-unavailable");

    [Fact, Clause("RFC 6120", "8.3.3.8")]
    public async Task An_address_that_is_no_JID_is_told_with_the_words_it_had()
    {
        string heard = await AnswerAsync("<message from='juliet@capulet.example' to='a lice@contoso.example' id='m1'><body>x</body></message>", "<jid-malformed");

        Assert.Contains("from='a lice@contoso.example' to='juliet@capulet.example' id='m1'", heard, StringComparison.Ordinal);
    }

    private static WatcherView Seen(Address user, Address asker, AuthorizationPhase phase, Availability? shown) =>
        new(user, asker, phase, true, shown is { } state ? [new Fragment("x", state, null, null, 0, DateTimeOffset.UnixEpoch)] : [], [], null, 1);

    /// <summary>Alice sends Juliet a message, and is seen to type it first if she may be; what her server hears.</summary>
    private async Task<string> SentAsync(string body, bool isTyping = false)
    {
        var tap = new HearingTap($"<body>{body}</body>");
        _capulet.Hub.Tap = tap;
        var passage = new Passage(1, "edge", Protocol.Sip, PassageKind.ChatState, Node.AddressOf("alice@contoso.example"), Node.AddressOf("juliet@capulet.example"));
        if (isTyping) _contoso.Side.Depart(new ChatStateDeparture(passage, ChatState.Composing, null, _contoso.PeerFor("juliet@capulet.example")));
        Assert.True((await _contoso.SendAsync("juliet@capulet.example", body)).IsDelivered);
        await _capulet.Crossing.MessageAsync();
        await tap.Heard.Within(body);
        return tap.Text;
    }

    /// <summary>Sends, and waits for what the other server hears in answer.</summary>
    private async Task<string> AnswerAsync(string stanza, string awaited, string from = "capulet.example")
    {
        var tap = new HearingTap(awaited);
        _capulet.Hub.Tap = tap;
        if (from == "capulet.example")
        {
            await _peer.SendAsync(stanza);
            return await tap.Heard.Within($"'{awaited}'");
        }

        _contoso.Knows(_contoso.PeerOf("capulet.example", $"127.0.0.1:{_capulet.Port}"), _contoso.PeerOf(from, $"127.0.0.1:{_capulet.Port}") with { TlsSubjects = ["capulet.example"] });
        _capulet.Knows(_capulet.PeerOf("contoso.example", $"127.0.0.1:{_contoso.Port}"), new Gateway.Federation.Peers.PeerModel("rooms", Protocol.Sip)
        {
            FromDomains = System.Collections.Frozen.FrozenSet.ToFrozenSet([from]), Addresses = ["127.0.0.1:1"], TlsSubjects = ["edge.example"],
        });
        using var peer = await RawPeer.AuthenticateAsync(_contoso, from, Node.Lab.Issue("capulet.example"));
        await peer.SendAsync(stanza);
        return await tap.Heard.Within($"'{awaited}'");
    }
}
