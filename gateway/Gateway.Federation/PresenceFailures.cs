using Presence.Core.Model;

namespace Gateway.Federation;

/// <summary>The public face of each <see cref="PresenceReason"/> as an answer to a command. One table; a test forbids a missing row.</summary>
public static class PresenceFailures
{
    private static readonly Failure[] Failures = [.. Enum.GetValues<PresenceReason>().Order().Select(Make)];

    public static Failure FailureOf(PresenceReason reason) => Failures[(int)reason];

    /// <summary><c>presence.Member</c>.</summary>
    public static string NameOf(PresenceReason reason) => Failures[(int)reason].Reason;

    private static Failure Make(PresenceReason reason)
    {
        var (condition, text, retryAfterSeconds) = Describe(reason);
        return new Failure(condition, $"presence.{reason}", text) { RetryAfterSeconds = retryAfterSeconds };
    }

    private static (Condition Condition, string Text, int? RetryAfterSeconds) Describe(PresenceReason reason) => reason switch
    {
        PresenceReason.None => (Condition.None, "", null),
        PresenceReason.Rejected => (Condition.Forbidden, "The user does not share presence with this address.", null),
        PresenceReason.NoSuchPresentity => (Condition.ItemNotFound, "The user does not exist.", null),
        PresenceReason.Expired => (Condition.UnexpectedRequest, "The subscription has ended.", null),
        PresenceReason.LegLost => (Condition.ItemNotFound, "The subscription is no longer known.", null),
        PresenceReason.Deactivated => (Condition.RecipientUnavailable, "The gateway ended this subscription.", null),
        PresenceReason.LimitReached => (Condition.ResourceConstraint, "Too many subscriptions.", 600),
        PresenceReason.LegTooLarge => (Condition.NotAcceptable, "The request's route information is too large.", null),
        PresenceReason.Busy => (Condition.ResourceConstraint, "The user's presence is changing too fast; try again.", 5),
        PresenceReason.StoreUnavailable => (Condition.InternalServerError, "The gateway's store is unavailable; nothing was changed.", null),
        PresenceReason.UnknownWatcher => (Condition.ItemNotFound, "The subscription is not known.", null),
        PresenceReason.Blocked => (Condition.Forbidden, "The user does not accept subscriptions from this address.", null),
        PresenceReason.ExpiresTooBrief => (Condition.NotAcceptable, "The subscription would be too short.", null),

        // A member without a row must not stop the gateway; the test that walks the enum stops the build instead.
        _ => (Condition.InternalServerError, "", null),
    };
}
