namespace Gateway.Federation;

/// <summary>
/// An instant message in neutral form. <see cref="Body"/> is plain Unicode text with LF line ends; <see cref="Xhtml"/> is a sanitised XHTML-IM body's inner markup (XEP-0071) or null.
/// </summary>
public sealed record MessageContent(string Body)
{
    public string? Xhtml { get; init; }

    public string? Subject { get; init; }

    /// <summary>The conversation's name in the sender's protocol (XMPP thread, SIP Call-ID), for carrying back only.</summary>
    public string? Thread { get; init; }

    /// <summary>The sender's own id of the message (stanza id), null where the protocol has none.</summary>
    public string? Id { get; init; }

    public string? Language { get; init; }

    /// <summary>When it was first sent, if it was held somewhere on the way (XEP-0203).</summary>
    public DateTimeOffset? DelayedSince { get; init; }

    /// <summary>The sender asked for a delivery receipt (XEP-0184).</summary>
    public bool WantsReceipt { get; init; }
}

/// <summary>What a user's hands do in a conversation (XEP-0085; RFC 3994; KeyboardActivity).</summary>
public enum ChatState
{
    Active,
    Composing,
    Paused,
    Inactive,

    /// <summary>The conversation was closed: SIP BYE, XMPP <c>gone</c>.</summary>
    Gone,
}

/// <summary>
/// A message that came in. A side derives from it to carry what it needs for the answer; <see cref="Answer"/> is called exactly once, from any thread, and must not block.
/// Success means: acknowledged by the peer where it counts, else written to an authenticated stream (towards XMPP); or a final 2xx (towards SIP).
/// </summary>
public abstract class MessageArrival(Passage passage, MessageContent content)
{
    public Passage Passage { get; } = passage;

    public MessageContent Content { get; } = content;

    /// <summary>Answers the sender in its own protocol.</summary>
    public abstract void Answer(in Outcome outcome);
}

/// <summary>A message on its way out through <paramref name="peer"/>: complete it exactly once, from any thread.</summary>
public sealed class MessageDeparture(MessageArrival arrival, Peers.PeerModel peer, Action<MessageDeparture, Outcome>? observer)
{
    private int isCompleted;

    public Passage Passage => arrival.Passage;

    public MessageContent Content => arrival.Content;

    public Peers.PeerModel Peer { get; } = peer;

    /// <summary>The peer that sent it; null in tests of one side alone.</summary>
    public Peers.PeerModel? CameFrom { get; init; }

    /// <summary>When it entered the crossing, as a timestamp of the injected clock.</summary>
    public long EnteredAt { get; init; }

    /// <summary>All ways to its addressee, <see cref="Peer"/> among them; null in tests of one side alone.</summary>
    public Routes.RouteChoice? Choice { get; init; }

    /// <summary>Ways that were tried before this one: it goes by a back-up.</summary>
    public int Tried { get; init; }

    /// <summary>Asked when nothing of it could be handed over; true when it was sent another way.</summary>
    internal Func<MessageDeparture, Failure, bool>? Failover { get; init; }

    internal MessageArrival Arrival => arrival;

    /// <summary>Hands the outcome back to the sender's side; a second call is ignored and returns false.</summary>
    public bool Complete(in Outcome outcome)
    {
        if (Interlocked.Exchange(ref isCompleted, 1) != 0) return false;
        if (outcome.Failure is { IsUnsent: true } failure && Failover is not null && Failover(this, failure)) return true;
        observer?.Invoke(this, outcome);
        arrival.Answer(outcome);
        return true;
    }
}

/// <summary>A chat state that came in; nobody waits for its answer.</summary>
public sealed record ChatStateArrival(Passage Passage, ChatState State, string? Thread);

/// <summary>A chat state on its way out through <paramref name="Peer"/>.</summary>
public sealed record ChatStateDeparture(Passage Passage, ChatState State, string? Thread, Peers.PeerModel Peer);
