using Gateway.Mapping.Addresses;
using Gateway.Mapping.Availability;
using Gateway.Xmpp.Protocol.Stanzas;
using Presence.Core;
using Presence.Core.Model;
using StanzaPresence = Gateway.Xmpp.Protocol.Stanzas.Presence;

namespace Gateway.Mapping.Xmpp;

/// <summary>A presence stanza for the core: which unit it concerns, and what happened there.</summary>
public readonly record struct PresenceArrival(Address Presentity, PresentityCommand Command);

/// <summary>
/// Presence stanzas into commands: RFC 6121 §3 and §4, field facts D2 and D3. In subscribe, unsubscribe and probe the sender is the watcher; in all others it is the presentity.
/// </summary>
public static class PresenceToCommand
{
    private const int NoteCharsMax = 1_000;

    /// <summary>
    /// False with a reason when the stanza means nothing here. <paramref name="watcherLeg"/> is what the XMPP side needs to speak to the sender again; it is used when the sender watches.
    /// </summary>
    public static bool TryRead(StanzaPresence stanza, Leg watcherLeg, AvailabilityTables tables, DateTimeOffset now, out PresenceArrival arrival, out MappingReason reason, bool isRich = false)
    {
        arrival = default;
        reason = MappingReason.LocalPartInvalid;
        if (stanza.From is null || stanza.To is null || !XmppAddresses.TryRead(stanza.From, out var from) || !XmppAddresses.TryRead(stanza.To, out var to)) return false;
        reason = MappingReason.None;
        PresenceArrival? read = stanza.Type switch
        {
            PresenceType.Subscribe => new(to, new RequestAuthorization(from, watcherLeg)),
            PresenceType.Unsubscribe => new(to, new WithdrawAuthorization(from)),
            PresenceType.Probe => new(to, new Probe(from, watcherLeg)),
            PresenceType.Subscribed => new(from, new UpstreamGranted(to)),
            PresenceType.Unsubscribed => new(from, new UpstreamDenied(to, PresenceReason.Rejected)),
            PresenceType.Available => new(from, new UpstreamShowed(to, [FragmentOf(stanza, tables, now, isRich)], IsFullState: false)),
            PresenceType.Unavailable => new(from, OfUnavailable(stanza, to, now)),
            PresenceType.Error => OfError(stanza.Error, from, to),
            _ => null,
        };
        if (read is null)
        {
            reason = MappingReason.StanzaUnsupported;
            return false;
        }

        arrival = read.Value;
        return true;
    }

    // From a bare JID it speaks for all endpoints.
    private static UpstreamShowed OfUnavailable(StanzaPresence stanza, Address watcher, DateTimeOffset now) => stanza.From!.Resource is { } resource
        ? new UpstreamShowed(watcher, [new Fragment(resource, Presence.Core.Model.Availability.Offline, Cut(stanza.Status), stanza.StatusLang, 0, now)], IsFullState: false)
        : new UpstreamShowed(watcher, [], IsFullState: true);

    // An error answers something that we sent for the watcher `to`; which one it was makes no difference to what can be known now.
    private static PresenceArrival OfError(StanzaError error, Address presentity, Address watcher) => error.Condition switch
    {
        StanzaCondition.ItemNotFound or StanzaCondition.Gone or StanzaCondition.JidMalformed => new(presentity, new UpstreamDenied(watcher, PresenceReason.NoSuchPresentity)),
        StanzaCondition.Forbidden or StanzaCondition.NotAllowed or StanzaCondition.NotAuthorized or StanzaCondition.PolicyViolation
            => new(presentity, new UpstreamDenied(watcher, PresenceReason.Rejected)),
        _ => new(presentity, new UpstreamFailed(watcher, XmppErrors.ToFailure(error, isBare: true).Condition, null)),
    };

    private static Fragment FragmentOf(StanzaPresence stanza, AvailabilityTables tables, DateTimeOffset now, bool isRich)
    {
        var shown = tables.FromShow(stanza.Show);
        return new Fragment(stanza.From!.Resource ?? "", isRich ? RichPresence.Read(stanza, shown, tables) : shown, Cut(stanza.Status), stanza.StatusLang, stanza.Priority, now);
    }

    private static string? Cut(string? note)
    {
        if (string.IsNullOrWhiteSpace(note)) return null;
        if (note.Length <= NoteCharsMax) return note;
        return note[..(char.IsHighSurrogate(note[NoteCharsMax - 1]) ? NoteCharsMax - 1 : NoteCharsMax)];
    }
}
