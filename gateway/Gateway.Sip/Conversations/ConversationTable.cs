using Gateway.Federation;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol.Wire;
using Gateway.Sip.Requests;

namespace Gateway.Sip.Conversations;

internal sealed class ConversationTable(SipSide side)
{
    public int Count => 0;

    public void OnAck(SipRequest request) { }
    public void OnMessage(SipConnection connection, SipRequest request, Requester who) { _ = side; }
    public void OnRequest(SipConnection connection, SipRequest request, Requester who) { }
    public void Depart(MessageDeparture departure) { }
    public void Depart(ChatStateDeparture departure) { }
    public Task EndAllAsync(TimeSpan patience) => Task.CompletedTask;
    public void Sweep() { }
}
