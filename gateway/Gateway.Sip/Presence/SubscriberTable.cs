using System.Collections.Concurrent;
using Gateway.Federation.Peers;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Sip.Presence;

/// <summary>
/// Our subscriptions to SIP presentities, one per (presentity, watcher) pair, and the NOTIFYs that come for them (RFC 6665 §4.1, RFC 3856). The core says what is wanted;
/// dialogs not in memory come back from the store by the upstream leg.
/// </summary>
internal sealed class SubscriberTable(SipSide side)
{
    private readonly ConcurrentDictionary<(Address Presentity, Address Watcher), Subscription> subscriptions = new();

    public int Count => subscriptions.Count;

    public void Ask(AskUpstream ask, WatcherView? view, PeerModel peer)
    {
        while (true)
        {
            var subscription = subscriptions.GetOrAdd(
                (ask.Presentity, ask.Watcher),
                static (pair, made) => new Subscription(made.Side, made.Table, made.Peer, pair.Presentity, pair.Watcher),
                (Side: side, Table: this, Peer: peer));
            if (subscription.TryAsk(ask.Request, ask.Leg ?? view?.UpstreamLeg, view?.Authorization == AuthorizationPhase.Granted)) return;
            Forget(subscription);
        }
    }

    public void OnNotify(SipConnection connection, SipRequest request, Requester who)
    {
        if (request.Has(SipHeaderId.Event) && !EventHeader.Names(request.First(SipHeaderId.Event), "presence"u8))
        {
            side.Requests.Responder.Refuse(connection, request, 489, SipReason.EventUnknown.PublicName(), "Only the presence event package is subscribed to.");
            return;
        }

        if (subscriptions.TryGetValue((who.From, who.To), out var known) && known.Owns(request)) known.OnNotify(connection, request, who.Principal);
        else side.Run(() => ReviveAsync(connection, request, who));
    }

    public void Forget(Subscription subscription) =>
        subscriptions.TryRemove(new KeyValuePair<(Address, Address), Subscription>((subscription.Presentity, subscription.Watcher), subscription));

    // After a restart the first thing heard may be a NOTIFY in a dialog that only the store remembers.
    private async ValueTask ReviveAsync(SipConnection connection, SipRequest request, Requester who)
    {
        var (isRead, view) = await side.Requests.FindAsync(connection, request, who.From, who.To);
        if (!isRead) return;
        if (view?.UpstreamLeg is { } leg && LegDocument.TryRead(leg, out var dialog, out var owner)
            && owner == who.Principal.Peer.Name && dialog.Id.CallId == request.CallId && dialog.Id.LocalTag == request.ToTag)
        {
            var subscription = subscriptions.GetOrAdd((who.From, who.To), new Subscription(side, this, who.Principal.Peer, who.From, who.To));
            subscription.Revive(dialog, view.Authorization == AuthorizationPhase.Granted);
            if (subscription.Owns(request))
            {
                subscription.OnNotify(connection, request, who.Principal);
                return;
            }
        }

        side.Requests.Responder.Refuse(connection, request, 481, SipReason.DialogUnknown.PublicName(), "This subscription is not known here.");
    }
}
