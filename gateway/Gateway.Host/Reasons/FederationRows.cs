using Gateway.Federation;
using Gateway.Mapping.Errors;
using Presence.Core.Model;

namespace Gateway.Host.Reasons;

/// <summary>Rows of the crossing and of the core. Answers and texts are the ones the rooms give; only the next step is written here.</summary>
internal static class FederationRows
{
    public static IEnumerable<ReasonRow> All =>
    [
        .. Steps.Select(s => Row(FederationReasons.FailureOf(s.Reason), s.NextStep)),
        .. PresenceSteps.Select(s => Row(PresenceFailures.FailureOf(s.Reason), s.NextStep)),
    ];

    private static readonly (FederationReason Reason, string NextStep)[] Steps =
    [
        (FederationReason.UnknownPeer, "If this system should be a partner, add a peer that names the domain in fromDomains, or enable discovery."),
        (FederationReason.PeerNotProved, "Read the text: it names the certificate's fault. `gateway doctor` looks at the partner's certificate; compare it with tlsSubjects and trust of its peer."),
        (FederationReason.FromDomainNotAllowed, "If the partner may speak for that domain, add it to fromDomains of its peer; else tell the partner."),
        (FederationReason.UnknownDomain, "Name the domain in fromDomains of the peer behind which its users are, or in domains."),
        (FederationReason.DomainBlocked, "Somebody blocked it: domains[].blocked or policy.blockedDomains."),
        (FederationReason.DomainPairNotAllowed, "Both domains are reached by one protocol: allow the pair in policy.transit. Or policy.allowedDomains, or partnerDomains of the peer, leaves one out."),
        (FederationReason.NoRoute, "`gateway route explain FROM TO` says which step found nothing; add a route, or the domain to a peer."),
        (FederationReason.Loop, "The partner sent us something for its own domain: its routing points the wrong way, or the user exists on neither side."),
        (FederationReason.RejectedByRule, "The text names the rule; `gateway route explain FROM TO --method METHOD` shows why it was the first that fits. SIP status and words are the rule's own."),
        (FederationReason.LinkDenied, "policy of the peer is denied: set it to trusted, or remove it, when the partner may speak again; `gateway reload`."),
        (FederationReason.UserBlocked, "Nothing: the user, or an access rule, decided so."),
        (FederationReason.OutgoingFromDenied, "policy.filters of the far protocol, outgoingFrom: list or unlist the sending domain if it should pass."),
        (FederationReason.OutgoingToDenied, "policy.filters of the far protocol, outgoingTo: list or unlist the destination domain or address if it should pass."),
        (FederationReason.IncomingFromDenied, "policy.filters of the peer's protocol, incomingFrom: list or unlist the sending domain or address if it should pass."),
        (FederationReason.IncomingToDenied, "policy.filters of the peer's protocol, incomingTo: list or unlist the destination domain if it should pass."),
        (FederationReason.UserUnknown, "Check the address with the sender: the peer named here has no such user. Many of them mean that one of the two directories is out of date."),
        (FederationReason.RateExceeded, "Raise limits.requestsPerSecondMax of the peer (discovery.xmpp.limits or discovery.sip.limits for a discovered one) if the traffic is honest."),
        (FederationReason.SubscriptionsExceeded,
            "If its users are real, configure the domain as a peer, or raise limits.newSubscriptionsPerHourMax; if they are invented, block the domain: policy.blockedDomains."),
        (FederationReason.TlsTooOld, "Update the peer's TLS, or lower tlsVersionMin of the peer."),
        (FederationReason.Overloaded, "Look at CPU, the store's disk and `gateway status`; raise limits only with memory to spare."),
        (FederationReason.LinkUnavailable, "`gateway doctor PEER` tries each hop to the target and says which one fails."),
        (FederationReason.QueueFull, "The target takes too little: `gateway doctor PEER`, then its limits.queuedItemsMax."),
        (FederationReason.Draining, "Nothing: the gateway was being stopped."),
        (FederationReason.InternalError, "Report it with the error of the log that stands beside it."),
        (FederationReason.None, "Nothing was refused."),
    ];

    private static readonly (PresenceReason Reason, string NextStep)[] PresenceSteps =
    [
        (PresenceReason.Rejected, "Nothing: the user said no."),
        (PresenceReason.NoSuchPresentity, "Check the address; the user's home does not know it."),
        (PresenceReason.Expired, "Nothing: subscriptions end when nobody refreshes them."),
        (PresenceReason.LegLost, "Nothing, unless it happens often: then look at the peer's connections in `gateway status`."),
        (PresenceReason.Deactivated, "Nothing: the watcher's system subscribes again."),
        (PresenceReason.LimitReached, "One user has more watchers than the core keeps; find out whether they are honest."),
        (PresenceReason.LegTooLarge, "A peer's route set is longer than 16 KiB; look at the proxies before it."),
        (PresenceReason.Busy, "Nothing, unless it happens often: the store may be slow (`gateway status`, engine)."),
        (PresenceReason.StoreUnavailable, "Check the disk of store.sqlite: space, permissions, errors in the system's log."),
        (PresenceReason.UnknownWatcher, "Nothing: the peer spoke of a subscription that has ended; it will build a new one."),
        (PresenceReason.Blocked, "Nothing: an access rule decided so."),
        (PresenceReason.ExpiresTooBrief, "Nothing: the watcher asks again for longer; presence.expiresMin is the bound."),
        (PresenceReason.None, "Nothing was refused."),
    ];

    private static ReasonRow Row(Failure failure, string nextStep)
    {
        if (failure.Condition == Condition.None) return new ReasonRow(failure.Reason, "", "", failure.Text, nextStep);
        var microsoft = ErrorTable.ToSip(failure, SipRequestKind.NonInvite, isMicrosoft: true).Status;
        var other = ErrorTable.ToSip(failure, SipRequestKind.NonInvite, isMicrosoft: false).Status;
        var sip = microsoft == other ? $"{microsoft}" : $"{microsoft} (others {other})";
        return new ReasonRow(failure.Reason, sip, ConditionWord(failure.Condition), failure.Text, nextStep);
    }

    // remote-server-timeout: the words of RFC 6120 §8.3.3 are the members' names with hyphens.
    private static string ConditionWord(Condition condition) =>
        string.Concat(condition.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : $"{char.ToLowerInvariant(c)}"));
}
