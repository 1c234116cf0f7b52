using Gateway.Federation.Peers;

namespace Gateway.Federation;

/// <summary>
/// A message that was answered with success failed after all: the far server took it and sent it back (RFC 6120 §8.3). <see cref="Passage.From"/> is the addressee that could not be
/// reached, <see cref="Passage.To"/> the sender who must hear of it; <paramref name="MessageId"/> is the <see cref="Passage.Id"/> of the message, as far as the far server told the truth.
/// </summary>
/// <remarks>
/// Any proved peer can claim it for its own users: a side tells its user within a conversation that stands with this very pair, and nowhere else, and never answers it.
/// </remarks>
public sealed record LateFailureArrival(Passage Passage, UInt128 MessageId, Failure Failure);

/// <summary>A late failure on its way to the sender's side, through <paramref name="Peer"/>.</summary>
public sealed record LateFailureDeparture(Passage Passage, UInt128 MessageId, Failure Failure, PeerModel Peer);
