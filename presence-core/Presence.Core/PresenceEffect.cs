using Presence.Core.Model;

namespace Presence.Core;

/// <summary>
/// What must become true after a decision is durable. An effect says what, never which bytes; performing one twice is harmless: presence is
/// level-triggered, subscribe and its kin are idempotent (RFC 6121 Appendix A).
/// </summary>
public abstract record PresenceEffect(Address Presentity, Address Watcher);

/// <summary>The watcher's leg must have seen the pair's state at or after this version (NOTIFY; presence stanza). An empty leg id means every leg of the watcher.</summary>
public sealed record Show(Address Presentity, Address Watcher, string LegId) : PresenceEffect(Presentity, Watcher);

/// <summary>The leg must end, after a last state if the watcher may see one (NOTIFY <c>terminated</c>; XMPP <c>unavailable</c>).</summary>
public sealed record End(Address Presentity, Address Watcher, Leg Leg, PresenceReason Reason) : PresenceEffect(Presentity, Watcher);

/// <summary>The watcher must know the presentity's answer (XMPP <c>subscribed</c> or <c>unsubscribed</c>; nothing on SIP, where Show and End say it).</summary>
public sealed record Tell(Address Presentity, Address Watcher, bool IsGranted, PresenceReason Reason) : PresenceEffect(Presentity, Watcher);

/// <summary>The presentity's home must be asked (SUBSCRIBE or <c>subscribe</c>; refresh or <c>probe</c>; Expires 0 or <c>unsubscribe</c>/<c>unavailable</c>).</summary>
public sealed record AskUpstream(Address Presentity, Address Watcher, UpstreamRequest Request, Leg? Leg) : PresenceEffect(Presentity, Watcher);

/// <summary>What is asked of the presentity's home.</summary>
public enum UpstreamRequest
{
    /// <summary>Authorization and state, as a first asking: SIP SUBSCRIBE in a new dialog; XMPP <c>subscribe</c>.</summary>
    Subscribe,

    /// <summary>State only, the authorization being granted already: SIP SUBSCRIBE (refresh in the leg's dialog, or a new one where there is none); XMPP <c>probe</c>.</summary>
    Refresh,

    /// <summary>The watcher listens no more, the authorization stays: SIP Expires 0; XMPP directed <c>unavailable</c>.</summary>
    Pause,

    /// <summary>The authorization is given up: SIP Expires 0; XMPP <c>unsubscribe</c>.</summary>
    Unsubscribe,
}
