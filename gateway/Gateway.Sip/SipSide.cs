using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Errors;
using Gateway.Sip.Calls;
using Gateway.Sip.Connections;
using Gateway.Sip.Conversations;
using Gateway.Sip.Presence;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Gateway.Transport;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Gateway.Sip;

/// <summary>
/// The SIP side: edge listeners and dialled links, transactions, presence and conversation usages. It speaks SIP and nothing else; what things mean is
/// Mapping's, who may do them is Federation's. <see cref="StartAsync"/>, <see cref="DrainAsync"/>, then dispose.
/// </summary>
public sealed class SipSide : ISide, IAsyncDisposable
{
    private readonly TransportHub hub;
    private readonly TimeProvider time;
    private readonly IIdSource ids;
    private readonly ISipObserver observer;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Listener> listeners = [];
    private readonly ITimer sweep;
    private long followed;

    public SipSide(SipSideOptions options, PeerRegistry peers, ICrossing crossing, SipSideParts parts)
    {
        (Options, Peers, Crossing) = (options, peers, crossing);
        (hub, time, ids, observer) = (parts.Hub, parts.Time, parts.Ids, parts.Observer);
        Own = new OwnHop(options.Fqdn, options.AdvertisedPort, "TLS", options.UserAgent);
        Deadlines = new Deadlines(time, Defect);
        Stopping = stopping.Token;
        Calls = new CallTable(this, ids.NextId());
        Links = new LinkTable(this, new LinkDialer(this, new Dialer(hub), new SipTargets(new ServiceLocator(parts.Resolver, parts.RandomBelow), parts.Resolver)));
        Requests = new RequestDoor(this);
        Transactions = new ServerTransactions(this);
        Paces = new PaceTable(time, Deadlines);
        Notifiers = new NotifierTable(this);
        Subscribers = new SubscriberTable(this);
        Conversations = new ConversationTable(this);
        Metrics = new SipMetrics(this);
        followed = peers.Version;
        sweep = time.CreateTimer(static self => ((SipSide)self!).Sweep(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public Gateway.Federation.Protocol Protocol => Gateway.Federation.Protocol.Sip;

    /// <summary>Where it listens, with the ports the kernel chose.</summary>
    public IReadOnlyList<Listener> Listeners => listeners;

    internal SipSideOptions Options { get; }

    internal PeerRegistry Peers { get; }

    internal ICrossing Crossing { get; }

    internal OwnHop Own { get; }

    internal Deadlines Deadlines { get; }

    internal CallTable Calls { get; }

    internal LinkTable Links { get; }

    internal RequestDoor Requests { get; }

    internal ServerTransactions Transactions { get; }

    internal PaceTable Paces { get; }

    internal RoutePool Routes { get; } = new();

    internal NotifierTable Notifiers { get; }

    internal SubscriberTable Subscribers { get; }

    internal ConversationTable Conversations { get; }

    internal SipMetrics Metrics { get; }

    internal DateTimeOffset Now => time.GetUtcNow();

    internal CancellationToken Stopping { get; }

    /// <summary>Binds the listeners; throws the socket's exception when one cannot be bound.</summary>
    public Task StartAsync()
    {
        foreach (var listener in Options.Listeners) listeners.Add(Listener.Start(hub, listener, _ => new SipConnection(this)));
        return Task.CompletedTask;
    }

    /// <summary>Stops accepting, ends the conversations with BYE and leaves the durable dialogs alone (they are taken up again at the next start).</summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        foreach (var listener in listeners) await listener.DisposeAsync();
        listeners.Clear();
        await Conversations.EndAllAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        foreach (var listener in listeners) await listener.DisposeAsync();
        await sweep.DisposeAsync();
        Deadlines.Dispose();
        Metrics.Dispose();
        stopping.Dispose();
    }

    public void Depart(MessageDeparture departure) => Conversations.Depart(departure);

    public void Depart(ChatStateDeparture departure) => Conversations.Depart(departure);

    public void Depart(LateFailureDeparture departure) => Conversations.Depart(departure);

    public ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, PeerModel peer, CancellationToken cancellation)
    {
        switch (effect)
        {
            case Show show when view is not null:
                Notifiers.Show(show, view, peer);
                break;
            case End end:
                Notifiers.End(end, view, peer);
                break;
            case AskUpstream ask:
                Subscribers.Ask(ask, view, peer);
                break;
            default:
                // Tell has no SIP form: Show and End say it (RFC 8048 §5).
                break;
        }

        // Taken into memory: a crash before it is sent is healed by the engine's Resume, which shows and asks again.
        return ValueTask.FromResult(EffectVerdict.Done);
    }

    /// <summary>What <c>status</c> shows.</summary>
    public SipSideView Describe() => SipSideView.Of(this);

    /// <summary>The record of this peer in force now; null when it has none any more. <paramref name="domain"/> is that of its user, which names a discovered partner.</summary>
    internal PeerModel? InForce(PeerModel known, string domain)
    {
        var table = Peers.Current.Peers;
        var now = PeerTable.IsDiscovered(known) ? table.Discover(domain, Gateway.Federation.Protocol.Sip)?.First : table.ByName(known.Name);
        return now is { Protocol: Gateway.Federation.Protocol.Sip } ? now : null;
    }

    internal string NewTag() => ids.NextId().ToString("x", System.Globalization.CultureInfo.InvariantCulture)[..10];

    internal string NewCallId() => ids.NextId().ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A number in [0,1) that spreads refreshes (RFC 6665 §4.1.2.1).</summary>
    internal double Jitter() => ids.NextJitter();

    internal Passage NewPassage(string peer, PassageKind kind, Address from, Address to) => new(ids.NextId(), peer, Gateway.Federation.Protocol.Sip, kind, from, to);

    /// <summary>Tells the core what came of a subscription of ours. Commands of one pair are handed over in the order they are told: the engine's mailbox keeps it.</summary>
    internal void Tell(PeerModel peer, Address presentity, PresentityCommand command) => Run(async () =>
    {
        var passage = NewPassage(peer.Name, PassageKind.Presence, presentity, command.Watcher);
        await Crossing.EnterAsync(new FederatedPeer(peer, presentity.Domain, Proof.TlsSubject) { IsReport = true }, passage, presentity, command, Stopping);
    });

    internal void Defect(Exception defect) => observer.OnDefect(defect);

    internal void LinkFailed(PeerModel peer, LinkFailure failure) => observer.OnLinkFailed(peer.Name, failure.Reason, failure.Detail);

    internal void NotAdmitted(SipConnection connection, string domain, Admission admission) =>
        observer.OnNotAdmitted(connection.Transport.ToString(), domain, admission);

    internal void Ended(string peer, string what, SipReason reason) => observer.OnEnded(peer, what, reason.PublicName());

    internal void Unreadable(string peer, string reason) => observer.OnEnded(peer, "presence document", reason);

    /// <summary>What the peer's diagnostics headers say, in plain words with the next step (field fact A9). <paramref name="where"/>: in answer to what.</summary>
    internal void Diagnosed(string peer, string where, SipMessage message)
    {
        if (PeerDiagnoses.MostTelling(MsDiagnostics.All(message)) is not { } said || PeerDiagnoses.IsEmpty(said.Id)) return;
        var subject = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{peer}: {said.Id}");
        Refused(subject, SipReason.PeerDiagnosed.PublicName(), $"{where}: {PeerDiagnoses.Describe(said.Id, said.Reason)}");
    }

    /// <summary>A refusal that nobody further in has written down.</summary>
    internal void Refused(string subject, string reason, string text) => observer.OnRefused(subject, reason, text);

    internal void Rejected(SipConnection connection, SipReason reason)
    {
        Metrics.Rejected(reason);
        observer.OnRejected(connection.Transport.ToString(), reason);
    }

    /// <summary>Runs an asynchronous piece of work that nobody awaits; a defect in it is logged, never lost.</summary>
    internal async void Run(Func<ValueTask> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping: whoever waited is told by the connection's end.
            Metrics.Cancelled();
        }
        catch (Exception defect)
        {
            Defect(defect);
        }
    }

    /// <summary>Completes when <paramref name="isQuiet"/> holds, looked at with each sweep, or when patience ends.</summary>
    internal async Task WhenQuietAsync(Func<bool> isQuiet, TimeSpan patience)
    {
        if (isQuiet()) return;
        using var deadline = new CancellationTokenSource(patience, time);
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var end = deadline.Token.Register(() => waiter.TrySetResult());
        await using var look = time.CreateTimer(_ => _ = isQuiet() && waiter.TrySetResult(), null, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
        await waiter.Task;
    }

    // Dialogs and subscriptions outlive a reload with the record that is in force then.
    private void FollowPeers()
    {
        var version = Peers.Version;
        if (Interlocked.Exchange(ref followed, version) == version) return;
        Notifiers.FollowPeers();
        Subscribers.FollowPeers();
    }

    private void Sweep()
    {
        using var batch = SendBatch.Begin();
        try
        {
            Calls.Sweep();
            Transactions.Sweep();
            Links.Sweep();
            FollowPeers();
            Conversations.Sweep();
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            // The timer's thread has nobody above it: a defect is told, and the next sweep goes on.
            Defect(defect);
        }
    }
}

/// <summary>What a SIP side is made of besides its options.</summary>
public sealed record SipSideParts(
    TransportHub Hub, IDnsResolver Resolver, TimeProvider Time, IIdSource Ids, Func<int, int> RandomBelow, ISipObserver Observer);

/// <summary>Where the side tells what an operator should know; Host writes it to the log.</summary>
public interface ISipObserver
{
    /// <summary>A peer could not be reached; the reason is a public name.</summary>
    void OnLinkFailed(string peer, string reason, string detail);

    /// <summary>A connection's claim to speak for a domain was refused.</summary>
    void OnNotAdmitted(string connection, string domain, Admission admission);

    /// <summary>A request that was refused at the door, with its public reason and words for the operator.</summary>
    void OnRefused(string subject, string reason, string text);

    /// <summary>Received bytes that are no valid message.</summary>
    void OnRejected(string connection, SipReason reason);

    /// <summary>A conversation, dialog or document came to an end otherwise than by its users; the reason is a public name.</summary>
    void OnEnded(string peer, string what, string reason);

    /// <summary>A bug of ours.</summary>
    void OnDefect(Exception defect);
}
