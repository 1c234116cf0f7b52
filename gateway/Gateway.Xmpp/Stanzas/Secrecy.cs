using Gateway.Federation;
using Gateway.Mapping.Availability;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// What a failure may tell whom: RFC 6120 §8.3.3.19 and §10.5.3.1. That a user does not exist, or is not there, is for those to know whom the user lets see presence; everybody else hears the same
/// words in both cases. RFC 7247 §7.2 holds for the former (docs/decisions/0008).
/// </summary>
internal static class Secrecy
{
    /// <summary>True for the two conditions that say whether a user exists or is there.</summary>
    public static bool TellsOfPresence(Condition condition) => condition is Condition.ItemNotFound or Condition.RecipientUnavailable;

    /// <summary>
    /// True where the asker is shown that the user is there: to nobody else a receipt may tell it (XEP-0184 §8), not to who is politely blocked, and of nobody who shows himself as away for good.
    /// </summary>
    public static bool IsShown(WatcherView? view, AvailabilityTables tables) =>
        view is { Authorization: AuthorizationPhase.Granted, Fragments.Count: > 0 } && tables.Of(view.Best).IsXmppAvailable;

    /// <summary>The same failure for somebody who may not know its kind; our own log and metric keep its reason.</summary>
    public static Failure Unsaid(Failure failure) => new(Condition.ServiceUnavailable, failure.Reason, "The user cannot be reached.");
}
