using Gateway.Federation;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Mapping.Sip;

/// <summary>
/// What the final failure of our SUBSCRIBE means for the authorization: RFC 8048 §5.2.2 and field fact D2. 403, 489 and 603 end it; an unknown user ends it only while it was being asked for;
/// everything else keeps it and tries again.
/// </summary>
public static class SubscribeOutcomes
{
    private const int UnknownUserRetrySeconds = 4 * 3_600;

    public static PresentityCommand OfFailure(Address watcher, Failure failure, bool isGranted)
    {
        switch (failure.SipStatus)
        {
            case 403 or 489 or 603:
                return new UpstreamDenied(watcher, PresenceReason.Rejected);
            case 404 or 604 when !isGranted:
                return new UpstreamDenied(watcher, PresenceReason.NoSuchPresentity);

            // A user who was there yesterday may be moving between pools: some hours' patience costs nothing.
            case 404 or 604:
                return new UpstreamFailed(watcher, Condition.ItemNotFound, failure.RetryAfterSeconds ?? UnknownUserRetrySeconds);
            case 481:
                return new UpstreamEnded(watcher, RetryNow: true, null);
            default:
                return new UpstreamFailed(watcher, failure.Condition, failure.RetryAfterSeconds);
        }
    }
}
