using System.Collections.Frozen;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Federation.Routes;
using Presence.Core;
using Presence.Core.Model;

namespace Federation.Tests;

/// <summary>The ordered rules before the routes: PS-077, PSB-067, PSB-079.</summary>
public sealed class RuleTests
{
    private static readonly PeerModel Other = new("other", Protocol.Xmpp);
    private static readonly Failure Busy = new(Condition.RecipientUnavailable, FederationReasons.NameOf(FederationReason.RejectedByRule), "Not today.") { SipStatus = 486 };

    [Fact]
    public void The_first_rule_that_fits_decides_and_without_one_the_routes_do()
    {
        var rig = new Rig(With(
            new RuleModel("romeo") { To = ["romeo@capulet.example"], Rejection = Busy },
            new RuleModel("all") { To = ["*.example"], Through = ["other", "capulet"] },
            new RuleModel("too late") { To = ["capulet.example"], Rejection = Busy }));

        Assert.Equal("federation.RejectedByRule", rig.Send(Rig.Alice, new Address("romeo", "capulet.example"), Rig.Edge).Reason);
        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        Assert.Equal("other", Assert.Single(rig.Xmpp.Messages).Peer.Name);

        var back = new Rig(With(new RuleModel("others") { To = ["nurse@capulet.example"], Rejection = Busy }));
        back.Send(Rig.Alice, Rig.Juliet, Rig.Edge);
        Assert.Equal("capulet", Assert.Single(back.Xmpp.Messages).Peer.Name);
    }

    [Fact]
    public void A_rule_that_leaves_it_to_the_routes_takes_it_from_the_rules_behind()
    {
        var rig = new Rig(With(new RuleModel("alice may") { From = ["alice@contoso.example"] }, new RuleModel("nobody may") { Rejection = Busy }));

        Assert.Null(SendAndComplete(rig, Rig.Alice));
        Assert.Equal("federation.RejectedByRule", SendAndComplete(rig, new Address("bob", "contoso.example")));
    }

    [Fact]
    public void A_back_up_of_a_rule_is_taken_as_one_of_a_route_is()
    {
        var rig = new Rig(With(new RuleModel("two ways") { Through = ["other", "capulet"] }));
        rig.Registry.Health.Failed("other", "transport.ConnectRefused", rig.Clock.GetUtcNow().AddMinutes(1));

        rig.Send(Rig.Alice, Rig.Juliet, Rig.Edge);

        Assert.Equal("capulet", Assert.Single(rig.Xmpp.Messages).Peer.Name);
    }

    [Fact]
    public async Task What_crosses_and_the_peer_it_comes_from_are_conditions()
    {
        var rig = new Rig(With(
            new RuleModel("no watching") { Kinds = [PassageKind.Watch], Sources = ["contoso"], Rejection = Busy },
            new RuleModel("elsewhere") { Sources = ["other"], Rejection = Busy }));
        var passage = rig.PassageOf(Rig.Alice, Rig.Juliet, Rig.Edge, PassageKind.Watch);
        var watch = new Watch(Rig.Alice, new Leg("leg", default), 3600);

        var answer = await rig.Crossing.EnterAsync(Rig.PrincipalOf(Rig.Edge, "contoso.example"), passage, Rig.Juliet, watch, default);

        Assert.Equal(Busy, answer.Failure);
        Assert.Empty(rig.Engine.Commands);
        Assert.Null(SendAndComplete(rig, Rig.Alice));
    }

    [Fact]
    public async Task A_departure_out_of_the_core_is_judged_as_coming_from_who_speaks_for_its_sender()
    {
        var rig = new Rig(With(new RuleModel("no asking") { Kinds = [PassageKind.Watch], Sources = ["contoso"], Rejection = Busy }));

        await rig.Crossing.PerformAsync(new AskUpstream(Rig.Juliet, Rig.Alice, UpstreamRequest.Subscribe, null), null, default);
        await rig.Crossing.PerformAsync(new AskUpstream(Rig.Alice, Rig.Juliet, UpstreamRequest.Subscribe, null), null, default);

        Assert.Empty(rig.Xmpp.Effects);
        Assert.Single(rig.Sip.Effects);
        var failed = Assert.IsType<UpstreamFailed>((await rig.Engine.FirstCommand).Command);
        Assert.Equal(Condition.RecipientUnavailable, failed.Condition);
    }

    [Fact]
    public void The_report_of_a_failure_is_never_refused_by_a_rule()
    {
        var rig = new Rig(With(new RuleModel("nothing") { Rejection = Busy }));
        var passage = rig.PassageOf(Rig.Alice, Rig.Juliet, Rig.Edge, PassageKind.LateFailure);

        rig.Crossing.Enter(Rig.PrincipalOf(Rig.Edge, "contoso.example"), new LateFailureArrival(passage, 7, Busy));

        Assert.Single(rig.Xmpp.LateFailures);
    }

    [Fact]
    public void Rules_that_nothing_can_reach_are_told_with_what_takes_it_all()
    {
        var warnings = FederationWarnings.Find(With(
            new RuleModel("messages") { From = ["*.example"], Kinds = [PassageKind.Message, PassageKind.ChatState], Through = ["other"] },
            new RuleModel("inside it") { From = ["contoso.example"], To = ["capulet.example"], Kinds = [PassageKind.Message], Rejection = Busy },
            new RuleModel("not inside it") { From = ["contoso.example"], Kinds = [PassageKind.Watch], Rejection = Busy },
            new RuleModel("all the rest") { },
            new RuleModel("after the catch-all") { To = ["juliet@capulet.example"], Rejection = Busy }));

        Assert.Equal(["rules[1]", "rules[4]"], warnings.Select(w => w.Path));
        Assert.Contains("rule 1 'messages' takes all that it fits", warnings[0].Text, StringComparison.Ordinal);
        Assert.Contains("rule 4 'all the rest' takes", warnings[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_may_hide_another_together()
    {
        var warnings = FederationWarnings.Find(With(
            new RuleModel("from contoso") { Sources = ["contoso"], To = ["capulet.example"], Rejection = Busy },
            new RuleModel("watching") { Kinds = [PassageKind.Watch], Rejection = Busy },
            new RuleModel("hidden") { Sources = ["contoso"], To = ["capulet.example", "juliet@capulet.example"], Kinds = [PassageKind.Watch, PassageKind.Message], Rejection = Busy },
            new RuleModel("half hidden") { To = ["capulet.example"], Kinds = [PassageKind.Watch, PassageKind.Message], Rejection = Busy },
            new RuleModel("the rest of it") { To = ["capulet.example"], Kinds = [PassageKind.Message], Rejection = Busy }));

        Assert.Equal(["rules[2]", "rules[4]"], warnings.Select(w => w.Path));
        Assert.Contains("rule 1 'from contoso' takes", warnings[0].Text, StringComparison.Ordinal);
        Assert.Contains("rule 4 'half hidden' takes", warnings[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Reachability_is_what_trying_every_address_finds()
    {
        string[] patterns = ["*", "*.x", "a.x", "b.x", "u@a.x", "*.b.x"];
        string[] domains = ["a.x", "b.x", "c.x", "c.b.x", "y"];
        PassageKind[] kinds = [PassageKind.Watch, PassageKind.Presence, PassageKind.Message];
        var random = new Random(20_240_611);
        for (var round = 0; round < 400; round++)
        {
            var models = Enumerable.Range(0, 5).Select(i => new RuleModel($"r{i}")
            {
                From = [.. patterns.Where(_ => random.Next(3) == 0)],
                To = [.. patterns.Where(_ => random.Next(3) == 0)],
                Kinds = [.. kinds.Where(_ => random.Next(2) == 0)],
            }).ToList();
            var tables = new FederationTables(new FederationModel { Rules = [.. models] });
            var names = models.Select((m, i) => $"rule {i + 1} '{m.Name}'").ToList();
            var everybody = domains.SelectMany(d => new[] { new Address("u", d), new Address("v", d) }).ToList();
            var reached = new HashSet<int>();
            foreach (var from in everybody)
                foreach (var to in everybody)
                    foreach (var kind in Enum.GetValues<PassageKind>().Where(k => k != PassageKind.LateFailure))
                        reached.Add(RouteExplanation.Of(tables, new RouteQuestion(from, to) { Kind = kind }).Rule is { } rule ? names.IndexOf(rule) : -1);

            var told = FederationWarnings.Find(tables.Model).Where(w => w.Text.Contains("is never reached", StringComparison.Ordinal)).Select(w => w.Path).ToList();

            Assert.Equal(Enumerable.Range(0, models.Count).Where(i => !reached.Contains(i)).Select(i => $"rules[{i}]"), told);
        }
    }

    [Fact]
    public void An_explanation_names_the_rule_that_wins_and_those_behind_it()
    {
        var tables = new FederationTables(With(
            new RuleModel("watching") { Kinds = [PassageKind.Watch], Rejection = Busy }, new RuleModel("elsewhere") { Through = ["other"] }, new RuleModel("late") { To = ["capulet.example"] }));

        var message = RouteExplanation.Of(tables, new RouteQuestion(Rig.Alice, Rig.Juliet));
        var watch = RouteExplanation.Of(tables, new RouteQuestion(Rig.Alice, Rig.Juliet) { Kind = PassageKind.Watch, Source = "contoso" });

        Assert.Equal(("rule 2 'elsewhere'", "other"), (message.Rule, message.Peer!.Name));
        Assert.Contains(message.Steps, s => s.Contains("not asked any more, though they fit: rule 3 'late'", StringComparison.Ordinal));
        Assert.Equal(("rule 1 'watching'", FederationReason.RejectedByRule), (watch.Rule, watch.Reason));
        Assert.Contains("(SIP 486)", watch.Steps[^1], StringComparison.Ordinal);
        Assert.Null(RouteExplanation.Of(new FederationTables(Rig.Usual), Rig.Alice, Rig.Juliet).Rule);
    }

    [Fact]
    public void Routes_and_rules_for_domains_that_nobody_knows_are_warned_of()
    {
        var warnings = FederationWarnings.Find(With(new RuleModel("typo") { To = ["capulett.example"], Rejection = Busy }) with
        {
            Routes = [new("*.capulet.example", "capulet"), new("capulet.example", "capulet"), new("*.example", "capulet"), new("bob@nowhere.example", "capulet") { Type = RouteType.User }],
        });

        Assert.Equal(["rules[0]", "routes[0]", "routes[3]"], warnings.Select(w => w.Path));
        Assert.Empty(FederationWarnings.Find(Rig.Usual));
    }

    [Fact]
    public void Names_that_no_peer_has_are_faults_and_so_is_a_rule_that_does_two_things()
    {
        var faults = FederationFaults.Find(With(new RuleModel("x") { Sources = ["nobody"], Through = ["capulet"], Rejection = Busy }));

        Assert.Equal(["rules[0].source", "rules[0]"], faults.Select(f => f.Path));
    }

    [Theory]
    [InlineData("presence.contoso.example,presence.fabrikam.test", "presence.*")]
    [InlineData("im.berlin.presence.example,im.berlin.other.example", "im.berlin.*")]
    [InlineData("one.avaya.example,two.avaya.example", "*.avaya.example")]
    [InlineData("avaya.example,two.avaya.example", null)]
    [InlineData("contoso.example,fabrikam.example", null)]
    [InlineData("contoso.example", null)]
    public void The_wildcard_of_several_domains_is_what_all_of_them_have_in_common(string domains, string? wildcard) =>
        Assert.Equal(wildcard, FederationWarnings.WildcardOf(domains.Split(',')));

    [Fact]
    public void Domains_with_nothing_in_common_behind_one_Microsoft_partner_are_warned_of()
    {
        FederationModel Of(params string[] domains) => new()
        {
            Peers = [Rig.Edge with { Profile = "sfb2015" }, Rig.Server with { FromDomains = domains.ToFrozenSet() }],
        };

        var warning = Assert.Single(FederationWarnings.Find(Of("one.example", "two.example")));
        Assert.Equal("peers[0]", warning.Path);
        Assert.Contains("one.example, two.example", warning.Text, StringComparison.Ordinal);
        Assert.Empty(FederationWarnings.Find(Of("chat.one.example", "chat.two.example")));
        Assert.Empty(FederationWarnings.Find(Of("one.example")));
    }

    private static FederationModel With(params RuleModel[] rules) => Rig.Usual with { Peers = [.. Rig.Usual.Peers, Other], Rules = [.. rules] };

    private static string? SendAndComplete(Rig rig, Address from)
    {
        var arrival = rig.Send(from, Rig.Juliet, Rig.Edge);
        foreach (var departure in rig.Xmpp.Messages) departure.Complete(Outcome.Delivered);
        return arrival.Reason;
    }
}
