using Presence.Core.Model;

namespace Presence.Core;

/// <summary>
/// One thing that happens to a presentity's unit, in neutral words. Each names the watcher it concerns; authorizations and upstream
/// subscriptions are held per (watcher, presentity) pair, because both protocols grant presence to one watcher at a time (RFC 6121 §3, RFC 8048 §8.2).
/// </summary>
public abstract record PresentityCommand(Address Watcher);

// ---- from the watcher's side -------------------------------------------------------------------------------------------------

/// <summary>A watcher that listens for a bounded time (SIP SUBSCRIBE, initial or refresh; the leg's id tells which). RFC 6665 §4.2.1.</summary>
public sealed record Watch(Address Watcher, Leg Leg, int ExpiresSeconds) : PresentityCommand(Watcher);

/// <summary>The watcher ends one leg (SUBSCRIBE with Expires 0 in its dialog). The authorization stays (RFC 8048 §5.1).</summary>
public sealed record Unwatch(Address Watcher, Leg Leg) : PresentityCommand(Watcher);

/// <summary>One answer and no more (SUBSCRIBE with Expires 0 outside a dialog). RFC 6665 §4.4.3.</summary>
public sealed record Poll(Address Watcher, Leg Leg) : PresentityCommand(Watcher);

/// <summary>A watcher that asks for a lasting authorization (XMPP <c>subscribe</c>). RFC 6121 §3.1.</summary>
public sealed record RequestAuthorization(Address Watcher, Leg Leg) : PresentityCommand(Watcher);

/// <summary>The watcher gives its authorization up (XMPP <c>unsubscribe</c>). RFC 6121 §3.3.</summary>
public sealed record WithdrawAuthorization(Address Watcher) : PresentityCommand(Watcher);

/// <summary>The watcher asks what the state is now (XMPP <c>probe</c>). RFC 6121 §4.3.</summary>
public sealed record Probe(Address Watcher, Leg Leg) : PresentityCommand(Watcher);

/// <summary>The watcher's side could not reach a leg any more (481 to NOTIFY, no answer, peer gone for good).</summary>
public sealed record LegLost(Address Watcher, string LegId) : PresentityCommand(Watcher);

/// <summary>The watcher's dialog changed (remote target refreshed): keep the new document.</summary>
public sealed record LegChanged(Address Watcher, Leg Leg) : PresentityCommand(Watcher);

// ---- from the presentity's side (upstream) -----------------------------------------------------------------------------------

/// <summary>The upstream subscription stands (2xx to SUBSCRIBE): keep its leg; it lasts until <paramref name="ExpiresAt"/>.</summary>
public sealed record UpstreamAccepted(Address Watcher, Leg Leg, DateTimeOffset ExpiresAt) : PresentityCommand(Watcher);

/// <summary>The presentity has been asked and has not yet decided (NOTIFY <c>pending</c>).</summary>
public sealed record UpstreamPending(Address Watcher) : PresentityCommand(Watcher);

/// <summary>The presentity agreed (XMPP <c>subscribed</c>, first NOTIFY <c>active</c>).</summary>
public sealed record UpstreamGranted(Address Watcher) : PresentityCommand(Watcher);

/// <summary>The presentity refused or took its agreement back (XMPP <c>unsubscribed</c>, NOTIFY <c>rejected</c>, 403, 489, 603).</summary>
public sealed record UpstreamDenied(Address Watcher, PresenceReason Reason) : PresentityCommand(Watcher);

/// <summary>
/// State arrived for this watcher. With <paramref name="IsFullState"/> the fragments replace all earlier ones (a PIDF document); without, each
/// replaces the one of its endpoint, and an <see cref="Availability.Offline"/> one removes it (an XMPP presence stanza).
/// </summary>
public sealed record UpstreamShowed(Address Watcher, IReadOnlyList<Fragment> Fragments, bool IsFullState) : PresentityCommand(Watcher);

/// <summary>The upstream could not be asked now: keep the authorization, try again later (408, 5xx, transport, remote-server-timeout).</summary>
public sealed record UpstreamFailed(Address Watcher, Condition Condition, int? RetryAfterSeconds) : PresentityCommand(Watcher);

/// <summary>The upstream subscription ended without a refusal (deactivated, timeout, probation, giveup, 481): ask again as the reason allows (RFC 6665 §4.1.3).</summary>
public sealed record UpstreamEnded(Address Watcher, bool RetryNow, int? RetryAfterSeconds) : PresentityCommand(Watcher);

/// <summary>
/// An operator says that the home has forgotten an authorization that stands here, or never heard that it was asked for (RN-049): it is asked for anew. What is shown stays meanwhile.
/// </summary>
public sealed record AskAnew(Address Watcher) : PresentityCommand(Watcher);

// ---- from time and the engine -------------------------------------------------------------------------------------------------

/// <summary>A deadline of the unit may have come. Recomputes everything from the state and now: late or twice is harmless.</summary>
public sealed record Expire() : PresentityCommand(default(Address));

/// <summary>The gateway's own rules changed: every pair is brought in line with them.</summary>
public sealed record Reconsider() : PresentityCommand(default(Address));

/// <summary>A new owner took the unit over (start of the process): legs under an older epoch are spoken for again, upstreams are asked again.</summary>
public sealed record Resume(long Epoch) : PresentityCommand(default(Address));
