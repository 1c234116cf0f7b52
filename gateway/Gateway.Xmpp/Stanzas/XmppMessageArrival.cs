using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;
using Presence.Core;

namespace Gateway.Xmpp.Stanzas;

/// <summary>A message that came as a stanza: success is silence, or a receipt where one was asked for (XEP-0184); failure is an error stanza to its sender.</summary>
internal sealed class XmppMessageArrival(XmppContext context, FederatedPeer principal, Message stanza, Passage passage, MessageContent content)
    : MessageArrival(passage, content)
{
    /// <summary>Finished when the message has arrived, or the error has left: only then it counts as handled (XEP-0198).</summary>
    public StanzaTicket Ticket { get; init; }

    public override void Answer(in Outcome outcome)
    {
        if (outcome.Failure is { } failure && Secrecy.TellsOfPresence(failure.Condition))
        {
            _ = TellInConfidenceAsync(failure);
            return;
        }
        Tell(outcome);
    }

    private async Task TellInConfidenceAsync(Failure failure)
    {
        context.CountUntold(1);
        try
        {
            bool isFriend = await context.Crossing.FindAsync(Passage.To, Passage.From, CancellationToken.None) is { Authorization: AuthorizationPhase.Granted };
            Tell(Outcome.Failed(isFriend ? failure : Secrecy.Unsaid(failure)));
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed("telling a failure", bug);
            Tell(Outcome.Failed(Secrecy.Unsaid(failure)));
        }
        finally
        {
            context.CountUntold(-1);
        }
    }

    private void Tell(in Outcome outcome)
    {
        if (outcome.Failure is { } failure)
        {
            // RFC 6121 §8.5.2.2.1: a headline expects no answer, not even that nobody saw it. Crossing and metric have counted it.
            if (stanza.Type == MessageType.Headline) Ticket.Finish();
            else context.Door.Refuse(principal, stanza, XmppErrors.ToStanzaError(failure), Ticket);
            return;
        }
        // It has arrived: coming again would be worse than a receipt that is lost with us.
        Ticket.Finish();
        if (!Content.WantsReceipt || Content.Id is null) return;
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        ContentToXmpp.WriteReceipt(ref writer, Passage, Content.Id, context.NewId());
        writer.Flush();
        context.Links.Send(Passage.To.Domain, Passage.From.Domain, principal.Peer, output.WrittenSpan, null);
    }
}
