using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Errors;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;

namespace Gateway.Sip.Conversations;

/// <summary>A MESSAGE that waits for its final response; the answer goes back on the connection it came by.</summary>
internal sealed class SipMessageArrival(
    SipSide side, SipConnection connection, SipRequest request, PeerModel peer, string? toTag, Passage passage, MessageContent content)
    : MessageArrival(passage, content)
{
    public override void Answer(in Outcome outcome)
    {
        if (outcome.Failure is { } failure) side.Requests.Responder.Refuse(connection, request, failure, peer, SipRequestKind.NonInvite);
        else Responder.Plain(connection, request, 200, toTag);
    }
}
