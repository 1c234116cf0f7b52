using System.Net;
using Certificates;
using Gateway.Federation.Policy;

namespace Gateway.Federation.Peers;

/// <summary>
/// The tables in force and the one judge of who is asking. Sides cache an <see cref="Admission"/> per connection and domain together with <see cref="Version"/>, and ask again when that has
/// changed: a reload of peers, policy or trust.
/// </summary>
public sealed class PeerRegistry(ICertificateSource certificates, TimeProvider time, RecentRefusals refusals)
{
    private volatile FederationTables current = FederationTables.Empty;
    private int publications;

    /// <summary>The tables in force. One decision reads this once.</summary>
    public FederationTables Current => current;

    /// <summary>Which peers cannot be reached now, as the sides found out.</summary>
    public Routes.PeerHealth Health { get; } = new(time);

    /// <summary>Differs whenever an earlier admission may no longer hold.</summary>
    public long Version => ((long)Volatile.Read(ref publications) << 32) | (uint)certificates.Current.Version;

    /// <summary>Puts new tables in force, as one.</summary>
    public void Publish(FederationTables tables)
    {
        current = tables;
        Interlocked.Increment(ref publications);
    }

    /// <summary>Whether a partner nobody configured could be admitted for this domain, if it proved the right name.</summary>
    public bool IsDiscoverable(string claimedDomain, Protocol protocol)
    {
        var (tables, domain) = (current, DomainNames.ToAscii(claimedDomain));
        return tables.JudgeDomain(domain, out _) == FederationReason.None && tables.Peers.FindSpeaker(domain, protocol) is null && DiscoveredFor(tables, domain, protocol) is not null;
    }

    /// <summary>
    /// Who is this, speaking for <paramref name="claimedDomain"/> on an accepted connection? <paramref name="discovered"/> are the SRV targets of the claimed domain, where the
    /// caller has looked them up; they widen only what a discovered partner may prove.
    /// </summary>
    public Admission Admit(PeerEvidence evidence, Protocol protocol, string claimedDomain, DiscoveredNames? discovered = null)
    {
        var ends = EndsOf(evidence);
        var admission = Judge(current, evidence, protocol, DomainNames.ToAscii(claimedDomain), discovered ?? DiscoveredNames.None, ends);
        if (!admission.IsAdmitted && !admission.MayUseDialback) Record(admission, claimedDomain, evidence.Remote);
        return admission;
    }

    /// <summary>
    /// TLS below 1.2 was spoken on an accepted connection, which a listener must let through while any peer is allowed it: refused at once unless the certificate proves a peer that is. Null where
    /// there is nothing to object before it says who it speaks for.
    /// </summary>
    public Admission? RefuseOldTls(PeerEvidence evidence, Protocol protocol)
    {
        var version = VersionOf(evidence);
        if (version >= TlsVersion.Tls12) return null;
        var refused = Admission.Refused(FederationReason.TlsTooOld, $"It spoke {evidence.TlsVersion}, and its certificate is that of no peer which may.");
        var subject = "a stranger";
        foreach (var (peer, verdict) in Candidates(current, evidence, protocol))
        {
            if (verdict.IsProved && version >= peer.TlsVersionMin) return null;
            (subject, refused) = (peer.Name, verdict.IsProved ? TooOld(peer, evidence) : NotProved(peer, verdict));
        }

        Record(refused, subject, evidence.Remote);
        return refused;
    }

    /// <summary>
    /// XMPP only: the domain was proved by dialback (XEP-0220), over TLS or in clear. The peer's record decides whether that is enough; the filters judge where <paramref name="evidence"/>
    /// comes from.
    /// </summary>
    public Admission AdmitByDialback(string claimedDomain, bool isOverTls, PeerEvidence? evidence = null)
    {
        var domain = DomainNames.ToAscii(claimedDomain);
        var admission = JudgeDialback(current, domain, isOverTls, evidence is null ? default : EndsOf(evidence));
        if (!admission.IsAdmitted) Record(admission, claimedDomain, "dialback");
        return admission;
    }

    /// <summary>Is the system we have dialled the peer we meant, for <paramref name="domain"/>?</summary>
    public Admission AdmitTarget(PeerEvidence evidence, PeerModel peer, string domain, DiscoveredNames? discovered = null)
    {
        var ascii = DomainNames.ToAscii(domain);
        if (current.Peers.ByName(peer.Name) is { Policy: LinkPolicy.Denied })
        {
            var off = Admission.Refused(FederationReason.LinkDenied, $"The policy of peer '{peer.Name}' is denied.");
            Record(off, peer.Name, evidence.Remote);
            return off;
        }

        if (!current.FiltersOf(peer.Protocol).AllowsTarget(ascii, EndsOf(evidence).Remote))
        {
            var denied = Admission.Refused(FederationReason.OutgoingToDenied, $"The filter outgoingTo of {peer.Protocol} denies '{ascii}' at {evidence.Remote}.");
            Record(denied, peer.Name, evidence.Remote);
            return denied;
        }

        var verdict = PeerJudge.Judge(peer, ascii, evidence, discovered ?? DiscoveredNames.None, certificates.Current, time.GetUtcNow());
        var admission = verdict.IsProved ? Grant(peer, ascii, verdict, evidence) : NotProved(peer, verdict);
        if (!admission.IsAdmitted && !admission.MayUseDialback) Record(admission, peer.Name, evidence.Remote);
        return admission;
    }

    /// <summary>
    /// May the system that we have dialled, encrypted or not, be sent to from <paramref name="from"/>? Judges addresses only (PS-125); who it is, <see cref="AdmitTarget"/> and dialback say.
    /// </summary>
    public FederationReason JudgeTarget(PeerEvidence evidence, Protocol protocol, string from, string to)
    {
        var reason = current.FiltersOf(protocol).JudgeOutgoing(DomainNames.ToAscii(from), DomainNames.ToAscii(to), EndsOf(evidence));
        if (reason != FederationReason.None) refusals.Add(to, FederationReasons.NameOf(reason), $"{from} to {to} at {evidence.Remote}");
        return reason;
    }

    /// <summary>
    /// The same by TLSA records under DNSSEC (RFC 7673), where the peer's record takes them: <paramref name="names"/> are the domain, and the host a secure SRV record names.
    /// </summary>
    public Admission AdmitTargetByDane(PeerEvidence evidence, PeerModel peer, IReadOnlyList<string> names, IReadOnlyList<TlsaConstraint> records)
    {
        var set = certificates.Current;
        if (current.Peers.ByName(peer.Name) is { Policy: LinkPolicy.Denied }) return Admission.Refused(FederationReason.LinkDenied, $"The policy of peer '{peer.Name}' is denied.");
        if (!peer.UsesDane || set.FindTrust(peer.TrustSet) is not { } trust) return Admission.Refused(FederationReason.PeerNotProved, $"Peer '{peer.Name}' is not proved by DANE.");
        var verdict = DaneJudge.Judge(evidence, records, names, trust, time.GetUtcNow());
        return verdict.IsProved ? Grant(peer, DomainNames.ToAscii(names[0]), verdict, evidence) : NotProved(peer, verdict);
    }

    private Admission Judge(FederationTables tables, PeerEvidence evidence, Protocol protocol, string domain, DiscoveredNames discovered, ConnectionEnds ends)
    {
        if (JudgeClaim(tables, protocol, domain, ends) is { } refused) return refused;

        var speakers = tables.Peers.FindSpeaker(domain, protocol)?.Peers ?? [];
        if (Denied(speakers, domain) is { } denied) return denied;
        Admission? first = null;
        foreach (var peer in speakers)
        {
            if (peer.Policy == LinkPolicy.Denied) continue;
            var verdict = PeerJudge.Judge(peer, domain, evidence, DiscoveredNames.None, certificates.Current, time.GetUtcNow());
            if (verdict.IsProved && peer.External != ExternalPolicy.Off) return Grant(peer, domain, verdict, evidence);
            first ??= NotProved(peer, verdict);
        }

        // A known system that claims another's domain is proved, only not for this one; where dialback may still prove it, the certificate has not the last word.
        if (first is not { MayUseDialback: true } && FindKnown(tables, evidence, protocol) is { } known)
            return Admission.Refused(FederationReason.FromDomainNotAllowed, $"Peer '{known.Name}' is proved, but its record does not let it speak for '{domain}'.");
        return first ?? JudgeDiscovered(tables, evidence, protocol, domain, discovered, ends);
    }

    private Admission JudgeDiscovered(
        FederationTables tables, PeerEvidence evidence, Protocol protocol, string domain, DiscoveredNames discovered, ConnectionEnds ends)
    {
        if (DiscoveredFor(tables, domain, protocol) is not { } peer)
            return Admission.Refused(FederationReason.UnknownPeer, $"No peer may speak for '{domain}' over {protocol}, and this protocol takes no discovered partners.");
        var verdict = PeerJudge.Judge(peer, domain, evidence, discovered, certificates.Current, time.GetUtcNow());
        return verdict.IsProved && peer.External != ExternalPolicy.Off ? Grant(peer, domain, verdict, evidence) : NotProved(peer, verdict);
    }

    private static Admission JudgeDialback(FederationTables tables, string domain, bool isOverTls, ConnectionEnds ends)
    {
        if (JudgeClaim(tables, Protocol.Xmpp, domain, ends) is { } refused) return refused;
        var peers = tables.Peers.FindSpeaker(domain, Protocol.Xmpp)?.Peers;
        if (peers is { } all && Denied(all, domain) is { } denied) return denied;
        var peer = peers is { } found ? found.First(p => p.Policy != LinkPolicy.Denied) : DiscoveredFor(tables, domain, Protocol.Xmpp);
        if (peer is null) return Admission.Refused(FederationReason.UnknownPeer, $"No XMPP peer may speak for '{domain}', and XMPP takes no discovered partners.");
        if (!peer.AllowsDialback || peer.External == ExternalPolicy.Required)
            return Admission.Refused(FederationReason.PeerNotProved, $"Peer '{peer.Name}' must prove '{domain}' by certificate; its record does not allow dialback.");
        if (!isOverTls && !peer.AllowsPlaintext) return Admission.Refused(FederationReason.PeerNotProved, $"Peer '{peer.Name}' must use TLS; its record does not allow plaintext.");
        return Admission.Granted(new FederatedPeer(peer, domain, isOverTls ? Proof.DialbackOverTls : Proof.DialbackInClear) { Ends = ends }, null);
    }

    // A domain whose every peer is switched off has nobody who could prove it, and is no stranger's either.
    private static Admission? Denied(System.Collections.Immutable.ImmutableArray<PeerModel> speakers, string domain)
    {
        if (speakers.IsEmpty) return null;
        foreach (var peer in speakers)
            if (peer.Policy != LinkPolicy.Denied) return null;
        return Admission.Refused(FederationReason.LinkDenied, $"The policy of peer '{speakers[0].Name}', which speaks for '{domain}', is denied.");
    }

    private static Admission? JudgeClaim(FederationTables tables, Protocol protocol, string domain, ConnectionEnds ends)
    {
        if (!tables.FiltersOf(protocol).AllowsSender(domain, ends.Remote))
            return Admission.Refused(FederationReason.IncomingFromDenied, $"The filter incomingFrom of {protocol} denies '{domain}'.");
        var reason = tables.JudgeDomain(domain, out _);
        return reason is FederationReason.DomainBlocked or FederationReason.DomainPairNotAllowed
            ? Admission.Refused(reason, $"'{domain}' is blocked, or not among the allowed domains.")
            : null;
    }

    // A stranger may not be discovered for a domain that a configured peer speaks for or that is reached by the other protocol: the tables are stronger than DNS.
    private static PeerModel? DiscoveredFor(FederationTables tables, string domain, Protocol protocol)
    {
        var entry = tables.FindDomain(domain);
        if (entry is null || entry.Kind == Domains.DomainKind.Shared || Routes.RouteTable.ProtocolOf(entry.Kind) != protocol) return null;
        return tables.Peers.Discover(domain, protocol)?.First;
    }

    // Tells a known system that asserts a foreign domain from a stranger: the operator's cure differs.
    private PeerModel? FindKnown(FederationTables tables, PeerEvidence evidence, Protocol protocol) =>
        Candidates(tables, evidence, protocol).FirstOrDefault(c => c.Verdict.IsProved).Peer;

    // The peers whose names the certificate carries, and whether it proves them.
    private IEnumerable<(PeerModel Peer, CertificateVerdict Verdict)> Candidates(FederationTables tables, PeerEvidence evidence, Protocol protocol)
    {
        if (evidence.Leaf is null) yield break;
        var names = CertificateNames.Read(evidence.Leaf);
        foreach (var peer in tables.Peers.All)
        {
            if (peer.Protocol != protocol || !PeerJudge.MayBe(peer, names)) continue;
            yield return (peer, PeerJudge.Judge(peer, peer.FromDomains.FirstOrDefault("invalid"), evidence, DiscoveredNames.None, certificates.Current, time.GetUtcNow()));
        }
    }

    // Who it is was proved; whether its TLS is good enough is its record's business, for the listener cannot know whom it shakes hands with.
    private static Admission Grant(PeerModel peer, string domain, CertificateVerdict verdict, PeerEvidence evidence) =>
        VersionOf(evidence) < peer.TlsVersionMin
            ? TooOld(peer, evidence)
            : Admission.Granted(
                new FederatedPeer(peer, domain, peer.Protocol == Protocol.Sip ? Proof.TlsSubject : Proof.SaslExternal) { Ends = EndsOf(evidence) }, verdict.Proof);

    private static Admission TooOld(PeerModel peer, PeerEvidence evidence) =>
        Admission.Refused(FederationReason.TlsTooOld, $"Peer '{peer.Name}' spoke {evidence.TlsVersion}; its record wants {peer.TlsVersionMin} at least.");

    // What carries no version is no TLS; whether that may be is another question.
    private static TlsVersion VersionOf(PeerEvidence evidence) => evidence.TlsVersion switch
    {
        "Tls" => TlsVersion.Tls10,
        "Tls11" => TlsVersion.Tls11,
        "Tls12" => TlsVersion.Tls12,
        _ => TlsVersion.Tls13,
    };

    private static ConnectionEnds EndsOf(PeerEvidence evidence) => new(AddressOf(evidence.Remote), AddressOf(evidence.Local));

    private static IPAddress? AddressOf(string endpoint) => IPEndPoint.TryParse(endpoint, out var parsed) ? parsed.Address : null;

    private static Admission NotProved(PeerModel peer, CertificateVerdict verdict) => Admission.Refused(
        FederationReason.PeerNotProved,
        verdict.IsProved ? $"Peer '{peer.Name}' is not asked for a certificate: external is off." : $"Peer '{peer.Name}': {verdict.Reason}: {verdict.Detail}",
        verdict.Reason, MayUseDialback(peer, verdict.Reason));

    // Dialback stands in for a certificate that proves too little, never for one that was withdrawn; for one that vouches for itself only where the record says so.
    private static bool MayUseDialback(PeerModel peer, CertificateReason reason) =>
        peer is { Protocol: Protocol.Xmpp, AllowsDialback: true } && peer.External != ExternalPolicy.Required
        && reason != CertificateReason.Revoked && (reason != CertificateReason.SelfSigned || peer.AllowsSelfSigned);

    private void Record(Admission admission, string subject, string remote) =>
        refusals.Add(subject, admission.PublicReason, $"{admission.Text} ({remote})");
}
