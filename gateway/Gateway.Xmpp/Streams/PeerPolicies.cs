using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;

namespace Gateway.Xmpp.Streams;

/// <summary>What the tables say of a domain on a connection, in the words of the stream machines. The judge itself is <see cref="PeerRegistry"/>.</summary>
internal sealed class PeerPolicies(PeerRegistry registry)
{
    /// <summary>Whoever may speak for this domain over XMPP, or null. Looks only; judges nothing.</summary>
    public PeerModel? Find(string domain)
    {
        string ascii = Jid.ToAsciiDomain(domain);
        var tables = registry.Current;
        return (tables.Peers.FindSpeaker(ascii, Federation.Protocol.Xmpp) ?? tables.Peers.Discover(ascii, Federation.Protocol.Xmpp))?.First;
    }

    /// <summary>What a peer's record says of its streams, whoever opens them.</summary>
    public static StreamFacts FactsOf(PeerModel? peer)
    {
        if (peer is null) return StreamFacts.None;
        var facts = StreamFacts.None;
        if (peer.AllowsPlaintext) facts |= StreamFacts.ChannelAccepted;
        if (peer.AllowsDialback && peer.External != ExternalPolicy.Required) facts |= StreamFacts.DialbackAllowed;
        if (peer.UsesManagement) facts |= StreamFacts.ManagementAllowed;
        if (peer.UsesBidi) facts |= StreamFacts.BidiAllowed;
        if (peer.Tls == TlsPolicy.Forbidden) facts |= StreamFacts.TlsForbidden;
        if (peer.External == ExternalPolicy.Off) facts |= StreamFacts.ExternalOff;
        return facts;
    }

    /// <summary>The record of now in place of one that was read earlier; null when it is gone or no longer speaks for the domain.</summary>
    public PeerModel? Renew(PeerModel known, string domain)
    {
        if (PeerTable.IsDiscovered(known)) return Find(domain);
        var peer = registry.Current.Peers.ByName(known.Name);
        return peer is not null && peer.FromDomains.Contains(Jid.ToAsciiDomain(domain)) ? peer : null;
    }

    /// <summary>What the certificate of a server that was dialled is worth, under the tables of now.</summary>
    public TargetProof JudgeTarget(Certificates.PeerEvidence evidence, PeerModel known, string domain, DaneRecords? dane)
    {
        if (Renew(known, domain) is not { } peer) return new TargetProof(false, false, "No peer speaks for this domain any more.");
        var admission = registry.AdmitTarget(evidence, peer, Jid.ToAsciiDomain(domain), peer.UsesDane && dane is { IsDiscovered: true } ? new DiscoveredNames([], dane.Hosts) : null);
        if (admission.Reason == FederationReason.PeerNotProved && peer.UsesDane && dane is { IsUsable: true })
        {
            // The domain itself says which server is the right one, and this is not it: no word of an authoritative server, found by the same names, can make up for that.
            var byDane = registry.AdmitTargetByDane(evidence, peer, [Jid.ToAsciiDomain(domain), .. dane.Hosts], dane.Records);
            return new TargetProof(byDane.IsAdmitted, false, byDane.IsAdmitted ? WhyOf(byDane) : byDane.Text, "Your certificate is not the one that your TLSA records name.");
        }
        if (admission.IsAdmitted) return new TargetProof(true, admission.MayUseDialback, WhyOf(admission));
        string told = admission.CertificateReason == Certificates.CertificateReason.None ? TextOf(admission) : $"The certificate does not prove '{domain}' ({admission.CertificateReason}).";
        return new TargetProof(false, admission.MayUseDialback, admission.Text, told);
    }

    /// <summary>The facts for an inbound header that says it comes from this domain, and why it must be sent away, if so.</summary>
    public (StreamFacts Facts, XmppReason Refusal, string Text) JudgeHeader(Certificates.PeerEvidence evidence, string? from)
    {
        if (from is null) return (StreamFacts.None, XmppReason.None, "");
        var peer = Find(from);
        var facts = FactsOf(peer);
        if (!evidence.IsEncrypted) return (facts, XmppReason.None, "");
        if (facts.Has(StreamFacts.TlsForbidden)) return (facts, XmppReason.TlsForbidden, "TLS is not used with this server.");

        var admission = registry.Admit(evidence, Federation.Protocol.Xmpp, from);
        if (admission.IsAdmitted) return (facts | StreamFacts.Proved, XmppReason.None, "");
        if (admission.MayUseDialback) return (facts | StreamFacts.DialbackAllowed, XmppReason.None, "");
        return (facts, ReasonOf(admission.Reason), TextOf(admission));
    }

    /// <summary>True when the certificate of this connection proves the domain.</summary>
    public bool IsProved(Certificates.PeerEvidence evidence, string? domain) =>
        domain is not null && evidence.IsEncrypted && registry.Admit(evidence, Federation.Protocol.Xmpp, domain).IsAdmitted;

    /// <summary>What is known of the sender of a dialback key before anybody is asked.</summary>
    public PairJudgement JudgeKey(Certificates.PeerEvidence evidence, DomainPair pair, bool isServed)
    {
        if (!isServed) return PairJudgement.NotServed;
        if (Find(pair.From) is not { } peer) return PairJudgement.Refused;
        if (evidence.IsEncrypted)
        {
            var admission = registry.Admit(evidence, Federation.Protocol.Xmpp, pair.From);
            if (admission.IsAdmitted) return PairJudgement.Proved;
            if (!admission.MayUseDialback) return admission.Reason == FederationReason.PeerNotProved ? PairJudgement.CertificateRequired : PairJudgement.Refused;
        }
        if (!FactsOf(peer).Has(StreamFacts.DialbackAllowed)) return PairJudgement.CertificateRequired;
        return evidence.IsEncrypted || peer.AllowsPlaintext ? PairJudgement.MayAsk : PairJudgement.TlsRequired;
    }

    /// <summary>The principal for a domain that this connection has proved, one way or the other, under the tables of now; null when they allow it no more.</summary>
    public FederatedPeer? Admit(Certificates.PeerEvidence evidence, string domain, bool isExternal, out string why)
    {
        var admission = evidence.IsEncrypted ? registry.Admit(evidence, Federation.Protocol.Xmpp, domain) : null;
        why = admission is null ? "dialback in clear" : isExternal ? WhyOf(admission) : $"dialback, for the certificate did not: {admission.Text}";
        if (isExternal) return admission?.Principal;
        // What dialback proved stands only while the certificate beside it is one that dialback may stand in for.
        bool isTolerated = admission is null or { IsAdmitted: true } or { MayUseDialback: true };
        return isTolerated ? registry.AdmitByDialback(domain, evidence.IsEncrypted, evidence).Principal : null;
    }

    private static string WhyOf(Admission admission) =>
        admission.Proof is { } proof ? $"certificate {proof.MatchedEntry} under trust set {proof.TrustSet}" : "certificate";

    private static XmppReason ReasonOf(FederationReason reason) => reason switch
    {
        FederationReason.PeerNotProved => XmppReason.CertificateRefused,
        FederationReason.UnknownPeer or FederationReason.FromDomainNotAllowed => XmppReason.PeerUnknown,
        _ => XmppReason.PolicyViolation,
    };

    // The peer learns the kind of fault, which its administrator needs, and nothing of our records.
    private static string TextOf(Admission admission) => admission.CertificateReason == Certificates.CertificateReason.None
        ? FederationReasons.FailureOf(admission.Reason).Text
        : $"{FederationReasons.FailureOf(admission.Reason).Text} ({admission.CertificateReason})";
}
