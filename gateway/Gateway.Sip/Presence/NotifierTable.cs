using System.Collections.Concurrent;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Errors;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Sip.Presence;

/// <summary>
/// SUBSCRIBE from SIP watchers and the dialogs it makes (RFC 6665 §4.2, RFC 3856). The core owns whether and how long a watcher lives; this usage grants what the core
/// grants, answers, and speaks in the dialog. Dialogs not in memory come back from the store by their leg.
/// </summary>
internal sealed class NotifierTable(SipSide side)
{
    private const string Pidf = "application/pidf+xml";

    private readonly ConcurrentDictionary<string, NotifierDialog> dialogs = new(StringComparer.Ordinal);
    private readonly PeerCounts counts = new();

    public int Count => dialogs.Count;

    /// <summary>The connection each dialog's last SUBSCRIBE came by, for status.</summary>
    public IEnumerable<SipConnection> Carriers => dialogs.Values.Select(d => d.Carrier).OfType<SipConnection>();

    public void OnSubscribe(SipConnection connection, SipRequest request, Requester who)
    {
        if (IsRefused(connection, request)) return;
        if (!side.Options.Expiry.TryGrant(request.ExpiresSeconds, side.Jitter(), out var granted))
        {
            side.Requests.Responder.Refuse(connection, request, 423, SipReason.ExpiresTooBrief.PublicName(), "Ask for a longer time.",
                writer => writer.Header(SipHeaderId.MinExpires, side.Options.Expiry.SecondsMin));
            return;
        }

        var expires = (int)granted;
        if (request.ToTagBytes.IsEmpty)
        {
            if (!IsRoomMissing(connection, request, who)) side.Run(() => BeginAsync(connection, request, who, expires));
            return;
        }

        side.Run(() => ContinueAsync(connection, request, who, expires));
    }

    public void Show(Show show, WatcherView view, PeerModel peer)
    {
        foreach (var leg in view.Legs)
        {
            if (show.LegId.Length > 0 && leg.Leg.Id != show.LegId) continue;
            Obtain(leg.Leg, show.Presentity, show.Watcher, peer)?.Show(view, leg.ExpiresAt);
        }
    }

    public void End(End end, WatcherView? view, PeerModel peer) =>
        Obtain(end.Leg, end.Presentity, end.Watcher, peer)?.End(end.Reason, view);

    public void Forget(NotifierDialog dialog)
    {
        if (dialogs.TryRemove(new KeyValuePair<string, NotifierDialog>(dialog.LegId, dialog))) counts.Remove(dialog.PeerName);
    }

    /// <summary>The tables were published anew.</summary>
    public void FollowPeers()
    {
        foreach (var (_, dialog) in dialogs) dialog.FollowPeer();
    }

    /// <summary>The peer is reachable again: whatever could not be sent is sent now.</summary>
    public void LinkRestored(string peer)
    {
        foreach (var (_, dialog) in dialogs)
        {
            if (dialog.PeerName == peer) dialog.LinkRestored();
        }
    }

    private bool IsRefused(SipConnection connection, SipRequest request)
    {
        var responder = side.Requests.Responder;
        if (!EventHeader.Names(request.First(SipHeaderId.Event), "presence"u8))
        {
            responder.Refuse(connection, request, 489, SipReason.EventUnknown.PublicName(), "Only the presence event package is offered.");
            return true;
        }

        if (!EventHeader.TryRead(request.First(SipHeaderId.Event), out _))
        {
            responder.Refuse(connection, request, 400, SipReason.EventInvalid.PublicName(), "Event cannot be read: its id is no token (RFC 6665 section 8.2.1).");
            return true;
        }

        if (!AcceptList.Allows(request, Pidf, whenAbsent: true))
        {
            responder.Refuse(connection, request, 406, SipReason.AcceptUnsupported.PublicName(), "Accept must name application/pidf+xml (RFC 3856 section 6.5).");
            return true;
        }

        // Several presentities in one SUBSCRIBE: the client falls back to one each (field fact B2). Any other body is ignored.
        if (request.Body.Span.Count("<resource"u8) > 1)
        {
            responder.Refuse(connection, request, 420, SipReason.ExtensionUnsupported.PublicName(), "One presentity per SUBSCRIBE.",
                writer => writer.Header(SipHeaderId.Unsupported, "adhoclist"));
            return true;
        }

        if (request.TryContact(out _)) return false;
        responder.Refuse(connection, request, 400, SipReason.ContactInvalid.PublicName(), "SUBSCRIBE needs a Contact.");
        return true;
    }

    // Each watcher costs memory and a place in the store: bounded for one peer, and for all together.
    private bool IsRoomMissing(SipConnection connection, SipRequest request, Requester who)
    {
        var peer = who.Principal.Peer;
        var isFull = dialogs.Count >= side.Options.WatchersMax;
        if (!isFull && counts.Of(peer.Name) < peer.Sip.WatchersMax) return false;
        var (status, reason, text) = isFull
            ? (503, SipReason.Overloaded, "The gateway holds all the subscriptions it may.")
            : (480, SipReason.WatchersTooMany, "This system holds all the subscriptions it may.");
        side.Requests.Responder.Refuse(connection, request, status, reason.PublicName(), text, null, 600);
        return true;
    }

    private async ValueTask BeginAsync(SipConnection connection, SipRequest request, Requester who, int expires)
    {
        var tag = side.NewTag();
        var fault = Dialog.TryAccept(request, tag, side.Own, out var state);
        if (fault != SipReason.None)
        {
            side.Requests.Responder.Refuse(connection, request, 400, fault.PublicName(), "The request cannot make a dialog.");
            return;
        }

        var peer = who.Principal.Peer;
        var document = new LegDocument(state, peer.Name, IdOf(request));
        var leg = document.ToLeg();
        var dialog = new NotifierDialog(side, this, peer, who.To, who.From, leg.Id, document) { IsNew = true, Asked = connection };
        dialogs[leg.Id] = dialog;
        counts.Add(peer.Name);
        PresentityCommand command = expires == 0 ? new Poll(who.From, leg) : new Watch(who.From, leg, expires);
        var granted = await SubmitAsync(connection, request, who, command, tag);
        if (granted is null) Forget(dialog);
        dialog.Release(granted);
    }

    private async ValueTask ContinueAsync(SipConnection connection, SipRequest request, Requester who, int expires)
    {
        var legId = LegDocument.IdOf(DialogId.OfRequest(request));
        if (!dialogs.TryGetValue(legId, out var dialog))
        {
            var (isRead, view) = await side.Requests.FindAsync(connection, request, who.To, who.From);
            if (!isRead) return;
            var leg = view?.Legs.FirstOrDefault(l => l.Leg.Id == legId)?.Leg;
            dialog = leg is null ? null : Obtain(leg, who.To, who.From, who.Principal.Peer);
        }

        if (dialog is null || !dialog.IsOf(who))
        {
            side.Requests.Responder.Refuse(connection, request, 481, SipReason.DialogUnknown.PublicName(), "This subscription is not known here.");
            return;
        }

        // RFC 6665 §4.5.2: another id would be another subscription in the same dialog.
        if (dialog.EventId != IdOf(request))
        {
            side.Requests.Responder.Refuse(connection, request, 403, SipReason.DialogSharingRefused.PublicName(), "Dialog sharing is not supported: one subscription per dialog.");
            return;
        }

        var fault = dialog.Receive(connection, request, out var received);
        if (fault != SipReason.None)
        {
            side.Requests.Responder.Refuse(connection, request, 500, fault.PublicName(), "CSeq went back.");
            return;
        }

        dialog.Hold();
        PresentityCommand command = expires == 0 ? new Unwatch(who.From, received) : new Watch(who.From, received, expires);
        var granted = await SubmitAsync(connection, request, who, command, request.ToTag);
        dialog.Release(granted);
        if (expires == 0 && granted is not null && who.Principal.Peer.Sip.UnsubscribeRevokes) await EnterAsync(who, new WithdrawAuthorization(who.From));
    }

    private async ValueTask<uint?> SubmitAsync(SipConnection connection, SipRequest request, Requester who, PresentityCommand command, string tag)
    {
        var answer = await EnterAsync(who, command);
        if (answer.Failure is { } failure)
        {
            side.Requests.Responder.Refuse(connection, request, failure, who.Principal.Peer, SipRequestKind.NonInvite);
            return null;
        }

        side.Requests.Responder.Dialog(connection, request, 200, tag, writer =>
        {
            // RFC 6665 §8.2.1 keeps Event out of responses; Microsoft servers write it and are written it (field fact B2).
            if (SipDialect.ByName(who.Principal.Peer.Profile) is { IsMicrosoft: true }) writer.Header(SipHeaderId.Event, "presence");
            writer.Header(SipHeaderId.Expires, (uint)answer.Reply.ExpiresSeconds);
        });
        return (uint)answer.Reply.ExpiresSeconds;
    }

    // Whoever asked gets an answer whatever happens to us.
    private async ValueTask<PresenceAnswer> EnterAsync(Requester who, PresentityCommand command)
    {
        try
        {
            var passage = side.NewPassage(who.Principal.Peer.Name, PassageKind.Watch, who.From, who.To);
            return await side.Crossing.EnterAsync(who.Principal, passage, who.To, command, side.Stopping);
        }
        catch (Exception defect) when (defect is not (OperationCanceledException or OutOfMemoryException))
        {
            side.Defect(defect);
            return new PresenceAnswer(default, FederationReasons.FailureOf(FederationReason.InternalError));
        }
    }

    // From memory, or revived out of the stored leg: only the peer that made the dialog may own it.
    private NotifierDialog? Obtain(Leg leg, Address presentity, Address watcher, PeerModel peer)
    {
        if (dialogs.TryGetValue(leg.Id, out var known)) return known;
        if (LegDocument.Read(leg) is not { } stored) return null;
        var owning = stored.Peer == peer.Name ? peer : side.Peers.Current.Peers.ByName(stored.Peer);
        if (owning is null) return null;
        var revived = new NotifierDialog(side, this, owning, presentity, watcher, leg.Id, stored);
        var kept = dialogs.GetOrAdd(leg.Id, revived);
        if (kept == revived) counts.Add(owning.Name);
        return kept;
    }

    private static string? IdOf(SipRequest request) => EventHeader.TryRead(request.First(SipHeaderId.Event), out var header) ? header.Id : null;
}
