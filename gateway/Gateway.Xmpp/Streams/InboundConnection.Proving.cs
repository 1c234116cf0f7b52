using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>How a peer proves its domains on a stream that it opened (XEP-0178, XEP-0220), and how each proof is judged again when trust or tables have changed.</summary>
internal sealed partial class InboundConnection
{
    private void SaslReceived(XmlElement element)
    {
        var identity = Nonzas.ReadIdentity(element);
        bool isProved = Context.Policies.IsProved(Evidence, identity.Domain ?? _machine.From);
        switch (element.Name)
        {
            case "auth":
                On(new InboundInput.AuthReceived(element.Attribute("mechanism") ?? "", identity, isProved));
                break;
            case "response":
                On(new InboundInput.ResponseReceived(identity, isProved));
                break;
            default:
                On(new InboundInput.AbortReceived());
                break;
        }
    }

    private void DialbackReceived(XmlElement element)
    {
        if (!DialbackMessage.TryRead(element, out var message))
        {
            End(XmppReason.DialbackMalformed);
            return;
        }
        switch (message.Step)
        {
            case DialbackStep.Key:
                var judgement = Context.Policies.JudgeKey(Evidence, message.Pair, Context.IsServed(message.Pair.To));
                if (judgement == PairJudgement.MayAsk && !Context.Asker.HasRoom(Transport!.Remote.Address)) judgement = PairJudgement.TooMany;
                if (RefusalOf(judgement) is not XmppReason.None and var refusal)
                    Context.Refusals.Add(message.Pair.From, XmppFailures.NameOf(refusal), $"Dialback for {message.Pair.To} ({Evidence.Remote})");
                On(new InboundInput.KeyReceived(message.Pair, message.Key, judgement));
                break;
            case DialbackStep.Ask:
                _wasAsked = true;
                On(new InboundInput.AskReceived(Authoritative.Answer(message, Context.IsServed(message.Pair.From), Context.Keys)));
                break;
            default:
                // A verdict or result on a stream that asked nothing is how dialback was attacked: dropped (XEP-0220 §4.1).
                Context.Metrics.StanzaRefused("unsolicited-dialback");
                break;
        }
    }

    // The refusal of a key leaves the stream as it is (XEP-0220 §2.5), so that its end would tell nothing of it.
    private static XmppReason RefusalOf(PairJudgement judgement) => judgement switch
    {
        PairJudgement.Proved or PairJudgement.MayAsk => XmppReason.None,
        PairJudgement.CertificateRequired => XmppReason.DialbackForbidden,
        PairJudgement.TlsRequired => XmppReason.TlsRequired,
        PairJudgement.NotServed => XmppReason.HostUnknown,
        PairJudgement.TooMany => XmppReason.ResourceConstraint,
        _ => XmppReason.PeerUnknown,
    };

    private void Admit(string domain, bool isExternal)
    {
        long version = Context.Registry.Version;
        if (Context.Policies.Admit(Evidence, domain, isExternal, out string why) is not { } principal)
        {
            End(XmppReason.TrustWithdrawn);
            return;
        }
        if (IsOneTooMany(principal.Peer))
        {
            End(XmppReason.ResourceConstraint);
            return;
        }
        lock (Gate)
        {
            // SASL has begun a new stream: what dialback proved on the one before is forgotten with it (RFC 6120 §6.3.2).
            if (_machine.Phase == InboundPhase.AwaitHeader) _proved = [];
            if (Find(domain) is { } known) _proved = _proved.Remove(known);
            _proved = _proved.Add(new ProvedDomain(domain, isExternal, principal, why, version));
        }
        Prove();
        Bind(principal.Peer.Limits);
        Context.Links.InboundProved(domain);
        Context.Metrics.StreamOpened();
        Context.Observer.OnStreamOpened(Snapshot());
    }

    // The filters by address, as for a connection that we dial.
    private bool IsOpenTo(DomainPair pair) => Context.Registry.JudgeTarget(Evidence, Federation.Protocol.Xmpp, pair.From, pair.To) == Federation.FederationReason.None;

    // Nobody has more streams than there are: they are told apart only when that could matter.
    private bool IsOneTooMany(PeerModel peer)
    {
        int most = peer.Limits.ConnectionsMax;
        return Context.Streams.Count > most && Context.Streams.All.Count(stream => stream is InboundConnection { IsOver: false } other && other != this && other.Serves(peer.Name)) >= most;
    }

    private ProvedDomain? Readmit(ProvedDomain proved)
    {
        long version = Context.Registry.Version;
        if (Context.Policies.Admit(Evidence, proved.Domain, proved.IsExternal, out string why) is not { } principal)
        {
            End(Context.Policies.Find(proved.Domain) is null ? XmppReason.PeerRemoved : XmppReason.TrustWithdrawn);
            return null;
        }
        var renewed = proved with { Principal = principal, Why = why, Version = version };
        lock (Gate)
        {
            // The sweep asks as well as the read loop with a stanza in hand: whoever is second finds it renewed.
            if (Find(proved.Domain) is { } known) _proved = _proved.Replace(known, renewed);
        }
        return renewed;
    }
}
