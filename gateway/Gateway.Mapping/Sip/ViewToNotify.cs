using Gateway.Mapping.Addresses;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Documents;
using Gateway.Sip.Protocol.Wire;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Mapping.Sip;

/// <summary>What a SIP watcher is notified of: RFC 3856 §6.6, RFC 6665 §4.2, field facts B5, B6 and D3.</summary>
public static class ViewToNotify
{
    public const string ContentType = "application/pidf+xml";

    /// <summary>The body, or null for none: pending, refused, or nothing known yet.</summary>
    public static byte[]? Body(WatcherView view, AvailabilityTables tables, PidfStyle style, EndpointChoice choice = EndpointChoice.MostAvailable)
    {
        if (view.Authorization != AuthorizationPhase.Granted || !view.IsKnown) return null;
        if (view.Fragments.Count == 0) return ClosedBody(view.Presentity, style);
        var best = choice == EndpointChoice.MostAvailable ? view.Fragments[0] : view.Fragments.MaxBy(f => f.Priority)!;
        var row = tables.Of(best.Availability);
        return PidfWriter.Write(
            new PidfContent(SipAddresses.ToUri(view.Presentity), row.IsOpen)
            {
                Activity = style == PidfStyle.Microsoft ? row.MicrosoftActivity : row.RpidActivity,
                Show = row.XmppShow,
                Endpoint = best.Endpoint,
                Priority = best.Priority,
                Note = best.Note,
                NoteLanguage = best.Language,
            },
            style);
    }

    /// <summary>The document that says offline and nothing else: a polite refusal, a last state.</summary>
    public static byte[] ClosedBody(Address presentity, PidfStyle style) => PidfWriter.Write(new PidfContent(SipAddresses.ToUri(presentity), IsOpen: false), style);

    /// <summary>The state of a subscription that lives on.</summary>
    public static SubscriptionStateHeader StateOf(WatcherView view, uint expiresSeconds) =>
        new(view.Authorization == AuthorizationPhase.Granted ? "active" : "pending", ExpiresSeconds: expiresSeconds);

    /// <summary>The state of a subscription that ends, with the reason RFC 6665 §4.1.3 gives the watcher to act on.</summary>
    public static SubscriptionStateHeader Terminated(PresenceReason reason) => reason switch
    {
        PresenceReason.Rejected or PresenceReason.Blocked => new("terminated", "rejected"),
        PresenceReason.NoSuchPresentity => new("terminated", "noresource"),
        PresenceReason.Deactivated => new("terminated", "deactivated"),
        PresenceReason.LimitReached or PresenceReason.LegTooLarge => new("terminated", "giveup", RetryAfterSeconds: 3_600),
        PresenceReason.Busy or PresenceReason.StoreUnavailable => new("terminated", "probation", RetryAfterSeconds: 30),
        _ => new("terminated", "timeout"),
    };
}
