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

    [Fact, Item("PS-126"), Item("PS-125")]
    public async Task A_target_at_a_denied_address_hears_nothing_and_the_sender_is_told()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        contoso.Registry.Publish(new FederationTables(contoso.Registry.Current.Model with
        {
            Policy = new PolicyModel { XmppFilters = new FiltersModel { OutgoingTo = Listing(null, "127.0.0.0/8") } },
        }));

        var outcome = await contoso.SendAsync("juliet@capulet.example");

        Assert.Equal(("xmpp.PolicyViolation", Condition.PolicyViolation), (outcome.Failure!.Reason, outcome.Failure.Condition));
        Assert.Contains(contoso.Refusals.Snapshot(), r => (r.Subject, r.Reason) == ("capulet.example", "federation.OutgoingToDenied"));
        Assert.False(capulet.Crossing.HasMessages);
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
