using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Sip;
using Gateway.Sip.Calls;
using Gateway.Sip.Connections;
using Gateway.Sip.Conversations;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Subscriptions;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Sip.Presence;

/// <summary>
/// One subscription of ours: the shell around <see cref="Subscriber"/>. It writes the SUBSCRIBEs the machine asks for, answers NOTIFYs, and tells the core in neutral
/// words what came of it. It speaks for the XMPP watcher in From.
/// </summary>
internal sealed partial class Subscription(SipSide side, SubscriberTable table, PeerModel peer, Address presentity, Address watcher) : ITurnTaker
{
    private static readonly TimeSpan InvariantLife = TimeSpan.FromDays(1);
    private static readonly TimeSpan StandByLeast = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private SubscriberState usage = new();
    private PeerModel peer = peer;
    private SubscriberOutput.Subscribe? queued;
    private DialogState? dialog;
    private Sequence? sequence;
    private Alarm? alarm;
    private string callId = "";
    private string localTag = "";
    private bool wasGranted;
    private bool isTurnNow;
    private (SipConnection Connection, SipRequest Request)? notify;
    private SipMessage? piggybacked;
    private Failure? refusal;

    public Address Presentity { get; } = presentity;

    public Address Watcher { get; } = watcher;

    public string PeerName => peer.Name;

    /// <summary>What the core wants now. False when this subscription is over: the caller makes another.</summary>
    public bool TryAsk(UpstreamRequest request, Leg? leg, bool isGranted)
    {
        lock (gate)
        {
            if (usage.Phase == SubscriberPhase.Ended) return false;
            wasGranted = isGranted;
            if (usage.Phase == SubscriberPhase.Idle && leg is not null && LegDocument.Read(leg) is { } stored && stored.Peer == peer.Name) Take(stored.Dialog);
            if (request is UpstreamRequest.Pause or UpstreamRequest.Unsubscribe)
            {
                Step(new SubscriberInput.Stop());
                return true;
            }

            // Wanted again while we take our leave: what is left of the old dialog is ignored, and the answer that is still out keeps the new one.
            if (usage.Phase == SubscriberPhase.Leaving) usage = new SubscriberState();
            else if (usage.IsStopping) usage = usage with { IsStopping = false };

            // A living dialog is refreshed now: the answer brings the state that is asked for.
            if (usage is { HasDialog: true, IsRequestOut: false }) usage = usage with { RefreshAt = side.Now };
            Step(usage.HasDialog ? new SubscriberInput.Tick() : new SubscriberInput.Begin());
            return true;
        }
    }

    /// <summary>The dialog as the store remembers it; the next request continues in a new block of numbers.</summary>
    public void Revive(DialogState stored, bool isGranted)
    {
        lock (gate)
        {
            wasGranted = isGranted;
            if (usage.Phase == SubscriberPhase.Idle) Take(stored);
        }
    }

    /// <summary>The tables were published anew: the subscription goes on with the record in force; whose peer has none any more ends here.</summary>
    public void FollowPeer()
    {
        lock (gate)
        {
            if (side.InForce(peer, Presentity.Domain) is { } now)
            {
                peer = now;
                return;
            }

            if (usage.Phase == SubscriberPhase.Ended) return;
            GiveUp();
            side.Ended(peer.Name, "subscription", SipReason.PeerLost);
            Tell(new UpstreamFailed(Watcher, Condition.RemoteServerNotFound, null));
        }
    }

    /// <summary>Another peer serves the presentity now: nothing more is said or heard here.</summary>
    public void Abandon()
    {
        lock (gate) GiveUp();
    }

    /// <summary>The SUBSCRIBE that waited goes out, if it is still wanted.</summary>
    public bool TakeTurn()
    {
        lock (gate)
        {
            if (queued is not { } subscribe) return false;
            queued = null;
            if (usage is { IsStopping: true } && dialog is null)
            {
                // Given up before anything was said.
                Step(new SubscriberInput.Lost());
                return false;
            }

            Launch(subscribe);
            return true;
        }
    }

    public bool Owns(SipRequest request)
    {
        lock (gate) return callId == request.CallId && localTag == request.ToTag;
    }

    public void OnNotify(SipConnection connection, SipRequest request, FederatedPeer principal)
    {
        lock (gate)
        {
            if (principal.Peer.Name != peer.Name)
            {
                Refuse(connection, request, 481, SipReason.DialogUnknown, "This subscription is not known here.");
                return;
            }

            if (!IsInOrder(connection, request)) return;
            if (!SubscriptionStateHeader.TryRead(request.First(SipHeaderId.SubscriptionState), out var state))
            {
                Refuse(connection, request, 400, SipReason.HeaderMissing, "NOTIFY needs a Subscription-State.");
                return;
            }

            notify = (connection, request);
            Step(new SubscriberInput.Notified(state, request.Method == SipMethod.Benotify));
            notify = null;
        }
    }

    // The caller holds the gate.
    private bool IsInOrder(SipConnection connection, SipRequest request)
    {
        if (dialog is null)
        {
            // RFC 6665 §4.4.1: a NOTIFY may overtake the 200 and makes the dialog itself.
            var fault = Dialog.TryEstablishByNotify(request, 1, side.Own, out var made);
            if (fault == SipReason.None) Adopt(made);
            else Refuse(connection, request, 400, fault, "The request cannot make a dialog.");
            return fault == SipReason.None;
        }

        if (dialog.Id.RemoteTag != request.FromTag)
        {
            Refuse(connection, request, 481, SipReason.DialogUnknown, "This fork of the subscription is not known here.");
            return false;
        }

        var isFirst = dialog.RemoteCSeq is null;
        var order = Dialog.TryReceive(dialog, request, out var next);
        if (order == SipReason.None) dialog = isFirst ? TakeRoutes(next, request) : next;
        else Refuse(connection, request, 500, order, "CSeq went back.");
        return order == SipReason.None;
    }

    // RFC 6665 §4.4.1: the NOTIFY establishes the usage, so its route set counts and not that of the 200; a notifier that recorded none in it means the one of the 200.
    private DialogState TakeRoutes(DialogState known, SipRequest request) =>
        request.Has(SipHeaderId.RecordRoute) && Dialog.TryEstablishByNotify(request, 1, side.Own, out var told) == SipReason.None ? known with { RouteSet = told.RouteSet } : known;

    private void Refuse(SipConnection connection, SipRequest request, int status, SipReason reason, string text) =>
        side.Requests.Responder.Refuse(connection, request, status, reason.PublicName(), text);

    private void Take(DialogState stored)
    {
        Adopt(stored);
        (callId, localTag) = (stored.Id.CallId, stored.Id.LocalTag);
        usage = new SubscriberState
        {
            Phase = SubscriberPhase.Active, HasDialog = true, ExpiresSeconds = side.Options.Subscribe.ExpiresSeconds, StartedAt = side.Now,
        };
    }

    private void Adopt(DialogState made)
    {
        dialog = side.Routes.Share(made);
        sequence = new Sequence(side, Presentity, Watcher, LegDocument.IdOf(made.Id));
    }

    // The caller holds the gate.
    private void Step(SubscriberInput input)
    {
        var step = Subscriber.On(usage, input, side.Options.Subscribe, side.Options.Timers, side.Jitter(), side.Now);
        usage = step.State;
        isTurnNow = false;
        foreach (var output in step.Outputs) Perform(output);
        if (isTurnNow) TakeTurn();
        alarm ??= side.Deadlines.NewAlarm(Tick);
        alarm.Set(usage.Deadline);
    }

    private void Perform(SubscriberOutput output)
    {
        switch (output)
        {
            case SubscriberOutput.Subscribe subscribe:
                // A 200 without a usable Contact made no dialog to go on in.
                if (subscribe.InNewDialog || dialog is null) BeginDialog();
                queued = subscribe;
                if (side.Paces.TryTake(peer, isOwed: false, this)) isTurnNow = true;
                else StandBy();
                break;
            case SubscriberOutput.AnswerNotify answer when notify is { } received:
                if (answer.Status == 200) Responder.Plain(received.Connection, received.Request, 200);
                else Refuse(received.Connection, received.Request, answer.Status, SipReason.DialogUnknown, "This subscription is over.");
                break;
            case SubscriberOutput.Deliver:
                Deliver();
                break;
            case SubscriberOutput.Interrupted interrupted:
                OnInterrupted(interrupted);
                break;
            case SubscriberOutput.Ended ended:
                OnEnded(ended);
                break;
        }
    }

    private void GiveUp()
    {
        usage = usage with { Phase = SubscriberPhase.Ended, IsRequestOut = false };
        (dialog, sequence, queued) = (null, null, null);
        callId = "";
        table.Forget(this);
    }

    // The notification that the machine took note of, in neutral words.
    private void Deliver()
    {
        var message = (SipMessage?)notify?.Request ?? piggybacked;
        if (message is null || !SubscriptionStateHeader.TryRead(message.First(SipHeaderId.SubscriptionState), out var state)) return;
        var commands = NotifyToCommands.Read(
            Watcher, state, message.First(SipHeaderId.ContentType), message.Body.Span, side.Options.Availability, side.Now, out var fault);
        if (fault != MappingReason.None) side.Unreadable(peer.Name, MappingReasons.NameOf(fault));
        foreach (var command in commands) Tell(command);
    }

    private void OnInterrupted(SubscriberOutput.Interrupted interrupted)
    {
        (dialog, sequence) = (null, null);
        var wait = (int)Math.Clamp((interrupted.RetryAt - side.Now).TotalSeconds, 0, int.MaxValue);
        // What a NOTIFY said was delivered already; a retry at once is nothing to hear of.
        if (wait == 0 || notify is not null) return;
        var condition = interrupted.Status == 0 ? Condition.RemoteServerTimeout : refusal?.Condition ?? ErrorTable.ConditionOf(interrupted.Status);
        Tell(new UpstreamFailed(Watcher, condition, wait));
    }

    private void OnEnded(SubscriberOutput.Ended ended)
    {
        // RFC 6665 §4.1.3, invariant: the state stands for good, and nobody asks again before a day is over.
        if (ended.Reason == SipReason.Invariant && dialog is not null)
            Tell(new UpstreamAccepted(Watcher, new LegDocument(dialog, peer.Name).ToLeg(), side.Now + InvariantLife));
        (dialog, sequence) = (null, null);
        table.Forget(this);
        if (ended.Reason != SipReason.SubscriptionRefused) return;
        Tell(SubscribeOutcomes.OfFailure(Watcher, refusal ?? ErrorTable.FromSip(ended.Status, SipReasonPhrases.Of(ended.Status)), wasGranted));
    }

    private void Tick()
    {
        lock (gate) Step(new SubscriberInput.Tick());
    }

    private void Tell(PresentityCommand command) => side.Tell(peer, Presentity, command);
}
