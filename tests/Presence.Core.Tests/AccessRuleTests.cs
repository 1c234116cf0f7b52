using Presence.Core.Authorization;
using Presence.Core.Model;
using Presence.Core.Upstream;
using static Presence.Core.Tests.Unit;

namespace Presence.Core.Tests;

/// <summary>The gateway's own rules: a politely blocked watcher sees a presentity that granted and is away, on every path (RN-040); rules that come and go are seen by watchers that stand.</summary>
public sealed class AccessRuleTests
{
    private static readonly PresentitySettings s_polite = Rule(AccessAction.PoliteBlock);
    private static readonly PresentitySettings s_blocked = Rule(AccessAction.Block);

    [Fact, Item("RN-040")]
    public void A_subscription_is_granted_shows_offline_and_asks_nobody()
    {
        var unit = new Unit(s_polite);

        Assert.True(unit.Do(new Watch(Alice, Leg("d1"), 3600)).IsAccepted);
        Assert.Equal("show d1", unit.Said());
        SeesOffline(unit);
        unit.Do(new Watch(Alice, Leg("d1"), 3600));
        Assert.Equal("show d1", unit.Said());
        SeesOffline(unit);
    }

    [Fact, Item("RN-040"), Clause("RFC 6121", "3.1.3")]
    public void A_lasting_request_is_told_granted_and_shows_offline()
    {
        var unit = new Unit(s_polite);
        unit.Do(new RequestAuthorization(Alice, Leg("x")));

        Assert.Equal("tell granted · show x", unit.Said());
        SeesOffline(unit);
        unit.Do(new RequestAuthorization(Alice, Leg("x")));
        Assert.Equal("tell granted · show x", unit.Said());
    }

    [Fact, Item("RN-040"), Clause("RFC 6121", "4.3.2")]
    public void A_probe_and_a_poll_show_offline_and_ask_nobody()
    {
        var unit = new Unit(s_polite).With(new RequestAuthorization(Alice, Leg("x")), new Probe(Alice, Leg("x")));
        Assert.Equal("show x", unit.Said());
        SeesOffline(unit);

        unit.Do(new Poll(Alice, Leg("p")));
        Assert.Equal("end p Expired", unit.Said());
        SeesOffline(unit);
    }

    [Fact, Item("RN-040"), Clause("RFC 6121", "4.6.3")]
    public void Directed_presence_a_late_agreement_and_a_refusal_change_nothing_that_is_seen()
    {
        var unit = new Unit(s_polite).With(new Watch(Alice, Leg("d1"), 3600));
        PresentityCommand[] attempts =
        [
            new UpstreamShowed(Alice, [Said("orchard", Availability.Available, "here")], false), new UpstreamGranted(Alice), new UpstreamPending(Alice),
            new UpstreamDenied(Alice, PresenceReason.Rejected), new UpstreamFailed(Alice, Condition.ItemNotFound, null), new UpstreamEnded(Alice, true, null),
        ];

        foreach (var attempt in attempts)
        {
            unit.Do(attempt);
            Assert.Equal("", unit.Said());
            SeesOffline(unit);
        }
    }

    [Fact, Item("RN-040")]
    public void A_dialog_that_was_asked_for_before_the_rule_is_closed()
    {
        var unit = new Unit(s_polite).With(new Watch(Alice, Leg("d1"), 3600), new UpstreamAccepted(Alice, Leg("u1"), new DateTimeOffset(2030, 1, 1, 13, 0, 0, TimeSpan.Zero)));

        Assert.Equal("ask Pause in u1", unit.Said());
        SeesOffline(unit);
    }

    [Theory, Item("RN-040")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rule_that_comes_hides_what_was_seen_at_once(bool isByResume)
    {
        var unit = Seen();
        unit.Settings = s_polite;
        unit.Do(isByResume ? new Resume(7) : new Reconsider());

        Assert.StartsWith("ask Pause", unit.Said(), StringComparison.Ordinal);
        Assert.Contains("show all", unit.Said(), StringComparison.Ordinal);
        SeesOffline(unit);
    }

    [Fact, Item("RN-040"), Item("RN-049")]
    public void A_rule_that_goes_gives_back_the_true_state_by_asking_the_home()
    {
        var unit = new Unit(s_polite).With(new Watch(Alice, Leg("d1"), 3600), new RequestAuthorization(Alice, Leg("x")));
        unit.Settings = PresentitySettings.Default;
        unit.Do(new Reconsider());
        Assert.Equal("ask Subscribe", unit.Said());
        Assert.Equal(AuthorizationPhase.Asked, unit.View().Authorization);

        unit.With(new UpstreamGranted(Alice), new UpstreamShowed(Alice, [Said("orchard", Availability.Away)], true));
        Assert.Equal((AuthorizationPhase.Granted, Availability.Away), (unit.View().Authorization, unit.View().Best));
    }

    [Fact]
    public void A_block_that_comes_ends_watchers_that_stand_and_stays_told()
    {
        var unit = Seen();
        unit.Settings = s_blocked;
        unit.Do(new Reconsider());

        Assert.Equal("end d1 Blocked", unit.Said());
        Assert.Equal(PresenceReason.Blocked, unit.Do(new Watch(Alice, Leg("d2"), 3600)).Reason);
        Assert.Equal(PresenceReason.Blocked, unit.Do(new Probe(Alice, Leg("x"))).Reason);
        unit.Do(new UpstreamShowed(Alice, [Said("orchard", Availability.Available)], false));
        Assert.Equal("", unit.Said());
    }

    [Fact, Item("RN-040")]
    public void Giving_up_a_feigned_subscription_looks_like_giving_up_any_other()
    {
        var unit = new Unit(s_polite).With(new RequestAuthorization(Alice, Leg("x")), new WithdrawAuthorization(Alice));

        Assert.Equal("end x Expired", unit.Said());
        Assert.Null(unit.Pair);
    }

    [Fact, Item("RN-049")]
    public void Presence_of_a_home_that_has_not_agreed_stays_unseen_and_the_home_is_asked_again()
    {
        var unit = new Unit().With(new Watch(Alice, Leg("d1"), 86_400));
        unit.Do(new UpstreamShowed(Alice, [Said("orchard", Availability.Available)], false));
        Assert.Equal("", unit.Said());

        unit.Wait(61);
        unit.Do(new UpstreamShowed(Alice, [Said("orchard", Availability.Away)], false));
        Assert.Equal("ask Subscribe", unit.Said());
        Assert.Equal((AuthorizationPhase.Asked, 0), (unit.View().Authorization, unit.View().Fragments.Count));

        unit.Do(new UpstreamShowed(Alice, [Said("orchard", Availability.Available)], false));
        Assert.Equal("", unit.Said());
        unit.Do(new UpstreamGranted(Alice));
        Assert.Equal("show d1", unit.Said());
        Assert.Equal(Availability.Available, unit.View().Best);
    }

    [Fact, Item("RN-049")]
    public void An_operator_can_have_an_authorization_asked_for_anew_and_what_is_shown_stays()
    {
        var unit = Seen();
        Assert.Equal(PresenceReason.None, unit.Do(new AskAnew(Alice)).Reason);
        Assert.Equal("ask Subscribe", unit.Said());
        Assert.Equal((AuthorizationPhase.Granted, Availability.Available), (unit.View().Authorization, unit.View().Best));
        unit.Do(new UpstreamGranted(Alice));
        Assert.Equal(Availability.Available, unit.View().Best);

        Assert.Equal(PresenceReason.UnknownWatcher, new Unit().Do(new AskAnew(Alice)).Reason);
    }

    private static Unit Seen() => new Unit().With(
        new Watch(Alice, Leg("d1"), 3600), new UpstreamGranted(Alice), new UpstreamShowed(Alice, [Said("orchard", Availability.Available, "here")], false));

    private static void SeesOffline(Unit unit)
    {
        var view = unit.View();
        Assert.Equal((AuthorizationPhase.Granted, true, Availability.Offline), (view.Authorization, view.IsKnown, view.Best));
        Assert.Empty(view.Fragments);
        Assert.Equal(UpstreamPhase.None, unit.Pair!.Upstream.Phase);
    }

    private static PresentitySettings Rule(AccessAction action) => new() { Access = new AccessList([new AccessRule(Juliet, new Address("", "contoso.example"), action)]) };
}
