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
    private const int ContactsRetrySeconds = 3_600;

    private readonly ContactCounts contacts = new();
    private readonly ConcurrentDictionary<(Address Presentity, Address Watcher), Subscription> subscriptions = new();

    public int Count => subscriptions.Count;

    public void Ask(AskUpstream ask, WatcherView? view, PeerModel peer)
    {
        while (true)
        {
            if (!subscriptions.TryGetValue((ask.Presentity, ask.Watcher), out var subscription))
            {
                var made = new Subscription(side, this, peer, ask.Presentity, ask.Watcher);
                if (IsOverContacts(ask, peer)) return;
                subscription = subscriptions.GetOrAdd((ask.Presentity, ask.Watcher), made);
                if (subscription == made) contacts.Add(peer.Name, ask.Presentity);
            }

            // The way to this domain may lead to another peer by now: what stands with the old one is left to end there.
            if (subscription.PeerName == peer.Name && subscription.TryAsk(ask.Request, ask.Leg ?? view?.UpstreamLeg, view?.Authorization == AuthorizationPhase.Granted)) return;
            if (subscription.PeerName != peer.Name) subscription.Abandon();
            Forget(subscription);
        }
    }

    public void OnNotify(SipConnection connection, SipRequest request, Requester who)
    {
        if (IsEventRefused(connection, request, who)) return;

        if (subscriptions.TryGetValue((who.From, who.To), out var known) && known.Owns(request)) known.OnNotify(connection, request, who.Principal);
        else side.Run(() => ReviveAsync(connection, request, who));
    }

    public void Forget(Subscription subscription)
    {
        if (subscriptions.TryRemove(new KeyValuePair<(Address, Address), Subscription>((subscription.Presentity, subscription.Watcher), subscription)))
            contacts.Remove(subscription.PeerName, subscription.Presentity);
    }

    /// <summary>The tables were published anew.</summary>
    public void FollowPeers()
    {
        foreach (var (_, subscription) in subscriptions) subscription.FollowPeer();
    }

    // RFC 6665 §8.2.1: package and id must be those of our SUBSCRIBE, and we give no id. Responses of public clouds lack the header at times, their NOTIFYs need the peer's leave.
    private bool IsEventRefused(SipConnection connection, SipRequest request, Requester who)
    {
        var responder = side.Requests.Responder;
        if (!request.Has(SipHeaderId.Event))
        {
            if (who.Principal.Peer.Sip.AllowsMissingEvent) return false;
            responder.Refuse(connection, request, 400, SipReason.EventInvalid.PublicName(), "NOTIFY needs an Event.");
            return true;
        }

        if (!EventHeader.Names(request.First(SipHeaderId.Event), "presence"u8))
        {
            responder.Refuse(connection, request, 489, SipReason.EventUnknown.PublicName(), "Only the presence event package is subscribed to.");
            return true;
        }

        if (EventHeader.TryRead(request.First(SipHeaderId.Event), out var header) && header.Id is null) return false;
        responder.Refuse(connection, request, 481, SipReason.DialogUnknown.PublicName(), "No subscription here has this id.");
        return true;
    }

    // A discovered partner's edge lets us have so many of its users as contacts and no more (field fact A4).
    private bool IsOverContacts(AskUpstream ask, PeerModel peer)
    {
        var limit = SipPeerTerms.ContactsMaxOf(peer);
        if (limit == 0 || ask.Request is UpstreamRequest.Pause or UpstreamRequest.Unsubscribe || contacts.HasRoom(peer.Name, ask.Presentity, limit)) return false;
        side.Refused(peer.Name, SipReason.ContactsTooMany.PublicName(), $"{ask.Presentity.Domain}: {limit} of its users are watched already.");
        side.Tell(peer, ask.Presentity, new UpstreamFailed(ask.Watcher, Condition.ResourceConstraint, ContactsRetrySeconds));
        return true;
    }

    // After a restart the first thing heard may be a NOTIFY in a dialog that only the store remembers.
    private async ValueTask ReviveAsync(SipConnection connection, SipRequest request, Requester who)
    {
        var (isRead, view) = await side.Requests.FindAsync(connection, request, who.From, who.To);
        if (!isRead) return;
        if (view?.UpstreamLeg is { } leg && LegDocument.Read(leg) is { } stored
            && stored.Peer == who.Principal.Peer.Name && stored.Dialog.Id.CallId == request.CallId && stored.Dialog.Id.LocalTag == request.ToTag)
        {
            var made = new Subscription(side, this, who.Principal.Peer, who.From, who.To);
            var subscription = subscriptions.GetOrAdd((who.From, who.To), made);
            if (subscription == made) contacts.Add(made.PeerName, made.Presentity);
            subscription.Revive(stored.Dialog, view.Authorization == AuthorizationPhase.Granted);
            if (subscription.Owns(request))
            {
                subscription.OnNotify(connection, request, who.Principal);
                return;
            }
        }

        side.Requests.Responder.Refuse(connection, request, 481, SipReason.DialogUnknown.PublicName(), "This subscription is not known here.");
    }
}
