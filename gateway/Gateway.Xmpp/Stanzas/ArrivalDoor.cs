using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;
using Presence.Core;
using Presence.Core.Model;
using PresenceStanza = Gateway.Xmpp.Protocol.Stanzas.Presence;

namespace Gateway.Xmpp.Stanzas;

/// <summary>From admitted stanzas to the crossing, and the answers back. The stanza's <c>from</c> is proved and its <c>to</c> served; nothing else is known of it.</summary>
internal sealed class ArrivalDoor(XmppContext context, AvailabilityTables tables)
{
    /// <summary>The one leg of an XMPP watcher: its bare JID is all that is needed, and the pair knows it (document format 1).</summary>
    private static readonly Leg s_leg = new("xmpp", "1"u8.ToArray());

    private readonly IqAnswers _answers = new(context);
    private readonly GroupChats _groupChats = new(context);
    private readonly Multicast _multicast = new(context);

    /// <summary>What passes between two XMPP domains.</summary>
    public StanzaRelay Relay { get; } = new(context);

    /// <summary>Takes one stanza; its ticket is finished when its passage is closed, now or later.</summary>
    public void Enter(FederatedPeer principal, Stanza stanza, StanzaTicket ticket = default)
    {
        // First what answers us: we may have asked in the name of a domain whose stanzas we pass on.
        if (stanza is Iq { Type: IqType.Result or IqType.Error } answer && (context.Pings.TryAnswer(answer, answer.From!.Domain) || _multicast.Services.TryAnswer(answer)))
        {
            ticket.Finish();
            return;
        }
        bool isForList = stanza.To!.IsDomain && !Relay.IsFor(stanza.To);
        if (!isForList || !_multicast.TryEnter(principal, stanza, ticket)) EnterOne(principal, stanza, ticket);
    }

    /// <summary>The same for what goes to one address alone.</summary>
    public void EnterOne(FederatedPeer principal, Stanza stanza, StanzaTicket ticket)
    {
        if (Relay.IsFor(stanza.To!))
        {
            Relay.Enter(principal, stanza, ticket);
            return;
        }
        switch (stanza)
        {
            case Message message:
                Enter(principal, message, ticket);
                break;
            case PresenceStanza presence:
                _ = EnterAsync(principal, presence, ticket);
                break;
            case Iq { Type: not (IqType.Result or IqType.Error) } iq:
                _ = _answers.AnswerAsync(principal, iq, ticket);
                break;
            default:
                ticket.Finish();
                break;
        }
    }

    /// <summary>Called about once a second.</summary>
    public void Sweep(long now) => _multicast.Services.Sweep(now);

    /// <summary>Tells a proved sender that it wrote to no address (RFC 6120 §8.3.3.8): one user's typing must not end the stream of all.</summary>
    public void AnswerMalformed(FederatedPeer principal, XmlElement element, Jid from, string? localDomain, StanzaTicket ticket = default)
    {
        string reason = XmppFailures.NameOf(XmppReason.JidMalformed);
        context.Metrics.StanzaRefused(reason);
        context.Refusals.Add(principal.Peer.Name, reason, "A stanza for an address that is no JID.");

        // An answer that leads to no address is dropped: neither is it answered (RFC 6120 §8.3.1), nor does it cost all others their stream.
        if (localDomain is null || element.Attribute("type") is "error" or "result")
        {
            ticket.Finish();
            return;
        }
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        writer.Raw("<"u8);
        writer.Raw(element.Name);
        writer.Attribute("from"u8, element.Attribute("to"));
        writer.Attribute("to"u8, from.ToString());
        writer.Attribute("id"u8, element.Attribute("id"));
        writer.Raw(" type='error'>"u8);
        StanzaError.Of(StanzaCondition.JidMalformed).WriteTo(ref writer);
        writer.Raw("</"u8);
        writer.Raw(element.Name);
        writer.Raw(">"u8);
        writer.Flush();
        context.Links.Send(Jid.ToAsciiDomain(localDomain), from.AsciiDomain, principal.Peer, output.WrittenSpan, ticket.Receipt);
    }

    /// <summary>Answers a stanza with an error. Its ticket is finished when the answer has left: a stanza that counts as handled and an answer that never comes would be silence.</summary>
    public void Refuse(FederatedPeer principal, Stanza stanza, StanzaError error, StanzaTicket ticket)
    {
        // An error is never answered with an error, nor is an iq result (RFC 6120 §8.3.1).
        if (stanza.IsError || stanza.TypeText == "result")
        {
            ticket.Finish();
            return;
        }
        context.Metrics.StanzaRefused(StanzaError.NameOf(error.Condition));
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        stanza.WriteErrorTo(ref writer, error);
        writer.Flush();
        context.Links.Send(stanza.To!.AsciiDomain, stanza.From!.AsciiDomain, principal.Peer, output.WrittenSpan, ticket.Receipt);
    }

    private void Enter(FederatedPeer principal, Message message, StanzaTicket ticket)
    {
        if (message.Type == MessageType.Error)
        {
            EnterLate(principal, message);
            ticket.Finish();
        }
        else if (!TryPassage(principal, message, PassageKind.Message, out var passage)) Refuse(principal, message, StanzaError.Of(StanzaCondition.JidMalformed), ticket);
        else if (passage.To.IsDomain || GroupChats.IsInvitation(message))
        {
            var reason = context.Crossing.Judge(principal, Federation.Protocol.Xmpp, passage.To.Domain);
            if (reason != FederationReason.None) Refuse(principal, message, XmppErrors.ToStanzaError(FederationReasons.FailureOf(reason)), ticket);
            else if (passage.To.IsDomain) Refuse(principal, message, StanzaError.Of(StanzaCondition.ServiceUnavailable), ticket);
            else _groupChats.Refuse(principal, message, ticket);
        }
        else EnterContent(principal, message, passage, ticket);
    }

    private void EnterContent(FederatedPeer principal, Message message, Passage passage, StanzaTicket ticket)
    {
        var content = XmppToContent.Read(message);
        if (content.Message is not null || content.State is not null) context.ChatStates.Heard(passage.From, passage.To, content.State is not null);
        if (content.Message is { } body) context.Crossing.Enter(principal, new XmppMessageArrival(context, principal, message, passage, body) { Ticket = ticket, Tables = tables });
        else if (content.Reason != Mapping.MappingReason.None && content.State is null) RefuseContent(principal, message, content.Reason, ticket);
        else
        {
            if (content.State is { } state) context.Crossing.Enter(principal, new ChatStateArrival(passage with { Kind = PassageKind.ChatState }, state, message.Thread));
            ticket.Finish();
        }
    }

    private void RefuseContent(FederatedPeer principal, Message message, Mapping.MappingReason reason, StanzaTicket ticket)
    {
        bool isTooLarge = reason == Mapping.MappingReason.BodyTooLarge;
        string text = isTooLarge ? "The message is too long." : "The message holds nothing that the other side could show.";
        context.Refusals.Add(principal.Peer.Name, Mapping.MappingReasons.NameOf(reason), text);
        Refuse(principal, message, isTooLarge ? StanzaError.Of(StanzaCondition.PolicyViolation, text) : StanzaError.Of(StanzaCondition.ServiceUnavailable), ticket);
    }

    // Its sender was answered when the stanza was written: what is left is to tell, where the other side can. Only an id of ours names a message; chat states and receipts failed unnoticed.
    private void EnterLate(FederatedPeer principal, Message message)
    {
        context.Metrics.LateError();
        context.Observer.OnLateError(message.To!.Domain, message.From!.Domain, StanzaError.NameOf(message.Error.Condition));
        if (!XmppContext.TryReadId(message.Id, out var id) || !TryPassage(principal, message, PassageKind.LateFailure, out var passage)) return;
        if (passage.From.IsDomain || passage.To.IsDomain) return;
        context.Crossing.Enter(principal, new LateFailureArrival(passage, id, XmppErrors.ToFailure(message.Error, isBare: passage.FromEndpoint.Length == 0)));
    }

    private async Task EnterAsync(FederatedPeer principal, PresenceStanza presence, StanzaTicket ticket)
    {
        StanzaError? refusal;
        try
        {
            refusal = await EnterAsync(principal, presence);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed("a presence stanza", bug);
            refusal = StanzaError.Of(StanzaCondition.InternalServerError);
        }
        if (refusal is null) ticket.Finish();
        else Refuse(principal, presence, refusal, ticket);
    }

    // Null when there is nothing to say.
    private async ValueTask<StanzaError?> EnterAsync(FederatedPeer principal, PresenceStanza presence)
    {
        if (presence.Type == PresenceType.Error && !PresenceIds.IsAnswerToAsking(presence.Id)) return null;
        // Broadcasts reach a domain's own address when a client probes it; nobody there has presence.
        if (presence.To!.Local is null || presence.From!.Local is null)
            return presence.Type == PresenceType.Subscribe ? StanzaError.Of(StanzaCondition.ServiceUnavailable) : null;
        if (presence.Type == PresenceType.Unknown) return StanzaError.Of(StanzaCondition.BadRequest);
        bool isRead = PresenceToCommand.TryRead(presence, s_leg, tables, context.Time.GetUtcNow(), out var arrival, out _, principal.Peer.RichPresence);
        if (!isRead || !TryPassage(principal, presence, KindOf(presence.Type), out var passage)) return StanzaError.Of(StanzaCondition.JidMalformed);
        var answer = await context.Crossing.EnterAsync(principal, passage, arrival.Presentity, arrival.Command, CancellationToken.None);
        if (answer.Failure?.Reason == FederationReasons.NameOf(FederationReason.RateExceeded) && arrival.Command is UpstreamShowed or UpstreamGranted or UpstreamDenied)
            context.Links.Refused(passage.To.Domain, passage.From.Domain, new Renewal(arrival.Presentity, arrival.Command.Watcher, IsAsking: true));
        if (answer.Failure is not { } failure || presence.Type is not (PresenceType.Subscribe or PresenceType.Probe)) return null;
        return XmppErrors.ToStanzaError(Secrecy.TellsOfPresence(failure.Condition) ? Secrecy.Unsaid(failure) : failure);
    }

    private bool TryPassage(FederatedPeer principal, Stanza stanza, PassageKind kind, out Passage passage)
    {
        passage = null!;
        if (!XmppAddresses.TryRead(stanza.From!, out var from) || !XmppAddresses.TryRead(stanza.To!, out var to)) return false;
        passage = new Passage(context.Ids.NextId(), principal.Peer.Name, Federation.Protocol.Xmpp, kind, from, to)
        {
            FromEndpoint = stanza.From!.Resource ?? "", ToEndpoint = stanza.To!.Resource ?? "",
        };
        return true;
    }

    private static PassageKind KindOf(PresenceType type) =>
        type is PresenceType.Subscribe or PresenceType.Unsubscribe or PresenceType.Probe ? PassageKind.Watch : PassageKind.Presence;
}

/// <summary>Ids of the presence stanzas we send: they tell what a presence error answers.</summary>
internal static class PresenceIds
{
    private const string Asking = "ask-";
    private const string Showing = "show-";

    public static string For(PresenceEffect effect, string id) => (effect is AskUpstream ? Asking : Showing) + id;

    /// <summary>An error without id, as some servers send it, is taken for an answer to an asking, where it matters.</summary>
    public static bool IsAnswerToAsking(string? id) => id is null || !id.StartsWith(Showing, StringComparison.Ordinal);
}
