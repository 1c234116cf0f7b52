using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Federation;

/// <summary>
/// The inward door as the sides see it. A side has already authenticated the connection; each call names the principal that <see cref="PeerRegistry"/> admitted for the
/// claimed From domain.
/// </summary>
public interface ICrossing
{
    /// <summary>Enter 1–7 for a message: answers <paramref name="arrival"/> exactly once, now or later.</summary>
    void Enter(FederatedPeer principal, MessageArrival arrival);

    /// <summary>Enter for a chat state: passed on or dropped.</summary>
    void Enter(FederatedPeer principal, ChatStateArrival arrival);

    /// <summary>Enter for the failure of a message that had been answered with success: handed to its sender's side, or dropped.</summary>
    void Enter(FederatedPeer principal, LateFailureArrival arrival);

    /// <summary>Enter 1–7 for something that stays within its protocol: answers <paramref name="arrival"/> exactly once, now or later.</summary>
    void Enter(FederatedPeer principal, RelayArrival arrival);

    /// <summary>Enter 1 and the rates, for a request that the side answers by itself; false when the peer asks too much or we are stopping.</summary>
    bool Admits(FederatedPeer principal, Protocol cameBy);

    /// <summary>
    /// The same and Enter 3, where what is answered is asked of one of our domains: whether the sender may speak to <paramref name="to"/> at all (filters, partners).
    /// </summary>
    FederationReason Judge(FederatedPeer principal, Protocol cameBy, string to);

    /// <summary>
    /// Enter 1–4 for presence: rights, then the engine. <paramref name="presentity"/> names the unit; the passage's From is whoever sent it (the watcher for watcher commands, the
    /// presentity for upstream ones).
    /// </summary>
    ValueTask<PresenceAnswer> EnterAsync(
        FederatedPeer principal, Passage passage, Address presentity, PresentityCommand command, CancellationToken cancellation);

    /// <summary>The pair as the core knows it, for in-dialog requests after a restart; null when unknown.</summary>
    ValueTask<WatcherView?> FindAsync(Address presentity, Address watcher, CancellationToken cancellation);

    /// <summary>The next durable CSeq block of a leg.</summary>
    ValueTask<uint> ReserveSequenceAsync(Address presentity, Address watcher, string legId, CancellationToken cancellation);

    /// <summary>Whether <paramref name="domain"/> is served towards <paramref name="protocol"/>, i.e. may stand in a Request-URI or a stanza's <c>to</c> there.</summary>
    bool IsServed(string domain, Protocol protocol);
}

/// <summary>The engine's reply, or the refusal that came before it.</summary>
public readonly record struct PresenceAnswer(PresenceReply Reply, Failure? Failure)
{
    public bool IsAccepted => Failure is null && Reply.IsAccepted;
}
