using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Sip;
using Gateway.Sip.Calls;
using Gateway.Sip.Connections;
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
internal sealed class Subscription(SipSide side, SubscriberTable table, PeerModel peer, Address presentity, Address watcher)
{
    private readonly Lock gate = new();
    private SubscriberState usage = new();
    private DialogState? dialog;
    private Sequence? sequence;
    private Alarm? alarm;
    private string callId = "";
    private string localTag = "";
    private bool wasGranted;
    private (SipConnection Connection, SipRequest Request)? notify;
    private SipMessage? piggybacked;

    public Address Presentity { get; } = presentity;

    public Address Watcher { get; } = watcher;

    public PeerModel Peer { get; } = peer;

    /// <summary>What the core wants now. False when this subscription is over: the caller makes another.</summary>
    public bool TryAsk(UpstreamRequest request, Leg? leg, bool isGranted)
    {
        lock (gate)
        {
            if (usage.Phase == SubscriberPhase.Ended) return false;
            wasGranted = isGranted;
            if (usage.Phase == SubscriberPhase.Idle && leg is not null && LegDocument.TryRead(leg, out var stored, out var owner) && owner == Peer.Name) Take(stored);
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

    public bool Owns(SipRequest request)
    {
        lock (gate) return callId == request.CallId && localTag == request.ToTag;
    }

    public void OnNotify(SipConnection connection, SipRequest request, FederatedPeer principal)
    {
        lock (gate)
        {
            if (principal.Peer.Name != Peer.Name)
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

        var order = Dialog.TryReceive(dialog, request, out var next);
        if (order == SipReason.None) dialog = next;
        else Refuse(connection, request, 500, order, "CSeq went back.");
        return order == SipReason.None;
    }

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
        dialog = made;
        sequence = new Sequence(side, Presentity, Watcher, LegDocument.IdOf(made.Id));
    }

    // The caller holds the gate.
    private void Step(SubscriberInput input)
    {
        var step = Subscriber.On(usage, input, side.Options.Subscribe, side.Options.Timers, side.Jitter(), side.Now);
        usage = step.State;
        foreach (var output in step.Outputs) Perform(output);
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
                side.Run(() => SendAsync(subscribe));
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

    private void BeginDialog()
    {
        (dialog, sequence) = (null, null);
        callId = side.NewCallId();
        localTag = side.NewTag();
    }

    private async ValueTask SendAsync(SubscriberOutput.Subscribe subscribe)
    {
        if (dialog is { } current && sequence is { } numbers && numbers.IsExhausted(current) && !await TryReserveAsync(current, numbers)) return;
        var request = new Subscribing(this, callId);
        var branch = side.Calls.Register(request);
        var buffer = Responder.Scratch();
        SipWriter writer;
        lock (gate)
        {
            if (dialog is not null) dialog = Dialog.Advance(dialog);
            var uri = SipAddresses.ToUri(Presentity);
            writer = dialog is not null
                ? Dialog.StartRequest(buffer, dialog, SipMethod.Subscribe, branch, side.Own)
                : NewRequest.Start(buffer, SipMethod.Subscribe, uri, $"<{SipAddresses.ToUri(Watcher)}>", localTag, $"<{uri}>", callId, 1, branch, side.Own);
        }

        writer.Header(SipHeaderId.Event, "presence");
        // Only what we parse: the server takes the first format that we list (field fact B1).
        writer.Header(SipHeaderId.Accept, "application/pidf+xml");
        writer.Header(SipHeaderId.Expires, subscribe.ExpiresSeconds);
        writer.End();
        side.Calls.Send(Peer, Presentity.Domain, callId.GetHashCode(StringComparison.Ordinal), request, buffer.WrittenSpan);
    }

    private async ValueTask<bool> TryReserveAsync(DialogState current, Sequence numbers)
    {
        var ofCall = current.Id.CallId;
        try
        {
            var reserved = await numbers.ReserveAsync(current);
            lock (gate)
            {
                // Given up while the store was asked: this request belongs to nobody any more.
                if (dialog is null || dialog.Id.CallId != ofCall) return false;
                dialog = Dialog.ContinueAt(dialog, reserved.LocalCSeq);
                return true;
            }
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException))
        {
            side.Defect(failure);
            OnFailed(SipReason.TransportFailed, ofCall);
            return false;
        }
    }

    private void OnResponse(SipResponse response, string ofCall)
    {
        if (!response.IsFinal) return;
        lock (gate)
        {
            // An answer to a dialog that was given up meanwhile says nothing of the new one.
            if (ofCall != callId) return;
            SubscriptionStateHeader? piggyback = null;
            if (response.IsSuccess)
            {
                if (dialog is null && Dialog.TryEstablish(response, side.Own, out var made) == SipReason.None) Adopt(made);
                else if (dialog is not null) dialog = Complete(Dialog.ReceiveAnswer(dialog, response), response);
                if (response.Has(SipHeaderId.MsPiggybackCSeq)) SubscriptionStateHeader.TryRead(response.First(SipHeaderId.SubscriptionState), out piggyback!);
            }

            piggybacked = piggyback is null ? null : response;
            Step(new SubscriberInput.Answered(response.Status, response.ExpiresSeconds, response.MinExpiresSeconds, RetryAfterHeader.SecondsOf(response), piggyback));
            piggybacked = null;
            if (response.IsSuccess && dialog is not null && usage.HasDialog && usage.Phase is not SubscriberPhase.Leaving)
                Tell(new UpstreamAccepted(Watcher, LegDocument.Write(dialog, Peer.Name), usage.ExpiresAt));
        }
    }

    // A NOTIFY that overtook the 200 made the dialog without the proxies' Record-Route where they put it into the 200 only: take it now (RFC 6665 §4.4.1).
    private DialogState Complete(DialogState known, SipResponse response)
    {
        if (known.RouteSet.Count > 0 || !response.Has(SipHeaderId.RecordRoute)) return known;
        return Dialog.TryEstablish(response, side.Own, out var whole) == SipReason.None ? known with { RouteSet = whole.RouteSet } : known;
    }

    // The notification that the machine took note of, in neutral words.
    private void Deliver()
    {
        var message = (SipMessage?)notify?.Request ?? piggybacked;
        if (message is null || !SubscriptionStateHeader.TryRead(message.First(SipHeaderId.SubscriptionState), out var state)) return;
        var commands = NotifyToCommands.Read(
            Watcher, state, message.First(SipHeaderId.ContentType), message.Body.Span, side.Options.Availability, side.Now, out var fault);
        if (fault != MappingReason.None) side.Unreadable(Peer.Name, MappingReasons.NameOf(fault));
        foreach (var command in commands) Tell(command);
    }

    private void OnInterrupted(SubscriberOutput.Interrupted interrupted)
    {
        (dialog, sequence) = (null, null);
        var wait = (int)Math.Clamp((interrupted.RetryAt - side.Now).TotalSeconds, 0, int.MaxValue);
        // What a NOTIFY said was delivered already; a retry at once is nothing to hear of.
        if (wait == 0 || notify is not null) return;
        var condition = interrupted.Status == 0 ? Condition.RemoteServerTimeout : ErrorTable.ConditionOf(interrupted.Status);
        Tell(new UpstreamFailed(Watcher, condition, wait));
    }

    private void OnEnded(SubscriberOutput.Ended ended)
    {
        (dialog, sequence) = (null, null);
        table.Forget(this);
        if (ended.Reason != SipReason.SubscriptionRefused) return;
        Tell(SubscribeOutcomes.OfFailure(Watcher, ErrorTable.FromSip(ended.Status, SipReasonPhrases.Of(ended.Status)), wasGranted));
    }

    private void OnFailed(SipReason reason, string ofCall)
    {
        lock (gate)
        {
            if (ofCall != callId) return;
            Step(reason == SipReason.TransactionTimeout ? new SubscriberInput.Answered(408) : new SubscriberInput.Lost());
        }
    }

    private void Tick()
    {
        lock (gate) Step(new SubscriberInput.Tick());
    }

    // Commands of one pair are handed over in the order they are told: the engine's mailbox keeps it.
    private void Tell(PresentityCommand command) => side.Run(async () =>
    {
        var passage = side.NewPassage(Peer.Name, PassageKind.Presence, Presentity, Watcher);
        await side.Crossing.EnterAsync(new FederatedPeer(Peer, Presentity.Domain, Proof.TlsSubject), passage, Presentity, command, side.Stopping);
    });

    private sealed class Subscribing(Subscription owner, string callId) : OutgoingRequest(SipMethod.Subscribe)
    {
        protected override void OnResponse(SipResponse response) => owner.OnResponse(response, callId);

        protected override void OnFailed(SipReason reason, LinkFailure failure) => owner.OnFailed(reason, callId);
    }
}
