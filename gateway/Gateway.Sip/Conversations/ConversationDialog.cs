using Gateway.Federation.Peers;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Conversations;

/// <summary>One leg of a conversation: the machine's number, and the dialog behind it. Owned by its conversation's gate.</summary>
internal sealed class ConversationDialog(Conversation conversation, int number, PeerModel peer, string callId, string localTag)
{
    private int version;
    private long taken = -1;
    private SipMessageArrival? waiting;

    public Conversation Conversation { get; } = conversation;

    public int Number { get; } = number;

    /// <summary>The peer that made it: the same ids from another peer are no dialog (design law 11).</summary>
    public PeerModel Peer { get; } = peer;

    public string CallId { get; } = callId;

    public string LocalTag { get; } = localTag;

    /// <summary>Null while our INVITE has no answer.</summary>
    public DialogState? State { get; set; }

    /// <summary>Our INVITE, while its transaction lives.</summary>
    public Inviting? Invite { get; set; }

    /// <summary>The last 2xx to our INVITE: what is acknowledged, and a fork's dialog is made of.</summary>
    public SipResponse? Accepted { get; set; }

    public uint InviteCSeq { get; set; } = 1;

    /// <summary>Where the last request of the dialog came or went: its ACK takes the same way.</summary>
    public SipConnection? Connection { get; set; }

    /// <summary>Where its INVITE was taken after another machine had refused it: what follows goes there too. Null for any other dialog.</summary>
    public SipConnection? Preferred { get; set; }

    /// <summary>Its accept-types name text/html.</summary>
    public bool TakesHtml { get; set; }

    /// <summary>The message that is out as HTML, should the client refuse it in spite of its word.</summary>
    public ConversationOutput.SendMessage? HtmlOut { get; set; }

    /// <summary>Our description, the same in each answer of the leg while the peer's offers stay the same.</summary>
    public byte[] LocalDescription { get; set; } = [];

    /// <summary>Sends our last 2xx again; null once its ACK has come.</summary>
    public Action? RepeatAccept { get; set; }

    /// <summary>That 2xx carried an offer of ours, which only the ACK answers.</summary>
    public bool IsOfferOut { get; set; }

    /// <summary>Our refresh that waits for its answer.</summary>
    public Refreshing? Refresh { get; set; }

    /// <summary>The peer's Allow lists UPDATE: the lighter refresh (RFC 4028 §7.4).</summary>
    public bool TakesUpdate { get; set; }

    /// <summary>The MESSAGE that came last, while it waits for its answer.</summary>
    public void Waits(SipMessageArrival message) => Volatile.Write(ref waiting, message);

    /// <summary>It was delivered.</summary>
    public void Took(SipMessageArrival message) => Volatile.Write(ref taken, message.Identity);

    public void Answered(SipMessageArrival message) => Interlocked.CompareExchange(ref waiting, null, message);

    /// <summary>
    /// Whether a MESSAGE whose number is not new is the last one again, whose answer was lost with its connection: it is answered like that one and not shown twice, and its sender
    /// does not hear from a 500 that nothing was shown. RFC 3261 §12.2.2 wants the 500 for a lower number.
    /// </summary>
    public bool TryRepeat(SipConnection connection, SipRequest message)
    {
        var identity = SipMessageArrival.IdentityOf(message);
        if (Volatile.Read(ref waiting) is { } last && last.Identity == identity && last.TryRepeat(connection, message)) return true;
        if (Volatile.Read(ref taken) != identity) return false;
        Requests.Responder.Plain(connection, message, 200);
        return true;
    }

    /// <summary>Our answer to an offer; the version goes up when it says something new (RFC 3264 §8).</summary>
    public void Answer(SessionDescription offer, string host, int port, string localUri)
    {
        if (offer.WriteAnswer(host, port, localUri, version).AsSpan().SequenceEqual(LocalDescription)) return;
        LocalDescription = offer.WriteAnswer(host, port, localUri, ++version);
    }

    /// <summary>Whether a new offer or INVITE of the peer meets one of ours (RFC 3261 §14.2, RFC 3311 §5.2).</summary>
    public bool IsGlare(SipMethod method) => State is null || IsOfferOut || Refresh is { Method: SipMethod.Invite } || (method == SipMethod.Invite && Invite is { HasFinal: false });
}

/// <summary>Identity of a dialog in the table: Call-ID and our tag.</summary>
internal readonly record struct DialogKey(string CallId, string LocalTag);
