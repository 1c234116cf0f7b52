namespace Gateway.Federation;

/// <summary>Why the crossing refused. Public name: <c>federation.Member</c>, the same in log, metric and status.</summary>
public enum FederationReason
{
    None,

    /// <summary>No peer record fits the connection's evidence.</summary>
    UnknownPeer,

    /// <summary>The peer's certificate does not prove it; the certificate reason tells why.</summary>
    PeerNotProved,

    /// <summary>A proved peer asserted a From domain that its record does not grant it.</summary>
    FromDomainNotAllowed,

    /// <summary>The To domain is served by nobody here.</summary>
    UnknownDomain,

    /// <summary>A domain table entry blocks this domain.</summary>
    DomainBlocked,

    /// <summary>No table allows this pair of domains.</summary>
    DomainPairNotAllowed,

    /// <summary>No route leads to the To domain.</summary>
    NoRoute,

    /// <summary>The route leads back to the peer it came from.</summary>
    Loop,

    /// <summary>A rule of the operator refuses it.</summary>
    RejectedByRule,

    /// <summary>The peer's record says that nothing is exchanged with it.</summary>
    LinkDenied,

    /// <summary>The user is blocked by an access rule.</summary>
    UserBlocked,

    /// <summary>The filter of our domains that may send out denies this one.</summary>
    OutgoingFromDenied,

    /// <summary>The filter of far domains that may be sent to denies this one.</summary>
    OutgoingToDenied,

    /// <summary>The filter of far domains that may send in denies this one.</summary>
    IncomingFromDenied,

    /// <summary>The filter of our domains that may be sent to denies this one.</summary>
    IncomingToDenied,

    /// <summary>The far system says that it has no such user.</summary>
    UserUnknown,

    /// <summary>The peer sends faster than its record allows.</summary>
    RateExceeded,

    /// <summary>Users of one domain, or of all discovered ones together, begin more new subscriptions than is taken in.</summary>
    SubscriptionsExceeded,

    /// <summary>The peer spoke an older TLS than its record allows.</summary>
    TlsTooOld,

    /// <summary>The gateway as a whole has no room (the only reason for 503).</summary>
    Overloaded,

    /// <summary>The target's link could not be used in time.</summary>
    LinkUnavailable,

    /// <summary>Too much is waiting for that target.</summary>
    QueueFull,

    /// <summary>The gateway is shutting down.</summary>
    Draining,

    /// <summary>A defect of ours; the log holds the cause.</summary>
    InternalError,
}
