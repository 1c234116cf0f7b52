using Gateway.Federation.Peers;

namespace Gateway.Federation;

/// <summary>
/// Something between two domains of one protocol, carried through as it is: rooms, requests, presence between XMPP servers that a transit entry joins. The gateway judges who may speak to whom
/// and keeps no state of it; each user's own server does. <see cref="Original"/> is bounded by what the side reads, opaque to the crossing, and only the same protocol's side may write it.
/// </summary>
public abstract class RelayArrival(Passage passage, ReadOnlyMemory<byte> original)
{
    public Passage Passage { get; } = passage;

    public ReadOnlyMemory<byte> Original { get; } = original;

    /// <summary>Called exactly once: delivered means acknowledged by the peer where it counts, else written to an authenticated stream.</summary>
    public abstract void Answer(in Outcome outcome);

    /// <summary>Called at most once, after an answer of success: it was held for a stream that never came back, and is lost after all.</summary>
    public abstract void Lose(Failure failure);
}

/// <summary>Something carried through, on its way out through <paramref name="peer"/>: complete it exactly once, from any thread.</summary>
public sealed class RelayDeparture(RelayArrival arrival, PeerModel peer, Action<RelayDeparture, Outcome>? observer)
{
    private int isCompleted;

    public Passage Passage => arrival.Passage;

    public ReadOnlyMemory<byte> Original => arrival.Original;

    public PeerModel Peer { get; } = peer;

    /// <summary>The peer that sent it; null in tests of one side alone.</summary>
    public PeerModel? CameFrom { get; init; }

    /// <summary>Hands the outcome back to the sender's side; a second call is ignored and returns false.</summary>
    public bool Complete(in Outcome outcome)
    {
        if (Interlocked.Exchange(ref isCompleted, 1) != 0) return false;
        observer?.Invoke(this, outcome);
        arrival.Answer(outcome);
        return true;
    }

    /// <summary>What was completed as delivered is lost after all; its sender must hear it.</summary>
    public void Lose(Failure failure) => arrival.Lose(failure);
}
