using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Ports;

namespace Gateway.Federation;

/// <summary>One protocol side as the crossing sees it. Implemented by SipSide and XmppSide; calls come from any thread and never block.</summary>
public interface ISide
{
    Protocol Protocol { get; }

    /// <summary>Takes the message; completes it exactly once (delivered, refused, or given up after 25 s).</summary>
    void Depart(MessageDeparture departure);

    /// <summary>Passes a chat state on if there is a conversation to carry it; else drops it.</summary>
    void Depart(ChatStateDeparture departure);

    /// <summary>Passes on what stays within this protocol; completes it exactly once. A side that relays nothing refuses.</summary>
    void Depart(RelayDeparture departure) => departure.Complete(Outcome.Failed(FederationReasons.FailureOf(FederationReason.DomainPairNotAllowed)));

    /// <summary>Tells a sender that its message, answered with success, failed after all. A side that has no words for it drops it; log and metric have it by then.</summary>
    void Depart(LateFailureDeparture departure)
    {
    }

    /// <summary>
    /// Makes a presence effect true towards <paramref name="peer"/>. Which of the two users lives on this side follows from the effect: Show, End and Tell go to the watcher's
    /// side, AskUpstream to the presentity's. Outcomes of the far side come back through the crossing as commands.
    /// </summary>
    ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, PeerModel peer, CancellationToken cancellation);
}
