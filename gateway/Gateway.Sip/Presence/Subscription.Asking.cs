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

/// <summary>The SUBSCRIBEs of a subscription: their turn, their bytes, their answers.</summary>
internal sealed partial class Subscription
{
    // A refresh that has to wait long for its turn is no silent home: the core is told that the dialog stands until its answer can be here.
    private void StandBy()
    {
        var wait = side.Paces.WaitOf(peer);
        if (wait < StandByLeast || dialog is null || !wasGranted || usage.Phase is not (SubscriberPhase.Pending or SubscriberPhase.Active)) return;
        Tell(new UpstreamAccepted(Watcher, new LegDocument(dialog, peer.Name).ToLeg(), side.Now + wait + side.Options.Timers.F + side.Options.Timers.N));
    }

    // The caller holds the gate.
    private void Launch(SubscriberOutput.Subscribe subscribe)
    {
        usage = Subscriber.On(usage, new SubscriberInput.Sent(), side.Options.Subscribe, side.Options.Timers, 0, side.Now).State;
        var ofCall = callId;
        side.Run(() => SendAsync(subscribe, ofCall));
    }

    private void BeginDialog()
    {
        (dialog, sequence) = (null, null);
        callId = side.NewCallId();
        localTag = side.NewTag();
    }

    private async ValueTask SendAsync(SubscriberOutput.Subscribe subscribe, string ofCall)
    {
        if (dialog is { } current && sequence is { } numbers && numbers.IsExhausted(current) && !await TryReserveAsync(current, numbers)) return;
        var request = new Subscribing(this, ofCall);
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
        // Only what we parse: the server takes the first format of its own order that we list (field fact B1).
        writer.Header(SipHeaderId.Accept, peer.Sip.ReadsMsrtc ? "text/xml+msrtc.pidf, application/pidf+xml" : "application/pidf+xml");
        writer.Header(SipHeaderId.Expires, subscribe.ExpiresSeconds);
        writer.End();
        side.Calls.Send(peer, Presentity.Domain, ofCall.GetHashCode(StringComparison.Ordinal), request, buffer.WrittenSpan);
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
            refusal = response.IsSuccess ? null : SipFailures.Of(response);
            Step(new SubscriberInput.Answered(response.Status, response.ExpiresSeconds, response.MinExpiresSeconds, RetryAfterHeader.SecondsOf(response), piggyback));
            (piggybacked, refusal) = (null, null);
            if (response.IsSuccess && dialog is not null && usage.HasDialog && usage.Phase is not SubscriberPhase.Leaving)
                Tell(new UpstreamAccepted(Watcher, new LegDocument(dialog, peer.Name).ToLeg(), usage.ExpiresAt));
        }
    }

    // A NOTIFY that overtook the 200 made the dialog without the proxies' Record-Route where they put it into the 200 only: take it now (RFC 6665 §4.4.1).
    private DialogState Complete(DialogState known, SipResponse response)
    {
        if (known.RouteSet.Count > 0 || !response.Has(SipHeaderId.RecordRoute)) return known;
        return Dialog.TryEstablish(response, side.Own, out var whole) == SipReason.None ? known with { RouteSet = whole.RouteSet } : known;
    }

    private void OnFailed(SipReason reason, string ofCall)
    {
        lock (gate)
        {
            if (ofCall != callId) return;
            Step(reason == SipReason.TransactionTimeout ? new SubscriberInput.Answered(408) : new SubscriberInput.Lost());
        }
    }

    private sealed class Subscribing(Subscription owner, string callId) : OutgoingRequest(SipMethod.Subscribe)
    {
        protected override void OnResponse(SipResponse response) => owner.OnResponse(response, callId);

        protected override void OnFailed(SipReason reason, LinkFailure failure) => owner.OnFailed(reason, callId);
    }
}
