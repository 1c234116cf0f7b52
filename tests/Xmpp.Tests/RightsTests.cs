using System.Collections.Frozen;
using System.Net;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Xmpp.Protocol;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>Who may use a stream and how much of it: address filters at the stream (PS-125, PS-126), the limits of one peer's record.</summary>
public sealed class RightsTests
{
    [Theory, Item("PS-126"), Item("PS-125"), Item("PSB-028")]
    [InlineData("capulet.example", null)]
    [InlineData(null, "127.0.0.0/8")]
    public async Task A_blocked_sender_hears_policy_violation_before_it_can_send_a_stanza(string? host, string? network)
    {
        await using var contoso = new Node("contoso.example");
        Publish(contoso, new FiltersModel { IncomingFrom = Listing(host, network) });

        using var peer = await RawPeer.SecureAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.HearAsync("<policy-violation");
        await peer.HearEndAsync();

        Assert.Equal(XmppReason.PolicyViolation, await contoso.EndedAsync());
        Assert.Contains(contoso.Refusals.Snapshot(), r => (r.Subject, r.Reason) == ("capulet.example", "federation.IncomingFromDenied"));
        Assert.False(contoso.Crossing.HasMessages);
    }

    [Fact, Item("PS-126")]
    public async Task A_stream_whose_sender_is_blocked_while_it_stands_ends_and_takes_no_later_stanza()
    {
        await using var contoso = new Node("contoso.example");
        Publish(contoso, FiltersModel.None);
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>one</body></message>");
        Assert.Equal("one", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);

        Publish(contoso, new FiltersModel { IncomingFrom = Listing("capulet.example", null) });
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>two</body></message>");

        await peer.HearEndAsync();
        Assert.Equal(XmppReason.TrustWithdrawn, await contoso.EndedAsync());
        Assert.False(contoso.Crossing.HasMessages);
    }

    [Fact]
    public async Task A_stanza_that_comes_while_new_tables_are_applied_is_taken()
    {
        await using var contoso = new Node("contoso.example");
        Publish(contoso, FiltersModel.None);
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        // The sweep judges the stream anew while its read loop, with a stanza in hand, does the same.
        contoso.Time.WhenAsked = () => contoso.Time.Push(TimeSpan.Zero);
        Publish(contoso, FiltersModel.None);
        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>one</body></message>");

        Assert.Equal("one", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Fact]
    public async Task A_defect_while_new_tables_are_applied_is_told_and_ends_nothing()
    {
        await using var contoso = new Node("contoso.example");
        var told = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        contoso.WhenFailed = bug => told.TrySetResult(bug);
        Publish(contoso, FiltersModel.None);
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        contoso.Time.WhenAsked = () => throw new InvalidOperationException("bug");
        Publish(contoso, FiltersModel.None);
        contoso.Time.Push(TimeSpan.Zero);
        Assert.Equal("bug", (await told.Task.Within("the defect")).Message);

        await peer.SendAsync("<message from='juliet@capulet.example' to='alice@contoso.example'><body>one</body></message>");
        Assert.Equal("one", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
    }

    [Fact, Item("PS-126"), Item("PS-125")]
    public async Task A_target_at_a_denied_address_hears_nothing_and_the_sender_is_told()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        Filter(contoso, new FiltersModel { OutgoingTo = Listing(null, "127.0.0.0/8") });

        var outcome = await contoso.SendAsync("juliet@capulet.example");

        Assert.Equal(("xmpp.PolicyViolation", Condition.PolicyViolation), (outcome.Failure!.Reason, outcome.Failure.Condition));
        Assert.Contains(contoso.Refusals.Snapshot(), r => (r.Subject, r.Reason) == ("capulet.example", "federation.OutgoingToDenied"));
        Assert.False(capulet.Crossing.HasMessages);
    }

    [Fact, Item("PS-125"), Item("PS-126")]
    public async Task A_target_whose_address_is_denied_while_its_stream_stands_loses_it()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        Assert.True((await contoso.SendAsync("juliet@capulet.example")).IsDelivered);

        Filter(contoso, new FiltersModel { OutgoingTo = Listing(null, "127.0.0.0/8") });
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        Assert.Equal(XmppReason.PolicyViolation, await contoso.EndedAsync());
    }

    [Fact, Item("PS-125"), Clause("XEP-0288", "2")]
    public async Task Nothing_leaves_to_a_denied_address_by_a_stream_that_came_from_there()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet, peer => peer with { UsesBidi = true });
        Filter(contoso, new FiltersModel { OutgoingTo = Listing(null, "127.0.0.0/8") });
        Assert.True((await capulet.SendAsync("alice@contoso.example", "there")).IsDelivered);
        await contoso.Crossing.MessageAsync();

        var outcome = await contoso.SendAsync("juliet@capulet.example", "and back");

        Assert.Equal("xmpp.PolicyViolation", outcome.Failure!.Reason);
        Assert.False(capulet.Crossing.HasMessages);
    }

    [Fact, Item("PS-125"), Clause("XEP-0288", "2")]
    public async Task Nothing_leaves_any_more_by_a_stream_from_an_address_that_is_denied_meanwhile()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet, peer => peer with { UsesBidi = true });
        Assert.True((await capulet.SendAsync("alice@contoso.example", "there")).IsDelivered);
        Assert.True((await contoso.SendAsync("juliet@capulet.example", "and back")).IsDelivered);
        await capulet.Crossing.MessageAsync();
        Filter(contoso, new FiltersModel { OutgoingTo = Listing(null, "127.0.0.0/8") });
        contoso.Time.Push(TimeSpan.FromSeconds(1));

        Assert.Equal("xmpp.PolicyViolation", (await contoso.SendAsync("juliet@capulet.example", "and again")).Failure?.Reason);
        Assert.False(capulet.Crossing.HasMessages);
    }

    [Fact, Item("PS-125")]
    public async Task What_is_denied_while_a_stream_is_negotiated_is_not_sent_on_it()
    {
        await using var contoso = new Node("contoso.example");
        var leaf = Node.Lab.Issue("capulet.example");
        using var server = new ScriptedServer(leaf);
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}"));
        var sent = contoso.SendAsync("juliet@capulet.example");
        using var peer = await server.AcceptOpenAsync("capulet.example", "contoso.example");
        Filter(contoso, new FiltersModel { OutgoingFrom = Listing(null, "127.0.0.0/8") });
        await peer.SendAsync("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>");
        await peer.HearAsync("<starttls");
        await peer.SendAsync("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await peer.ServeTlsAsync(leaf);
        await peer.SendAsync(ScriptedServer.Header("capulet.example", "contoso.example", "s2")
            + ScriptedServer.Features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>", dialback: false));
        await peer.HearAsync("</auth>");
        await peer.SendAsync("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>" + ScriptedServer.Header("capulet.example", "contoso.example", "s3") + "<stream:features/>");

        Assert.Equal("xmpp.PolicyViolation", (await sent).Failure?.Reason);
    }

    [Fact, Item("PS-125"), Clause("XEP-0220", "2.6")]
    public async Task A_pair_whose_target_is_denied_at_that_address_shares_no_stream_to_it()
    {
        await using var contoso = new Node("contoso.example");
        using var server = new ScriptedServer(Node.Stranger.Issue("capulet.example"));
        contoso.Knows(contoso.PeerOf("capulet.example", $"127.0.0.1:{server.Port}") with { AllowsDialback = true, FromDomains = new[] { "capulet.example", "montague.example" }.ToFrozenSet() });
        Filter(contoso, new FiltersModel { OutgoingTo = new FilterModel { Default = FilterDefault.Deny, Hosts = ["capulet.example"], Addresses = [IPNetwork.Parse("192.0.2.0/24")] } });
        var first = contoso.SendAsync("juliet@capulet.example", "one");
        using var peer = await server.AcceptSecuredAsync("capulet.example", "contoso.example");
        await peer.SendAsync(ScriptedServer.Features("", dialback: true));
        await peer.HearAsync("</db:result>");
        await peer.SendAsync("<db:result from='capulet.example' to='contoso.example' type='valid'/>");
        Assert.True((await first).IsDelivered);

        var outcome = await contoso.SendAsync("romeo@montague.example", "two");

        Assert.Equal("xmpp.PolicyViolation", outcome.Failure!.Reason);
        Assert.Equal(["contoso.example→capulet.example"], Assert.Single(contoso.Side.Streams, s => s.RemoteDomain == "capulet.example").Pairs);
    }

    [Theory, Item("PS-125"), Item("PS-126")]
    [InlineData("filter")]
    [InlineData("partners")]
    public async Task A_question_is_answered_to_nobody_who_may_not_speak_to_the_domain(string by)
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet, peer => by == "partners" ? peer with { PartnerDomains = new[] { "fabrikam.example", "capulet.example" }.ToFrozenSet() } : peer);
        if (by == "filter") Filter(contoso, new FiltersModel { IncomingTo = Listing("contoso.example", null) });
        var tap = new HearingTap("</iq>");
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync("<iq from='juliet@capulet.example/b' to='contoso.example' id='q1' type='get'><query xmlns='jabber:iq:version'/></iq>");

        Assert.Contains("id='q1' type='error'><error type='cancel'><not-allowed", await tap.Heard.Within("the refusal"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes", XmppReason.StanzaTooLarge)]
    [InlineData("depth", XmppReason.DepthExceeded)]
    [InlineData("attributes", XmppReason.AttributesExceeded)]
    [InlineData("elements", XmppReason.ElementsExceeded)]
    [InlineData("names", XmppReason.NameTooLong)]
    public async Task A_peers_own_limits_hold_on_its_stream_and_on_no_other(string what, XmppReason expected)
    {
        var xml = what switch
        {
            "bytes" => $"<body>{new string('x', 11_000)}</body>",
            "depth" => "<a><b><c><d/></c></b></a>",
            "attributes" => "<a " + string.Concat(Enumerable.Range(0, 9).Select(n => $"a{n}='' ")) + "/>",
            "elements" => string.Concat(Enumerable.Repeat("<a/>", 17)),
            _ => $"<{new string('n', 65)}/>",
        };
        var stanza = $"<message from='juliet@capulet.example' to='alice@contoso.example'><body>kept</body>{xml}</message>";
        await using var contoso = new Node("contoso.example");
        var tight = contoso.PeerOf("capulet.example", "127.0.0.1:1") with
        {
            Limits = new PeerLimits { StanzaBytesMax = 10_000, StanzaDepthMax = 5, StanzaAttributesMax = 8, StanzaElementsMax = 16, StanzaNameBytesMax = 64 },
        };
        contoso.Knows(tight, contoso.PeerOf("montague.example", "127.0.0.1:1"));

        using var roomy = await RawPeer.AuthenticateAsync(contoso, "montague.example", Node.Lab.Issue("montague.example"));
        await roomy.SendAsync(stanza.Replace("capulet", "montague", StringComparison.Ordinal));
        Assert.Equal("kept", (await contoso.Crossing.MessageAsync()).Arrival.Content.Body);
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));
        await peer.SendAsync(stanza);

        await peer.HearAsync("</stream:stream>");
        Assert.Equal(expected, await contoso.EndedAsync());
        Assert.False(contoso.Crossing.HasMessages);
    }

    [Fact, Item("PSB-028")]
    public async Task Nothing_leaves_for_a_domain_that_is_not_ours()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var foreign = contoso.Registry.Current.FindWay(new Address("eve", "evil.example"), new Address("juliet", "capulet.example"), null);

        Assert.Equal(FederationReason.UnknownDomain, foreign.Reason);
    }

    private static FilterModel Listing(string? host, string? network) => new()
    {
        Hosts = host is null ? [] : [host], Addresses = network is null ? [] : [IPNetwork.Parse(network)],
    };

    private static void Filter(Node node, FiltersModel filters) =>
        node.Registry.Publish(new FederationTables(node.Registry.Current.Model with { Policy = new PolicyModel { XmppFilters = filters } }));

    private static void Publish(Node node, FiltersModel filters) => node.Registry.Publish(new FederationTables(new FederationModel
    {
        Peers =
        [
            new PeerModel("edge", Protocol.Sip) { FromDomains = new[] { node.Domain }.ToFrozenSet(), Addresses = ["127.0.0.1:1"], TlsSubjects = ["edge.example"] },
            node.PeerOf("capulet.example", "127.0.0.1:1"),
        ],
        Policy = new PolicyModel { XmppFilters = filters },
    }));
}
