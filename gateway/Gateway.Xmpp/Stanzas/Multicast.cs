using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;
using Gateway.Xmpp.Streams;
using Presence.Core.Authorization;
using Presence.Core.Model;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// One stanza to several users, sent once to a domain of ours with a list of addresses: XEP-0033 (PS-135, PS-136). Each user of ours gets it as if it had been sent to him alone, and answers on
/// his own. Users of XMPP domains that a transit entry opens to the sender get it with the list; several of one domain by one stanza, where their server takes it so. Nobody sends to strangers
/// through us.
/// </summary>
internal sealed class Multicast(XmppContext context)
{
    /// <summary>Servers need take no more than this from others at once (XEP-0033 §9): longer lists go in parts.</summary>
    private const int PartMax = 20;

    private readonly DirectedPresence _shown = new(context.Options.Multicast.SeersMax);

    /// <summary>Who takes lists.</summary>
    public MulticastServices Services { get; } = new(context);

    /// <summary>Takes a stanza that is for one of our domains itself; false when it concerns no list of addresses.</summary>
    public bool TryEnter(FederatedPeer principal, Stanza stanza, StanzaTicket ticket)
    {
        if (!context.Options.Multicast.IsOn || stanza.IsError || stanza is not (Message or Protocol.Stanzas.Presence)) return false;
        bool isLeaving = stanza is Protocol.Stanzas.Presence { Type: PresenceType.Unavailable };
        if (!AddressList.IsIn(stanza))
        {
            // Who has shown himself through us and leaves is seen to leave by all of them: XEP-0033 §5.1.
            if (!isLeaving || _shown.Take(stanza.From!) is not { Count: > 0 } seers) return false;
            Deliver(principal, stanza, null, [.. seers], ticket);
            return true;
        }
        if (Refusal(principal, stanza, out var addresses, out var recipients) is { } refusal)
        {
            var half = ticket.Share(2);
            context.Door.Refuse(principal, stanza, refusal, half);
            Deliver(principal, stanza, null, isLeaving ? [.. _shown.Take(stanza.From!)] : [], half);
            return true;
        }
        Deliver(principal, stanza, addresses, isLeaving ? [.. recipients.Union(_shown.Take(stanza.From!))] : recipients, ticket);
        return true;
    }

    private StanzaError? Refusal(FederatedPeer principal, Stanza stanza, out AddressList? addresses, out IReadOnlyList<Jid> recipients)
    {
        (addresses, recipients) = (null, []);
        var judged = context.Crossing.Judge(principal, Federation.Protocol.Xmpp, stanza.To!.AsciiDomain);
        if (judged != FederationReason.None) return XmppErrors.ToStanzaError(FederationReasons.FailureOf(judged));
        if (!AddressList.TryRead(stanza, context.Options.Multicast.AddressesMax, out addresses, out var refusal)) return Recorded(principal, refusal);
        recipients = addresses.Recipients;

        // All or nobody: XEP-0033 §2.2.
        foreach (var recipient in recipients)
        {
            if (!MayReach(principal, stanza, recipient)) return Recorded(principal, StanzaError.Of(StanzaCondition.Forbidden, XmppFailures.FailureOf(XmppReason.AddressListRefused).Text));
        }
        if (stanza is Protocol.Stanzas.Presence { Type: PresenceType.Available }) _shown.Note(stanza.From!, recipients);
        return null;
    }

    private StanzaError Recorded(FederatedPeer principal, StanzaError refusal)
    {
        string reason = XmppFailures.NameOf(XmppReason.AddressListRefused);
        context.Metrics.StanzaRefused(reason);
        context.Refusals.Add(principal.Peer.Name, reason, refusal.Text ?? "");
        return refusal;
    }

    // Users of ours are judged and answered one by one, like those of any stanza.
    private bool MayReach(FederatedPeer principal, Stanza stanza, Jid recipient)
    {
        if (!context.IsServed(recipient.Domain)) return false;
        if (!context.Door.Relay.IsFor(recipient)) return true;
        var (from, to, tables) = (StanzaRelay.AddressOf(stanza.From!), StanzaRelay.AddressOf(recipient), context.Registry.Current);
        var way = tables.FindWay(from, to, principal.Peer, principal.Ends, stanza is Message ? PassageKind.Message : PassageKind.Presence);
        if (!way.IsFound || way.First.Protocol != Federation.Protocol.Xmpp) return false;
        return stanza is not Message || tables.Model.Policy.Access.ActionOf(to, from) != AccessAction.Block;
    }

    private void Deliver(FederatedPeer principal, Stanza stanza, AddressList? addresses, IReadOnlyList<Jid> recipients, StanzaTicket ticket)
    {
        var deliveries = new List<Stanza>(recipients.Count);
        foreach (var group in recipients.GroupBy(recipient => recipient.AsciiDomain))
        {
            Jid[] theirs = [.. group];
            bool isRelayed = context.Door.Relay.IsFor(theirs[0]);
            if (isRelayed && addresses is not null && ServiceFor(principal, stanza, group.Key, theirs.Length) is { } service)
                deliveries.AddRange(theirs.Chunk(PartMax).Select(part => Copy(stanza, service, addresses.ForService(part))));
            else
                deliveries.AddRange(theirs.Select(recipient => Copy(stanza, recipient.ToString(), isRelayed ? addresses?.For(recipient) : null)));
        }
        if (deliveries.Count == 0)
        {
            ticket.Finish();
            return;
        }
        var part = ticket.Share(deliveries.Count);
        foreach (var delivery in deliveries) context.Door.EnterOne(principal, delivery, part);
    }

    private string? ServiceFor(FederatedPeer principal, Stanza stanza, string domain, int count)
    {
        if (count < context.Options.Multicast.Threshold || Services.Find(stanza.To!.AsciiDomain, domain) is not { } service) return null;
        var tables = context.Registry.Current;
        bool isOpen = tables.IsRelayed(service, Federation.Protocol.Xmpp)
            && tables.FindWay(StanzaRelay.AddressOf(stanza.From!), new Address("", service), principal.Peer, principal.Ends, PassageKind.Query).IsFound;
        return isOpen ? service : null;
    }

    // From whom it is never changes (XEP-0033 §3); the list stands where it stood, or is gone: a user of ours could not be shown it.
    private static Stanza Copy(Stanza stanza, string to, XmlElement? addresses)
    {
        var element = stanza.Element;
        var attributes = element.Attributes.ToArray();
        int at = Array.FindIndex(attributes, attribute => attribute is { Name: "to", Namespace: "" });
        attributes[at] = new XmlAttribute("to", to);
        var nodes = new List<XmlNode>();
        foreach (ref readonly var node in element.Nodes)
        {
            if (node.Element is not { } child || !child.Is("addresses", Namespaces.Addresses)) nodes.Add(node);
            else if (addresses is not null) nodes.Add(addresses);
        }
        var copy = new XmlElement(element.Name, element.Namespace, attributes, [.. nodes]);
        return Stanza.TryRead(copy, out var read, out _, stanza.StreamLang) ? read : throw new InvalidOperationException("A prepared address was read a second time and refused.");
    }
}
