namespace Presence.Core.Model;

/// <summary>Why the core refused a command or ended a watcher. Public name: <c>presence.Member</c>.</summary>
public enum PresenceReason
{
    None,

    /// <summary>The presentity's home said no (XMPP <c>unsubscribed</c>, SIP <c>rejected</c>, 403, 603).</summary>
    Rejected,

    /// <summary>The presentity does not exist (SIP <c>noresource</c>, <c>item-not-found</c>).</summary>
    NoSuchPresentity,

    /// <summary>The watcher's time ran out or it asked to end (RFC 6665 <c>timeout</c>).</summary>
    Expired,

    /// <summary>The watcher's dialog is gone (481, or its NOTIFY was not answered).</summary>
    LegLost,

    /// <summary>The gateway retired the subscription (RFC 6665 <c>deactivated</c>).</summary>
    Deactivated,

    /// <summary>Too many watchers, fragments or legs on one unit.</summary>
    LimitReached,

    /// <summary>The leg's document is larger than <see cref="Leg.DocumentBytesMax"/>.</summary>
    LegTooLarge,

    /// <summary>The same unit lost the race for its version too often; ask again.</summary>
    Busy,

    /// <summary>The store could not be reached; nothing was changed.</summary>
    StoreUnavailable,

    /// <summary>The command names a watcher or leg that the unit does not know.</summary>
    UnknownWatcher,

    /// <summary>An access rule of the core blocks this watcher.</summary>
    Blocked,

    /// <summary>The watcher asks for a shorter time than is granted here; the reply carries the least (RFC 6665 §4.2.1.1, 423).</summary>
    ExpiresTooBrief,
}
