using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Stanzas;

/// <summary>A message that came as a stanza: success is silence, or a receipt where one was asked for (XEP-0184); failure is an error stanza to its sender.</summary>
internal sealed class XmppMessageArrival(XmppContext context, FederatedPeer principal, Message stanza, Passage passage, MessageContent content)
    : MessageArrival(passage, content)
{
    public override void Answer(in Outcome outcome)
    {
        if (outcome.Failure is { } failure)
        {
            context.Door.Refuse(principal, stanza, XmppErrors.ToStanzaError(failure));
            return;
        }
        if (!Content.WantsReceipt || Content.Id is null) return;
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        ContentToXmpp.WriteReceipt(ref writer, Passage, Content.Id, context.NewId());
        writer.Flush();
        context.Links.Send(Passage.To.Domain, Passage.From.Domain, principal.Peer, output.WrittenSpan, null);
    }
}
