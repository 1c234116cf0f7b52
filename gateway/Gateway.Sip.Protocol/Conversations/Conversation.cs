using static Gateway.Sip.Protocol.Conversations.ConversationInput;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>
/// An IM conversation with a Microsoft user (field facts C1 to C6; RFC 3261 §13 to §15, RFC 7573): messages travel only inside an INVITE
/// dialog, one at a time, in order. Per leg:
/// <code>
/// Send ▸ Inviting ─200: ACK▸ Established ◂ACK─ AwaitAck ◂ INVITE
///           │ time: CANCEL       │ a later leg stands: Draining ─answered: BYE▸ gone
///           ▾                    │ 481, 408, 480, 500 to a MESSAGE: gone, INVITE again, once per message
///       Cancelling               ▾ BYE, idle, close: gone
/// </code>
/// </summary>
public static class Conversation
{
    public static Step<ConversationState, ConversationOutput> On(
        ConversationState s, ConversationInput input, ConversationOptions options, SipTimers timers, DateTimeOffset now)
    {
        var turn = new ConversationTurn(s, options, timers, now);
        switch (input)
        {
            case MessageReceived m: turn.OnMessageReceived(m.Leg); break;
            case MessageAnswered a: turn.OnMessageAnswered(a.Leg, a.Status); break;
            case MessageLost l: turn.OnMessageLost(l.Leg, l.WasWritten); break;
            case Send send: turn.OnSend(send.Message); break;
            case SendTyping typing: turn.OnSendTyping(typing.IsTyping); break;
            case TypingReceived t: turn.OnTypingReceived(t.Leg, t.IsTyping, t.RefreshSeconds); break;
            case Invited i: turn.OnInvited(i.TypingMode, i.Session); break;
            case Acknowledged a: turn.OnAcknowledged(a.Leg); break;
            case Ringing r: turn.OnRinging(r.Leg); break;
            case Accepted a: turn.OnAccepted(a.Leg, a.RemoteTag, a.TypingMode, a.Session); break;
            case InviteFailed f: turn.OnInviteFailed(f.Leg, f.Status); break;
            case Refreshed r: turn.OnRefreshed(r); break;
            case RefreshAnswered r: turn.OnRefreshAnswered(r); break;
            case Bye b: turn.OnLegGone(b.Leg, SipReason.EndedByPeer); break;
            case LegUnknown u: turn.OnLegGone(u.Leg, SipReason.PeerLost); break;
            case Close c: turn.OnClose(c.Reason, c.AtOnce); break;
            default: turn.OnTick(); break;
        }

        return turn.Finish();
    }
}
