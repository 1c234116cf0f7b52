using Conformance;
using System.Collections.Frozen;
using System.Net;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Federation.Routes;
using Presence.Core;
using Presence.Core.Authorization;
using Presence.Core.Model;

namespace Federation.Tests;

/// <summary>The four address filters (PS-125), what the blocked are answered (PS-126), which domains may talk with which peer (PS-003), and rules about single users.</summary>
public sealed class FilterTests
{
    private static readonly IPAddress Listed = IPAddress.Parse("192.0.2.7");
    private static readonly IPAddress Other = IPAddress.Parse("198.51.100.7");

    public static TheoryData<string, FilterDefault, string, bool> TruthTable()
    {
        var rows = new TheoryData<string, FilterDefault, string, bool>();
        foreach (var filter in new[] { "OutgoingFrom", "OutgoingTo", "IncomingFrom", "IncomingTo" })
        {
            foreach (var preset in Enum.GetValues<FilterDefault>())
            {
                foreach (var kind in new[] { "host", "pattern", "address", "network" })
                {
                    rows.Add(filter, preset, kind, true);
                    rows.Add(filter, preset, kind, false);
                }
            }
        }

        return rows;
    }

    [Theory, Item("PS-125")]
    [MemberData(nameof(TruthTable))]
    public void The_listed_get_the_opposite_of_the_default(string filter, FilterDefault preset, string kind, bool isListed)
    {
        var model = new FilterModel
        {
            Default = preset,
            Hosts = kind switch { "host" => ["listed.example"], "pattern" => ["*.wide.example"], _ => [] },
            Addresses = kind switch { "address" => [new IPNetwork(Listed, 32)], "network" => [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8::/32")], _ => [] },
        };
        var domain = isListed && kind == "host" ? "listed.example" : isListed && kind == "pattern" ? "a.wide.example" : "other.example";
        var address = isListed && kind is ("address" or "network") ? Listed : Other;
        var filters = new AddressFilters(filter switch
        {
            "OutgoingFrom" => new FiltersModel { OutgoingFrom = model },
            "OutgoingTo" => new FiltersModel { OutgoingTo = model },
            "IncomingFrom" => new FiltersModel { IncomingFrom = model },
            _ => new FiltersModel { IncomingTo = model },
        });

        var isOurs = filter is "OutgoingFrom" or "IncomingTo";
        var ends = isOurs ? new ConnectionEnds(null, address) : new ConnectionEnds(address, null);
        var reason = filter switch
        {
            "OutgoingFrom" => filters.JudgeOutgoing(domain, "far.example", ends),
            "OutgoingTo" => filters.JudgeOutgoing("ours.example", domain, ends),
            "IncomingFrom" => filters.JudgeIncoming(domain, "ours.example", ends),
            _ => filters.JudgeIncoming("far.example", domain, ends),
        };

        var isAllowed = (preset == FilterDefault.Allow) != isListed;
        Assert.Equal(isAllowed ? FederationReason.None : Enum.Parse<FederationReason>(filter + "Denied"), reason);
    }

    [Fact]
    public void A_mapped_IPv4_address_is_the_address_it_maps_and_an_unknown_one_waits_for_the_connection()
    {
        var filter = new AddressFilter(new FilterModel { Default = FilterDefault.Deny, Addresses = [IPNetwork.Parse("192.0.2.0/24")] });

        Assert.True(filter.Allows("any.example", Listed.MapToIPv6()));
        Assert.False(filter.Allows("any.example", Other.MapToIPv6()));
        Assert.True(filter.Allows("any.example", null));
    }

    [Theory, Item("PS-125"), Item("PSB-028")]
    [InlineData("nowhere.example", "federation.UnknownDomain")]
    [InlineData("capulet.example", null)]
    public void Without_a_filter_federation_is_closed_to_whom_no_table_names(string domain, string? reason)
    {
        var rig = new Rig();
        var arrival = rig.Send(Rig.Alice, new Address("bob", domain), Rig.Edge);

        if (reason is null) Assert.Single(rig.Xmpp.Messages);
        else Assert.Equal(reason, arrival.Reason);
    }

    [Theory, Item("PS-126"), Item("PS-125"), Item("PSB-D-02")]
    [InlineData("OutgoingFrom", "contoso.example", true)]
    [InlineData("OutgoingTo", "capulet.example", true)]
    [InlineData("IncomingFrom", "capulet.example", false)]
    [InlineData("IncomingTo", "contoso.example", false)]
    public void Whoever_is_blocked_is_answered_not_allowed_and_counted_by_filter_and_direction(string filter, string domain, bool isOutward)
    {
        var model = new FilterModel { Hosts = [domain] };
        var filters = new FiltersModel
        {
            OutgoingFrom = filter == "OutgoingFrom" ? model : FilterModel.None,
            OutgoingTo = filter == "OutgoingTo" ? model : FilterModel.None,
            IncomingFrom = filter == "IncomingFrom" ? model : FilterModel.None,
            IncomingTo = filter == "IncomingTo" ? model : FilterModel.None,
        };
        var rig = new Rig(Rig.Usual with { Policy = new PolicyModel { XmppFilters = filters } });

        var blocked = isOutward ? rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge) : rig.Send(Rig.Juliet, Rig.Alice, Rig.Server);
        var open = isOutward ? rig.Send(Rig.Juliet, Rig.Alice, Rig.Server) : rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);

        var failure = Assert.Single(blocked.Answers).Failure!;
        Assert.Equal(($"federation.{filter}Denied", Condition.NotAllowed), (failure.Reason, failure.Condition));
        Assert.Equal(1, rig.Metrics.Total(PassageKind.Message, failure.Reason));
        Assert.Equal(failure.Reason, Assert.Single(rig.Refusals.Snapshot()).Reason);
        Assert.Empty(open.Answers);
        Assert.Equal(1, rig.Sip.Messages.Count + rig.Xmpp.Messages.Count);
    }

    [Theory, Item("PS-126"), Item("PS-125")]
    [InlineData("filter", FederationReason.IncomingToDenied)]
    [InlineData("partners", FederationReason.DomainPairNotAllowed)]
    [InlineData("", FederationReason.None)]
    public void What_a_side_answers_itself_is_judged_and_told_alike(string by, FederationReason expected)
    {
        var server = by == "partners" ? Rig.Server with { PartnerDomains = new[] { "fabrikam.example" }.ToFrozenSet() } : Rig.Server;
        var filters = by == "filter" ? new FiltersModel { IncomingTo = new FilterModel { Hosts = ["contoso.example"] } } : FiltersModel.None;
        var rig = new Rig(Rig.Usual with { Peers = [Rig.Edge, server], Policy = new PolicyModel { XmppFilters = filters } });

        Assert.Equal(expected, rig.Crossing.Judge(Rig.PrincipalOf(server, "capulet.example"), Protocol.Xmpp, "contoso.example"));
        Assert.Equal(1, rig.Metrics.Total(PassageKind.Query, expected == FederationReason.None ? "ok" : FederationReasons.NameOf(expected)));
        Assert.Equal(expected == FederationReason.None ? [] : [("capulet", FederationReasons.NameOf(expected))], rig.Refusals.Snapshot().Select(r => (r.Subject, r.Reason)));
    }

    [Fact, Item("PS-126")]
    public void The_same_filters_hold_towards_SIP_peers()
    {
        var listed = new FilterModel { Default = FilterDefault.Deny, Hosts = ["fabrikam.example"] };
        var rig = new Rig(Rig.Usual with { Policy = new PolicyModel { SipFilters = new FiltersModel { IncomingFrom = listed } } });

        Assert.Equal("federation.IncomingFromDenied", rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge).Reason);
        Assert.Empty(rig.Send(Rig.Juliet, Rig.Alice, Rig.Server).Answers);
    }

    [Fact, Item("PS-126")]
    public void A_sender_who_is_blocked_is_refused_when_its_connection_proves_itself()
    {
        var rig = new Rig(Rig.Usual with
        {
            Peers = [Rig.Edge, Rig.Server with { AllowsDialback = true }],
            Policy = new PolicyModel { XmppFilters = new FiltersModel { IncomingFrom = new FilterModel { Addresses = [IPNetwork.Parse("192.0.2.0/24")] } } },
        });

        Assert.Equal(FederationReason.IncomingFromDenied, rig.Registry.AdmitByDialback("capulet.example", true, From("192.0.2.9:4711")).Reason);
        Assert.True(rig.Registry.AdmitByDialback("capulet.example", true, From("198.51.100.9:4711")).IsAdmitted);
        Assert.Equal("federation.IncomingFromDenied", Assert.Single(rig.Refusals.Snapshot()).Reason);
    }

    [Theory, Item("PS-126")]
    [InlineData("192.0.2.9:5269", FederationReason.OutgoingToDenied)]
    [InlineData("198.51.100.9:5269", FederationReason.None)]
    public void A_target_that_was_dialled_is_judged_by_the_address_it_has(string remote, FederationReason expected)
    {
        var rig = new Rig(Rig.Usual with { Policy = new PolicyModel { XmppFilters = new FiltersModel { OutgoingTo = new FilterModel { Addresses = [IPNetwork.Parse("192.0.2.0/24")] } } } });

        Assert.Equal(expected, rig.Registry.JudgeTarget(From(remote), Protocol.Xmpp, "contoso.example", "capulet.example"));
        Assert.Equal(expected == FederationReason.None ? FederationReason.PeerNotProved : expected, rig.Registry.AdmitTarget(From(remote), Rig.Server, "capulet.example").Reason);
    }

    [Fact, Item("PS-125")]
    public void Route_explain_names_the_filter()
    {
        var tables = new FederationTables(Rig.Usual with { Policy = new PolicyModel { XmppFilters = new FiltersModel { OutgoingTo = new FilterModel { Hosts = ["capulet.example"] } } } });

        Assert.Equal(FederationReason.OutgoingToDenied, RouteExplanation.Of(tables, Rig.Alice, Rig.Juliet).Reason);
    }

    [Fact, Item("PS-125")]
    public async Task A_committed_effect_passes_the_outward_filters_too()
    {
        var rig = new Rig(Rig.Usual with { Policy = new PolicyModel { XmppFilters = new FiltersModel { OutgoingTo = new FilterModel { Hosts = ["capulet.example"] } } } });

        await rig.Crossing.PerformAsync(new Tell(Rig.Alice, Rig.Juliet, true, PresenceReason.None), null, default);

        Assert.Empty(rig.Xmpp.Effects);
        Assert.Equal("federation.OutgoingToDenied", Assert.Single(rig.Refusals.Snapshot()).Reason);
    }

    [Theory, Item("PS-003"), Item("RN-059")]
    [InlineData("contoso.example", "capulet.example", true)]
    [InlineData("contoso.example", "montague.example", false)]
    [InlineData("fabrikam.example", "capulet.example", true)]
    [InlineData("fabrikam.example", "montague.example", true)]
    public void Each_of_several_domains_talks_with_the_peers_that_are_its_partners_in_both_directions(string sip, string xmpp, bool isAllowed)
    {
        var edge = Rig.Edge with { FromDomains = new[] { "contoso.example", "fabrikam.example" }.ToFrozenSet() };
        var montague = Rig.Server with { Name = "montague", FromDomains = new[] { "montague.example" }.ToFrozenSet(), PartnerDomains = new[] { "fabrikam.example" }.ToFrozenSet() };
        var rig = new Rig(new FederationModel { Peers = [edge, Rig.Server, montague] });
        var (alice, juliet) = (new Address("alice", sip), new Address("juliet", xmpp));
        var server = xmpp == "montague.example" ? montague : Rig.Server;

        var outward = rig.Send(alice, juliet, edge);
        var inward = rig.Send(juliet, alice, server);

        Assert.Equal(isAllowed ? [] : ["federation.DomainPairNotAllowed", "federation.DomainPairNotAllowed"], outward.Answers.Concat(inward.Answers).Select(a => a.Failure!.Reason));
        Assert.Equal(isAllowed ? (1, 1) : (0, 0), (rig.Xmpp.Messages.Count, rig.Sip.Messages.Count));
    }

    [Theory]
    [InlineData(AccessAction.Block, "federation.UserBlocked")]
    [InlineData(AccessAction.PoliteBlock, null)]
    [InlineData(AccessAction.Allow, null)]
    public void A_rule_that_blocks_a_user_refuses_messages_and_typing_and_the_polite_one_does_not(AccessAction action, string? reason)
    {
        var rule = new AccessRule(Rig.Alice, new Address("", "capulet.example"), action);
        var rig = new Rig(Rig.Usual with { Policy = new PolicyModel { Access = new AccessList([rule]) } });

        var arrival = rig.Send(Rig.Juliet, Rig.Alice, Rig.Server);
        rig.Crossing.Enter(Rig.PrincipalOf(Rig.Server, "capulet.example"), new ChatStateArrival(rig.PassageOf(Rig.Juliet, Rig.Alice, Rig.Server, PassageKind.ChatState), ChatState.Composing, null));

        if (reason is null) Assert.Equal((1, 1), (rig.Sip.Messages.Count, rig.Sip.States.Count));
        else Assert.Equal((reason, Condition.Forbidden, 0, 0), (arrival.Reason, arrival.Answers[0].Failure!.Condition, rig.Sip.Messages.Count, rig.Sip.States.Count));
        Assert.Empty(rig.Send(Rig.Juliet, new Address("bob", "contoso.example"), Rig.Server).Answers);
        Assert.Empty(rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge).Answers);
    }

    [Fact]
    public void The_most_exact_rule_wins()
    {
        var (home, from) = (new Address("", "contoso.example"), new Address("", "capulet.example"));
        var list = new AccessList(
        [
            new(home, from, AccessAction.Block), new(home, Rig.Juliet, AccessAction.PoliteBlock), new(Rig.Alice, from, AccessAction.Block), new(Rig.Alice, Rig.Juliet, AccessAction.Allow),
        ]);

        Assert.Equal(AccessAction.Allow, list.ActionOf(Rig.Alice, Rig.Juliet));
        Assert.Equal(AccessAction.Block, list.ActionOf(Rig.Alice, new Address("romeo", "capulet.example")));
        Assert.Equal(AccessAction.PoliteBlock, list.ActionOf(new Address("bob", "contoso.example"), Rig.Juliet));
        Assert.Equal(AccessAction.Allow, list.ActionOf(Rig.Juliet, Rig.Alice));
    }

    [Fact]
    public void An_unknown_user_is_told_to_the_operator_by_the_peer_that_does_not_know_him()
    {
        var rig = new Rig();
        var arrival = rig.Send(Rig.Juliet, new Address("nobody", "contoso.example"), Rig.Server);

        rig.Sip.Messages[0].Complete(Outcome.Failed(new Failure(Condition.ItemNotFound, "mapping.RefusedBySip", "Not found") { SipStatus = 404 }));

        Assert.Equal(Condition.ItemNotFound, arrival.Answers[0].Failure!.Condition);
        Assert.Contains(rig.Refusals.Snapshot(), r => (r.Subject, r.Reason) == ("contoso", "federation.UserUnknown"));
        Assert.Equal(1, rig.Metrics.Total(PassageKind.Message, "mapping.RefusedBySip"));
    }

    private static PeerEvidence From(string remote) => PeerEvidence.Plain(remote);
}
