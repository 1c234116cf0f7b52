using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;
using Presence.Core;

namespace Gateway.Xmpp.Stanzas;

/// <summary>A message that came as a stanza: success is silence, or a receipt where one was asked for and may be had (XEP-0184); failure is an error stanza.</summary>
internal sealed class XmppMessageArrival(XmppContext context, FederatedPeer principal, Message stanza, Passage passage, MessageContent content)
    : MessageArrival(passage, content)
{
    /// <summary>Finished when the message has arrived, or the error has left: only then it counts as handled (XEP-0198).</summary>
    public StanzaTicket Ticket { get; init; }

    /// <summary>How states are shown.</summary>
    public required AvailabilityTables Tables { get; init; }

    public override void Answer(in Outcome outcome)
    {
        // It has arrived: coming again would be worse than a receipt that is lost with us.
        if (outcome.IsDelivered) Ticket.Finish();
        bool saysWhereHeIs = outcome.Failure is { } failure ? Secrecy.TellsOfPresence(failure.Condition) : Content is { WantsReceipt: true, Id: not null };
        if (saysWhereHeIs) _ = TellInConfidenceAsync(outcome);
        else if (outcome.Failure is { } told) Refuse(told);
    }

    private async Task TellInConfidenceAsync(Outcome outcome)
    {
        context.CountUntold(1);
        try
        {
            var view = await FindAsync();
            if (outcome.Failure is { } failure) Refuse(view is { Authorization: AuthorizationPhase.Granted } ? failure : Secrecy.Unsaid(failure));
            else if (Secrecy.IsShown(view, Tables)) SendReceipt();
        }
        finally
        {
            context.CountUntold(-1);
        }
    }

    private async ValueTask<WatcherView?> FindAsync()
    {
        try
        {
            return await context.Crossing.FindAsync(Passage.To, Passage.From, CancellationToken.None);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed("telling what became of a message", bug);
            return null;
        }
    }

    private void Refuse(Failure failure)
    {
        // RFC 6121 §8.5.2.2.1: a headline expects no answer, not even that nobody saw it. Crossing and metric have counted it.
        if (stanza.Type == MessageType.Headline) Ticket.Finish();
        else context.Door.Refuse(principal, stanza, XmppErrors.ToStanzaError(failure), Ticket);
    }

    private void SendReceipt()
    {
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        ContentToXmpp.WriteReceipt(ref writer, Passage, Content.Id!, context.NewId());
        writer.Flush();
        context.Links.Send(Passage.To.Domain, Passage.From.Domain, principal.Peer, output.WrittenSpan, null);
    }
}
