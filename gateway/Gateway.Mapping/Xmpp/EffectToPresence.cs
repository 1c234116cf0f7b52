using System.Diagnostics;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Availability;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Mapping.Xmpp;

/// <summary>
/// Committed effects as presence stanzas: RFC 8048 §5 and §6, field facts D2 and D3. A presentity is always shown under one resource, so that a later stanza replaces an earlier one and no
/// ghost endpoint stays behind.
/// </summary>
public static class EffectToPresence
{
    /// <summary>
    /// Writes what the effect says, with <paramref name="caps"/> (XEP-0115) in presence that shows somebody as available, if it says anything on this side and both addresses have a
    /// JID; true when a stanza was written.
    /// </summary>
    public static bool TryWrite(
        ref XmppWriter writer, PresenceEffect effect, WatcherView? view, AvailabilityTables tables, string id, bool isRich = false, XmlElement? caps = null)
    {
        if (Make(effect, view, tables, isRich, caps) is not { } presence) return false;
        (presence with { Id = id }).WriteTo(ref writer);
        return true;
    }

    private static OutgoingPresence? Make(PresenceEffect effect, WatcherView? view, AvailabilityTables tables, bool isRich, XmlElement? caps)
    {
        var resource = effect is Show or End ? SipEndpoints.Default : "";
        if (!XmppAddresses.TryWrite(effect.Presentity, resource, out var presentity) || !XmppAddresses.TryWrite(effect.Watcher, "", out var watcher)) return null;
        switch (effect)
        {
            case Show:
                return view is null ? null : OfView(view, tables, presentity, watcher, isRich, caps);
            case End:
                return new OutgoingPresence(presentity, watcher) { Type = PresenceType.Unavailable };
            case Tell tell:
                return new OutgoingPresence(presentity, watcher) { Type = tell.IsGranted ? PresenceType.Subscribed : PresenceType.Unsubscribed };
            case AskUpstream ask:
                return new OutgoingPresence(watcher, presentity) { Type = TypeOf(ask.Request) };
            default:
                throw new UnreachableException();
        }
    }

    private static PresenceType TypeOf(UpstreamRequest request) => request switch
    {
        UpstreamRequest.Subscribe => PresenceType.Subscribe,
        UpstreamRequest.Refresh => PresenceType.Probe,
        UpstreamRequest.Pause => PresenceType.Unavailable,
        UpstreamRequest.Unsubscribe => PresenceType.Unsubscribe,
        _ => throw new UnreachableException(),
    };

    private static OutgoingPresence? OfView(WatcherView view, AvailabilityTables tables, string from, string watcher, bool isRich, XmlElement? caps)
    {
        // Nothing is shown to who was not granted it, and nothing while nothing is known.
        if (view.Authorization != AuthorizationPhase.Granted || !view.IsKnown) return null;
        if (view.Fragments.Count == 0 || !tables.Of(view.Best).IsXmppAvailable) return new OutgoingPresence(from, watcher) { Type = PresenceType.Unavailable };
        var best = view.Fragments[0];
        return new OutgoingPresence(from, watcher)
        {
            Lang = best.Note is null ? null : best.Language,
            Show = tables.Of(best.Availability).XmppShow,
            Status = best.Note,
            Extra = (isRich, caps) switch
            {
                (false, null) => null,
                (true, null) => RichPresence.Of(best.Availability),
                (false, _) => [caps],
                _ => [.. RichPresence.Of(best.Availability), caps],
            },
        };
    }
}
