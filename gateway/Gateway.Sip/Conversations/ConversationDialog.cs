using Gateway.Federation.Peers;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol.Dialogs;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Conversations;

/// <summary>One leg of a conversation: the machine's number, and the dialog behind it. Owned by its conversation's gate.</summary>
internal sealed class ConversationDialog(Conversation conversation, int number, PeerModel peer, string callId, string localTag)
{
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

    /// <summary>Our description, the same in each answer of the leg.</summary>
    public byte[] LocalDescription { get; set; } = [];
}

/// <summary>Identity of a dialog in the table: Call-ID and our tag.</summary>
internal readonly record struct DialogKey(string CallId, string LocalTag);
