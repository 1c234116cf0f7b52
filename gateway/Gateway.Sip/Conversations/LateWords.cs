using Gateway.Federation;
using Presence.Core.Model;

namespace Gateway.Sip.Conversations;

/// <summary>What a SIP user reads when a message of theirs, answered 200, came back after all (decision 5).</summary>
internal static class LateWords
{
    public static string Of(Failure failure) => "[Not delivered] " + failure.Condition switch
    {
        Condition.ItemNotFound or Condition.Gone => "There is no such user.",
        Condition.RecipientUnavailable or Condition.ServiceUnavailable => "The user cannot be reached now.",
        Condition.Forbidden or Condition.NotAllowed or Condition.NotAuthorized or Condition.PolicyViolation or Condition.SubscriptionRequired
            or Condition.RegistrationRequired => "The user's system does not accept messages from you.",
        Condition.NotAcceptable or Condition.FeatureNotImplemented or Condition.BadRequest => "The user's system could not take a message of this kind.",
        Condition.ResourceConstraint => "The user's system is too busy; try again later.",
        Condition.RemoteServerNotFound or Condition.RemoteServerTimeout => "The user's system cannot be reached now.",
        _ => "The user's system sent your message back.",
    };
}
