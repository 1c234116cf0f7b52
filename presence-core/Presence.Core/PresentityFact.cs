using System.Collections.Immutable;
using Presence.Core.Model;
using Presence.Core.Upstream;

namespace Presence.Core;

/// <summary>What has become true of a presentity. Committed first, then folded into the state by <see cref="Presentity.Apply"/>; <see cref="Watcher"/> tells which pair changes.</summary>
public abstract record PresentityFact(Address Watcher);

/// <summary>A leg began, was refreshed, or has a new document.</summary>
public sealed record LegKept(Address Watcher, Leg Leg, DateTimeOffset? ExpiresAt) : PresentityFact(Watcher);

/// <summary>A leg is no more.</summary>
public sealed record LegDropped(Address Watcher, string LegId, PresenceReason Reason) : PresentityFact(Watcher);

/// <summary>A poll waits for the presentity's home.</summary>
public sealed record PollKept(Address Watcher, Leg Leg, DateTimeOffset AnswerBy) : PresentityFact(Watcher);

/// <summary>A poll was answered.</summary>
public sealed record PollDropped(Address Watcher, string LegId) : PresentityFact(Watcher);

/// <summary>The authorization changed; a refusal is remembered until <paramref name="ForgetAt"/>.</summary>
public sealed record AuthorizationChanged(Address Watcher, AuthorizationPhase Phase, DateTimeOffset? ForgetAt = null) : PresentityFact(Watcher);

/// <summary>The upstream subscription changed.</summary>
public sealed record UpstreamChanged(Address Watcher, UpstreamState Upstream) : PresentityFact(Watcher);

/// <summary>The presentity's state for this watcher changed. A soft fact: its home can be asked again.</summary>
public sealed record StateChanged(Address Watcher, bool IsKnown, ImmutableArray<Fragment> Fragments) : PresentityFact(Watcher);

/// <summary>The pair is forgotten.</summary>
public sealed record PairDropped(Address Watcher) : PresentityFact(Watcher);

/// <summary>A new owner speaks for the unit.</summary>
public sealed record EpochTaken(long Epoch) : PresentityFact(default(Address));
