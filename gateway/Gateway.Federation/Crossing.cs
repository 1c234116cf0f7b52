using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Federation.Routes;
using Presence.Core;
using Presence.Core.Authorization;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Gateway.Federation;

/// <summary>
/// The centre. What arrives enters by one door and leaves by the other; the numbers in the code are these steps.
/// <code>
/// Enter(arrival)            1 admit the principal  2 map identities  3 apply policy  4 presence: ask the engine and answer with its reply; message: go to 5, answer by the receipt
/// Leave(effect or message)  5 find the route       6 rights and loops                7 hand to the target's side
/// </code>
/// The message path is synchronous and makes one object, the departure. Presence departures start from a committed effect, never from the arrival's call stack.
/// </summary>
public sealed class Crossing : ICrossing, IEffectPerformer
{
    private static readonly TimeSpan FailoverMax = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan FailedPeace = TimeSpan.FromSeconds(30);

    private readonly PeerRegistry registry;
    private readonly FederationMetrics metrics;
    private readonly RecentRefusals refusals;
    private readonly TimeProvider time;
    private readonly PeerRates rates;
    private readonly SubscriptionRates subscriptions;
    private readonly Action<MessageDeparture, Outcome> observer;
    private readonly Action<RelayDeparture, Outcome> relayObserver;
    private readonly Func<MessageDeparture, Failure, bool> failover;
    private IPresenceEngine? engine;
    private ISide? sip;
    private ISide? xmpp;
    private volatile bool isDraining;

    public Crossing(PeerRegistry registry, FederationMetrics metrics, RecentRefusals refusals, TimeProvider time)
    {
        this.registry = registry;
        this.metrics = metrics;
        this.refusals = refusals;
        this.time = time;
        (rates, subscriptions) = (new PeerRates(time), new SubscriptionRates(time));
        observer = OnCompleted;
        relayObserver = OnCompleted;
        failover = TryNextWay;
    }

    /// <summary>Where a defect of a side or the engine goes that the crossing answered for; Host sets it to the log.</summary>
    public Action<Exception>? DefectSink { get; init; }

    /// <summary>Joins the parts that know each other only through ports. Called once, before anything enters.</summary>
    public void Connect(IPresenceEngine presence, ISide sipSide, ISide xmppSide) => (engine, sip, xmpp) = (presence, sipSide, xmppSide);

    /// <summary>From now on what arrives is refused with <see cref="FederationReason.Draining"/>; what is under way goes on.</summary>
    public void BeginDrain() => isDraining = true;

    public void Enter(FederatedPeer principal, MessageArrival arrival)
    {
        var enteredAt = time.GetTimestamp();
        var passage = arrival.Passage;
        var reason = JudgeEntry(principal, passage, out var choice);
        if (reason != FederationReason.None)
        {
            Refuse(principal.Peer, passage, reason, choice);
            arrival.Answer(Outcome.Failed(FailureOf(reason, choice)));
            return;
        }

        // 7 hand to the target's side
        Depart(new MessageDeparture(arrival, Reachable(choice!), observer) { EnteredAt = enteredAt, CameFrom = principal.Peer, Choice = choice, Failover = failover });
    }

    public void Enter(FederatedPeer principal, ChatStateArrival arrival)
    {
        var passage = arrival.Passage;
        var reason = JudgeEntry(principal, passage, out var choice);
        if (reason != FederationReason.None)
        {
            Refuse(principal.Peer, passage, reason, choice);
            return;
        }

        metrics.Count(principal.Peer, passage.CameBy, PassageKind.ChatState, "ok");
        var peer = Reachable(choice!);
        SideOf(peer).Depart(new ChatStateDeparture(passage, arrival.State, arrival.Thread, peer));
    }

    public void Enter(FederatedPeer principal, LateFailureArrival arrival)
    {
        var passage = arrival.Passage;
        var reason = JudgeEntry(principal, passage, out var choice);
        if (reason != FederationReason.None)
        {
            Refuse(principal.Peer, passage, reason, choice);
            return;
        }

        metrics.Count(principal.Peer, passage.CameBy, PassageKind.LateFailure, arrival.Failure.Reason);
        var peer = Reachable(choice!);
        SideOf(peer).Depart(new LateFailureDeparture(passage, arrival.MessageId, arrival.Failure, peer));
    }

    public void Enter(FederatedPeer principal, RelayArrival arrival)
    {
        var passage = arrival.Passage;
        var reason = JudgeEntry(principal, passage, out var choice);

        // What stays within a protocol must leave by it.
        if (reason == FederationReason.None && choice!.First.Protocol != passage.CameBy) reason = FederationReason.DomainPairNotAllowed;
        if (reason != FederationReason.None)
        {
            Refuse(principal.Peer, passage, reason, choice);
            arrival.Answer(Outcome.Failed(FailureOf(reason, choice)));
            return;
        }

        SideOf(choice!.First).Depart(new RelayDeparture(arrival, choice.First, relayObserver) { CameFrom = principal.Peer });
    }

    public bool Admits(FederatedPeer principal, Protocol cameBy)
    {
        var reason = isDraining ? FederationReason.Draining : rates.TryTake(principal.Peer, principal.Domain) ? FederationReason.None : FederationReason.RateExceeded;
        metrics.Count(principal.Peer, cameBy, PassageKind.Query, reason == FederationReason.None ? "ok" : FederationReasons.NameOf(reason));
        return reason == FederationReason.None;
    }

    public FederationReason Judge(FederatedPeer principal, Protocol cameBy, string to)
    {
        var reason = isDraining ? FederationReason.Draining
            : !rates.TryTake(principal.Peer, principal.Domain) ? FederationReason.RateExceeded
            : registry.Current.JudgeAsking(principal.Peer, principal.Domain, to, principal.Ends);
        metrics.Count(principal.Peer, cameBy, PassageKind.Query, reason == FederationReason.None ? "ok" : FederationReasons.NameOf(reason));
        if (reason != FederationReason.None) refusals.Add(principal.Peer.Name, FederationReasons.NameOf(reason), $"{FederationReasons.FailureOf(reason).Text} A question to '{to}'.");
        return reason;
    }

    public async ValueTask<PresenceAnswer> EnterAsync(
        FederatedPeer principal, Passage passage, Address presentity, PresentityCommand command, CancellationToken cancellation)
    {
        // The route is looked for now as well, so that a watcher of nobody is told at once and not by silence.
        var reason = JudgeEntry(principal, passage, out var choice);
        if (reason == FederationReason.None && !await HasRoomAsync(principal, presentity, command, cancellation)) reason = FederationReason.SubscriptionsExceeded;
        if (reason != FederationReason.None)
        {
            Refuse(principal.Peer, passage, reason, reason == FederationReason.SubscriptionsExceeded ? null : choice);
            return new PresenceAnswer(default, FailureOf(reason, choice));
        }

        // 4 ask the engine and answer with its reply
        var reply = await engine!.SubmitAsync(presentity, command, cancellation);
        metrics.Count(principal.Peer, passage.CameBy, passage.Kind, reply.IsAccepted ? "ok" : PresenceFailures.NameOf(reply.Reason));
        if (reply.IsAccepted) return new PresenceAnswer(reply, null);
        var failure = PresenceFailures.FailureOf(reply.Reason);
        refusals.Add(principal.Peer.Name, failure.Reason, failure.Text);
        return new PresenceAnswer(reply, failure);
    }

    public ValueTask<WatcherView?> FindAsync(Address presentity, Address watcher, CancellationToken cancellation) =>
        engine!.FindAsync(presentity, watcher, cancellation);

    public ValueTask<uint> ReserveSequenceAsync(Address presentity, Address watcher, string legId, CancellationToken cancellation) =>
        engine!.ReserveSequenceAsync(presentity, watcher, legId, cancellation);

    public bool IsServed(string domain, Protocol protocol) => registry.Current.IsServed(domain, protocol);

    public async ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, CancellationToken cancellation)
    {
        var isUpstream = effect is AskUpstream;
        var (from, to) = isUpstream ? (effect.Watcher, effect.Presentity) : (effect.Presentity, effect.Watcher);

        // 5 find the route, 6 rights and loops
        var choice = registry.Current.FindWay(from, to, null, default, isUpstream ? PassageKind.Watch : PassageKind.Presence);
        if (choice.IsFound)
        {
            // 7 hand to the target's side
            var peer = Reachable(choice);
            return await SideOf(peer).PerformAsync(effect, view, peer, cancellation);
        }

        // The effect can never be made true with these tables: the presentity's side learns of it as of any unreachable home; a watcher without a way is told by nobody.
        refusals.Add(to.Domain, FederationReasons.NameOf(choice.Reason), $"a presence departure: {choice.By}");
        if (isUpstream) _ = ReportUnreachableAsync(effect, choice.Failure);
        return EffectVerdict.Done;
    }

    private void Depart(MessageDeparture departure)
    {
        try
        {
            SideOf(departure.Peer).Depart(departure);
        }
        catch (Exception defect)
        {
            DefectSink?.Invoke(defect);
            departure.Complete(Outcome.Failed(FederationReasons.FailureOf(FederationReason.InternalError)));
        }
    }

    // The first way nothing is known against; where every way is bad, the first.
    private PeerModel Reachable(RouteChoice choice)
    {
        if (choice.Peers.Length == 1) return choice.First;
        foreach (var peer in choice.Peers)
            if (registry.Health.Find(peer.Name) is null) return peer;
        return choice.First;
    }

    // Nothing of the message was handed over, so that a back-up cannot show it twice. What failed is gone round for a while; the side may know better for how long.
    private bool TryNextWay(MessageDeparture failed, Failure failure)
    {
        if (failed.Choice is not { Peers.Length: > 1 } choice || failed.Tried >= choice.Peers.Length - 1) return false;
        if (time.GetElapsedTime(failed.EnteredAt) >= FailoverMax) return false;
        if (registry.Health.Find(failed.Peer.Name) is null) registry.Health.Failed(failed.Peer.Name, failure.Reason, time.GetUtcNow() + FailedPeace);
        if (NextWay(choice, failed) is not { } next) return false;
        refusals.Add(failed.Peer.Name, failure.Reason, $"{failure.Text} It went by the back-up '{next.Name}'.");
        Depart(new MessageDeparture(failed.Arrival, next, observer)
        {
            EnteredAt = failed.EnteredAt, CameFrom = failed.CameFrom, Choice = choice, Tried = failed.Tried + 1, Failover = failover,
        });
        return true;
    }

    // Behind the one that failed, and round to those before it that were passed over; never back to where it came from.
    private static PeerModel? NextWay(RouteChoice choice, MessageDeparture failed)
    {
        var at = 0;
        while (at < choice.Peers.Length && choice.Peers[at].Name != failed.Peer.Name) at++;
        for (var i = 1; i < choice.Peers.Length; i++)
        {
            var next = choice.Peers[(at + i) % choice.Peers.Length];
            if (next.Name != failed.Peer.Name && next.Name != failed.CameFrom?.Name) return next;
        }

        return null;
    }

    // Steps 1 to 6 as far as they need no engine.
    private FederationReason JudgeEntry(FederatedPeer principal, Passage passage, out RouteChoice? choice)
    {
        choice = null;

        // 1 admit: the side's principal must be the one for this very From domain
        if (isDraining) return FederationReason.Draining;
        if (!string.Equals(principal.Domain, passage.From.Domain, StringComparison.Ordinal)) return FederationReason.FromDomainNotAllowed;
        if (!principal.IsReport && !rates.TryTake(principal.Peer, principal.Domain)) return FederationReason.RateExceeded;

        // 2 map identities: no table of differing names exists yet, each user is known by one address on both sides

        // 3 policy, 5 route, 6 loops
        var tables = registry.Current;
        choice = tables.FindWay(passage.From, passage.To, principal.Peer, principal.Ends, passage.Kind);
        if (!choice.IsFound) return choice.Reason;

        // 6 rights: what the gateway's own rules say of these two users. Presence is the core's to refuse: it must end what stands.
        return passage.Kind is PassageKind.Message or PassageKind.ChatState && tables.Model.Policy.Access.ActionOf(passage.To, passage.From) == AccessAction.Block
            ? FederationReason.UserBlocked
            : FederationReason.None;
    }

    // What stands may be refreshed and asked for again as often as the rate allows: only what the store does not know yet is counted. A store that fails is the engine's to answer for.
    private async ValueTask<bool> HasRoomAsync(FederatedPeer principal, Address presentity, PresentityCommand command, CancellationToken cancellation)
    {
        if (principal.Peer.Limits.NewSubscriptionsPerHourMax <= 0 || command is not (RequestAuthorization or Watch { ExpiresSeconds: not 0 })) return true;
        try
        {
            if (await engine!.FindAsync(presentity, command.Watcher, cancellation) is not null) return true;
        }
        catch (PresenceStoreException)
        {
            return true;
        }

        return subscriptions.TryTake(principal.Peer, principal.Domain);
    }

    // A rule has words of its own.
    private static Failure FailureOf(FederationReason reason, RouteChoice? choice) =>
        reason == FederationReason.RejectedByRule && choice is not null ? choice.Failure : FederationReasons.FailureOf(reason);

    private void Refuse(PeerModel peer, Passage passage, FederationReason reason, RouteChoice? choice)
    {
        var name = FederationReasons.NameOf(reason);
        metrics.Count(peer, passage.CameBy, passage.Kind, name);
        refusals.Add(peer.Name, name, choice?.By ?? FederationReasons.FailureOf(reason).Text);
    }

    private void OnCompleted(MessageDeparture departure, Outcome outcome)
    {
        metrics.Count(departure.CameFrom!, departure.Passage.CameBy, PassageKind.Message, outcome.Failure?.Reason ?? "ok");

        // What the far system says of one user is its own business; a link that fails is the operator's, and so is a user who does not exist: one of the two directories is wrong.
        if (outcome.Failure is { Condition: Condition.ItemNotFound }) refusals.Add(departure.Peer.Name, FederationReasons.NameOf(FederationReason.UserUnknown), outcome.Failure.Text);
        if (outcome.Failure is { } failure && !failure.Reason.StartsWith("mapping.", StringComparison.Ordinal)) refusals.Add(departure.Peer.Name, failure.Reason, failure.Text, isGeneral: true);
        metrics.RecordLatency(departure.Passage.CameBy, time.GetElapsedTime(departure.EnteredAt));
    }

    private void OnCompleted(RelayDeparture departure, Outcome outcome)
    {
        metrics.Count(departure.CameFrom!, departure.Passage.CameBy, departure.Passage.Kind, outcome.Failure?.Reason ?? "ok");
        if (outcome.Failure is { } failure) refusals.Add(departure.Peer.Name, failure.Reason, failure.Text, isGeneral: true);
    }

    private async Task ReportUnreachableAsync(PresenceEffect effect, Failure failure)
    {
        try
        {
            // Leaves the engine's call stack first: a unit that is performing must not wait for itself.
            await Task.Yield();
            await engine!.SubmitAsync(effect.Presentity, new UpstreamFailed(effect.Watcher, failure.Condition, null), CancellationToken.None);
        }
        catch (Exception defect)
        {
            DefectSink?.Invoke(defect);
        }
    }

    private ISide SideOf(PeerModel peer) => (peer.Protocol == Protocol.Sip ? sip : xmpp)!;
}
