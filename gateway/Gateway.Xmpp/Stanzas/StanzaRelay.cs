using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;
using Presence.Core.Model;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// Stanzas between two XMPP domains that a transit entry joins: passed as they are, whatever they say, rooms among them (RN-047). Subscriptions, rosters and receipts are the two servers' own.
/// </summary>
internal sealed class StanzaRelay(XmppContext context)
{
    /// <summary>Whether what is addressed to this domain is passed on as it is.</summary>
    public bool IsFor(Jid to)
    {
        var tables = context.Registry.Current;
        return tables.HasTransits && tables.IsRelayed(to.AsciiDomain, Federation.Protocol.Xmpp);
    }

    /// <summary>Takes one stanza; whoever cannot be reached is answered by an error, as RFC 6120 §10.4 wants it. It counts as handled when the other server has it, or that error has left.</summary>
    public void Enter(FederatedPeer principal, Stanza stanza, StanzaTicket ticket)
    {
        var kind = stanza switch { Message => PassageKind.Message, Protocol.Stanzas.Presence => PassageKind.Presence, _ => PassageKind.Query };
        var passage = new Passage(context.Ids.NextId(), principal.Peer.Name, Federation.Protocol.Xmpp, kind, AddressOf(stanza.From!), AddressOf(stanza.To!));
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        // Whoever hears it has another stream before him: what this one's header said of the language goes along (RFC 6120 §4.7.4, §8.1.5).
        bool isTold = stanza.OwnLang is not null || stanza.StreamLang is null;
        writer.Element(isTold ? stanza.Element : stanza.Element.With(new XmlAttribute("lang", stanza.StreamLang!, Namespaces.Xml)), Namespaces.Server);
        writer.Flush();
        context.Crossing.Enter(principal, new StanzaRelayArrival(context, principal, stanza, passage, output.WrittenSpan.ToArray()) { Ticket = ticket });
    }

    /// <summary>Sends one that the crossing let through.</summary>
    public void Depart(RelayDeparture departure)
    {
        var passage = departure.Passage;
        context.Links.Send(passage.From.Domain, passage.To.Domain, departure.Peer, departure.Original.Span, new RelayReceipt(context, departure));
    }

    // No mapping of identities takes place: the local part stands as the servers write it.
    public static Address AddressOf(Jid jid) => new(jid.Local ?? "", jid.AsciiDomain);

    private sealed class StanzaRelayArrival(XmppContext context, FederatedPeer principal, Stanza stanza, Passage passage, ReadOnlyMemory<byte> original) : RelayArrival(passage, original)
    {
        /// <summary>What only waits for its stream does not count as handled yet (XEP-0198).</summary>
        public StanzaTicket Ticket { get; init; }

        public override void Answer(in Outcome outcome)
        {
            if (outcome.Failure is { } failure) context.Door.Refuse(principal, stanza, XmppErrors.ToStanzaError(failure), Ticket);
            else Ticket.Finish();
        }

        public override void Lose(Failure failure) => context.Door.Refuse(principal, stanza, XmppErrors.ToStanzaError(failure), default);
    }

    private sealed class RelayReceipt(XmppContext context, RelayDeparture departure) : LinkReceipt
    {
        public override void Written() => departure.Complete(Outcome.Delivered);

        public override void GivenUp(XmppReason reason, string text) => departure.Complete(Outcome.Failed(XmppFailures.FailureOf(reason)));

        public override void Lost(XmppReason reason, string text)
        {
            context.Metrics.LateError();
            context.Observer.OnLateError(departure.Passage.From.Domain, departure.Passage.To.Domain, XmppFailures.NameOf(reason));
            departure.Lose(XmppFailures.FailureOf(reason));
        }
    }
}
