using Certificates;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Stanzas;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// What the other side says on a stream that we opened (XEP-0288): it may speak for its own domain to ours, and for nothing else, and is believed by the certificate that proved it.
/// </summary>
internal sealed class ReverseDoor(OutboundConnection stream, XmppContext context)
{
    private FederatedPeer? _principal;
    private long _version;

    /// <summary>Takes one stanza, or says why the stream must end.</summary>
    public XmppReason Take(XmlElement element, PeerEvidence evidence)
    {
        if (!Stanza.TryRead(element, out var stanza, out var reason, stream.Lang)) return Malformed(element, reason, evidence);
        if (stanza.From is null || stanza.To is null) return XmppReason.ImproperAddressing;
        if (stanza.From.Domain != stream.Pair.To) return XmppReason.InvalidFrom;
        if (stanza.To.Domain != stream.Pair.From || !context.IsServed(stanza.To.Domain)) return XmppReason.HostUnknown;
        if (Principal(evidence) is not { } principal) return XmppReason.TrustWithdrawn;
        context.Metrics.StanzaReceived();
        stream.CountIn();
        context.Door.Enter(principal, stanza);
        return XmppReason.None;
    }

    private XmppReason Malformed(XmlElement element, XmppReason reason, PeerEvidence evidence)
    {
        bool isKnown = Jid.TryParse(element.Attribute("from"), out var from) && from.Domain == stream.Pair.To;
        if (reason != XmppReason.JidMalformed || !isKnown) return reason;
        if (Principal(evidence) is not { } principal) return XmppReason.TrustWithdrawn;
        context.Door.AnswerMalformed(principal, element, from!, stream.Pair.From);
        return XmppReason.None;
    }

    private FederatedPeer? Principal(PeerEvidence evidence)
    {
        long version = context.Registry.Version;
        if (_principal is not null && _version == version) return _principal;
        _principal = context.Policies.Admit(evidence, stream.Pair.To, isExternal: true, out _);
        _version = version;
        if (_principal is not null) stream.Bind(_principal.Peer.Limits);
        return _principal;
    }
}
