using System.Collections.Frozen;
using Gateway.Federation;
using Presence.Core;
using Presence.Core.Model;

namespace Xmpp.Tests.Whole;

/// <summary>
/// Two gateways of ours federate with each other: each serves SIP domains and is an XMPP server to the other. Everything goes out of one engine, over a stream, into the other's, both ways
/// (PSB-113, PSB-114, PS-003, RN-059).
/// </summary>
public sealed class TwoGatewaysTests
{
    private static readonly Address Alice = new("alice", "contoso.example");
    private static readonly Address Bob = new("bob", "fabrikam.example");
    private static readonly Address Carol = new("carol", "tailspin.example");

    [Fact, Item("PSB-113"), Item("PSB-114"), Item("PS-121"), Item("PSB-020")]
    public async Task Messages_cross_both_ways_and_an_unknown_user_comes_back_in_words()
    {
        await using var pair = await JoinAsync();
        var (one, other) = pair;

        Assert.True((await one.SendAsync(Alice, Bob, "hello Bob")).IsDelivered);
        var there = await other.Sip.MessageAsync();
        Assert.Equal((Alice, Bob, "hello Bob"), (there.Passage.From, there.Passage.To, there.Content.Body));
        Assert.True((await other.SendAsync(Bob, Alice, "hello Alice")).IsDelivered);
        Assert.Equal("hello Alice", (await one.Sip.MessageAsync()).Content.Body);

        other.Sip.MessageOutcome = Outcome.Failed(Condition.ItemNotFound, "mapping.RefusedBySip", "Not found");
        await one.SendAsync(Alice, Bob, "are you there?");
        await other.Sip.MessageAsync();
        await Deadline.Until(() => other.Refusals.Snapshot().Any(r => r.Reason == "federation.UserUnknown"), "the unknown user to be told to the other operator");
        var late = await one.Sip.LateAsync();
        Assert.Equal((Bob, Alice, Condition.ServiceUnavailable, "The user cannot be reached."), (late.Passage.From, late.Passage.To, late.Failure.Condition, late.Failure.Text));
    }

    [Fact, Item("PSB-113"), Item("RN-059"), Item("PS-003"), Item("PSB-020")]
    public async Task Presence_crosses_both_ways_with_each_change_and_both_are_granted()
    {
        await using var pair = await JoinAsync();
        var (one, other) = pair;

        Assert.True((await one.WatchAsync(Alice, Bob)).IsAccepted);
        await one.Sip.ShownAsync(v => v is { Authorization: AuthorizationPhase.Granted, Best: Availability.Available }, "Alice to see Bob");
        Assert.True((await other.WatchAsync(Bob, Alice)).IsAccepted);
        await other.Sip.ShownAsync(v => v is { Authorization: AuthorizationPhase.Granted, Best: Availability.Available }, "Bob to see Alice");

        await other.Sip.ChangeAsync(Availability.Busy);
        await one.Sip.ShownAsync(v => v.Best is Availability.DoNotDisturb or Availability.Busy, "Alice to see Bob busy");
        await one.Sip.ChangeAsync(Availability.Offline);
        await other.Sip.ShownAsync(v => v is { IsKnown: true, Best: Availability.Offline }, "Bob to see Alice offline");
    }

    [Theory, Item("PSB-115"), Item("PSB-022")]
    [InlineData(true, true, Availability.InMeeting)]
    [InlineData(true, false, Availability.DoNotDisturb)]
    [InlineData(false, true, Availability.DoNotDisturb)]
    public async Task Detail_crosses_where_both_records_say_so_and_is_never_invented(bool isTold, bool isBelieved, Availability expected)
    {
        await using var pair = await JoinAsync();
        var (one, other) = pair;
        one.Knows(one.PeerOf("other", other.Port, other.Domains) with { RichPresence = isBelieved });
        other.Knows(other.PeerOf("one", one.Port, one.Domains) with { RichPresence = isTold });
        await other.Sip.ChangeAsync(Availability.InMeeting);

        await one.WatchAsync(Alice, Bob);

        var view = await one.Sip.ShownAsync(v => v.Fragments.Count > 0, "Alice to see Bob in a meeting");
        Assert.Equal(expected, view.Best);
    }

    [Fact, Item("PSB-113")]
    public async Task A_refusal_crosses_and_ends_the_watcher()
    {
        await using var pair = await JoinAsync();
        var (one, other) = pair;
        other.Sip.Decide = (_, watcher) => new UpstreamDenied(watcher, PresenceReason.Rejected);

        Assert.True((await one.WatchAsync(Alice, Bob)).IsAccepted);

        Assert.Equal(PresenceReason.Rejected, (await one.Sip.PerformedAsync<End>()).Reason);
    }

    [Fact, Item("PS-003"), Item("RN-059")]
    public async Task Each_of_several_domains_speaks_on_a_stream_of_its_own_with_its_own_certificate()
    {
        await using var pair = await JoinAsync();
        var (one, other) = pair;

        Assert.True((await other.SendAsync(Bob, Alice, "from fabrikam")).IsDelivered);
        Assert.True((await other.SendAsync(Carol, Alice, "from tailspin")).IsDelivered);

        Assert.Equal(Bob, (await one.Sip.MessageAsync()).Passage.From);
        Assert.Equal(Carol, (await one.Sip.MessageAsync()).Passage.From);
        Assert.Equal(["fabrikam.example", "tailspin.example"], one.Side.Streams.Where(s => s.IsInbound).Select(s => s.RemoteDomain).Order());
        Assert.All(one.Side.Streams.Where(s => s.IsInbound), s => Assert.Equal("external", s.ProvedBy));
    }

    [Fact, Item("RN-059"), Item("PS-003")]
    public async Task A_domain_that_is_no_partner_of_the_other_gateway_gets_no_stream()
    {
        await using var pair = await JoinAsync();
        var (one, other) = pair;
        other.Knows(other.PeerOf("one", one.Port, "contoso.example") with { PartnerDomains = new[] { "fabrikam.example" }.ToFrozenSet() });

        Assert.True((await other.SendAsync(Bob, Alice, "may")).IsDelivered);
        var refused = await other.SendAsync(Carol, Alice, "may not");

        Assert.Equal(("federation.DomainPairNotAllowed", Condition.NotAllowed), (refused.Failure!.Reason, refused.Failure.Condition));
        Assert.True((await one.SendAsync(Alice, Carol, "back")).IsDelivered);
        await Deadline.Until(() => other.Metrics.Total(PassageKind.Message, "federation.DomainPairNotAllowed") == 2, "the other direction to be refused too");
        Assert.Equal("may", (await one.Sip.MessageAsync()).Content.Body);
        Assert.False(other.Sip.HasMessages);
    }

    [Fact, Item("RN-050"), Clause("RFC 6121", "3.3"), Clause("RFC 6121", "3.1")]
    public async Task Removed_and_added_again_twenty_times_the_watcher_sees_the_state_each_time()
    {
        await using var pair = await JoinAsync();
        var (one, other) = pair;
        Availability[] states = [Availability.Available, Availability.Away, Availability.DoNotDisturb];

        for (var turn = 0; turn < 20; turn++)
        {
            var state = states[turn % states.Length];
            await other.Sip.ChangeAsync(state);
            Assert.True((await one.WatchAsync(Alice, Bob)).IsAccepted);
            await one.Sip.ShownAsync(v => v.Best == state, $"Alice to see Bob {state} in turn {turn}");
            await one.DoAsync(Alice, Bob, new WithdrawAuthorization(Alice));
            await other.Sip.PerformedAsync<AskUpstream>(ask => ask.Request is UpstreamRequest.Unsubscribe);
        }
    }

    private static async Task<Pair> JoinAsync()
    {
        var one = await WholeGateway.StartAsync("contoso.example");
        var other = await WholeGateway.StartAsync("fabrikam.example", "tailspin.example");
        one.Knows(one.PeerOf("other", other.Port, other.Domains));
        other.Knows(other.PeerOf("one", one.Port, one.Domains));
        return new Pair(one, other);
    }

    private sealed record Pair(WholeGateway One, WholeGateway Other) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Other.DisposeAsync();
        }
    }
}
