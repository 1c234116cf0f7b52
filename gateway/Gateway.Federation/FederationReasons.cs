using Presence.Core.Model;

namespace Gateway.Federation;

/// <summary>The public face of each <see cref="FederationReason"/>: name, neutral condition, words that are safe to show. One table; a test forbids a missing row.</summary>
public static class FederationReasons
{
    private static readonly Failure[] Failures = MakeFailures();

    /// <summary>The failure a sender is answered with.</summary>
    public static Failure FailureOf(FederationReason reason) => Failures[(int)reason];

    /// <summary><c>federation.Member</c>: the same in log, metric, status and test.</summary>
    public static string NameOf(FederationReason reason) => Failures[(int)reason].Reason;

    private static Failure[] MakeFailures()
    {
        var failures = new Failure[Enum.GetValues<FederationReason>().Length];
        foreach (var reason in Enum.GetValues<FederationReason>())
        {
            var (condition, text, retryAfterSeconds) = Describe(reason);
            failures[(int)reason] = new Failure(condition, $"federation.{reason}", text) { RetryAfterSeconds = retryAfterSeconds };
        }

        return failures;
    }

    private static (Condition Condition, string Text, int? RetryAfterSeconds) Describe(FederationReason reason) => reason switch
    {
        FederationReason.None => (Condition.None, "", null),
        FederationReason.UnknownPeer => (Condition.Forbidden, "This system is not a federation partner here.", null),
        FederationReason.PeerNotProved => (Condition.NotAuthorized, "The certificate does not prove the sending domain.", null),
        FederationReason.FromDomainNotAllowed => (Condition.Forbidden, "This system may not speak for the sending domain.", null),
        FederationReason.UnknownDomain => (Condition.RemoteServerNotFound, "The destination domain is not served here.", null),
        FederationReason.DomainBlocked => (Condition.NotAllowed, "Federation with this domain is blocked.", null),
        FederationReason.DomainPairNotAllowed => (Condition.NotAllowed, "These two domains may not communicate through this gateway.", null),
        FederationReason.NoRoute => (Condition.RemoteServerNotFound, "No route leads to the destination domain.", null),

        // A user who exists on neither side of a shared domain looks like a loop: say so as an unknown user (field fact A5).
        FederationReason.Loop => (Condition.ItemNotFound, "The destination leads back to the sender.", null),
        FederationReason.RejectedByRule => (Condition.Forbidden, "A rule of this gateway refuses this.", null),
        FederationReason.LinkDenied => (Condition.NotAllowed, "Communication with this system is switched off here.", null),
        FederationReason.UserBlocked => (Condition.Forbidden, "The user does not accept communication from this address.", null),

        // PS-126: a blocked way out is the sender's not-allowed; a blocked way in ends the stream with policy-violation before, and is the same for what slips through.
        FederationReason.OutgoingFromDenied => (Condition.NotAllowed, "The sending domain may not send to that network.", null),
        FederationReason.OutgoingToDenied => (Condition.NotAllowed, "Nothing may be sent to the destination domain.", null),
        FederationReason.IncomingFromDenied => (Condition.NotAllowed, "Nothing is taken from the sending domain.", null),
        FederationReason.IncomingToDenied => (Condition.NotAllowed, "Nothing is taken for the destination domain from that network.", null),
        FederationReason.UserUnknown => (Condition.ItemNotFound, "The user does not exist.", null),
        FederationReason.RateExceeded => (Condition.ResourceConstraint, "Too many requests from this system.", 5),
        FederationReason.SubscriptionsExceeded => (Condition.ResourceConstraint, "Too many new subscriptions from this domain.", 60),
        FederationReason.TlsTooOld => (Condition.Forbidden, "The system must speak a newer TLS.", null),
        FederationReason.Overloaded => (Condition.ServiceUnavailable, "The gateway is overloaded.", 10),
        FederationReason.LinkUnavailable => (Condition.RemoteServerTimeout, "The destination system could not be reached in time.", null),
        FederationReason.QueueFull => (Condition.ResourceConstraint, "Too much is waiting for the destination system.", 10),
        FederationReason.Draining => (Condition.ResourceConstraint, "The gateway is shutting down.", 30),
        FederationReason.InternalError => (Condition.InternalServerError, "The gateway failed to handle this.", null),
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "has no row"),
    };
}
