using System.Globalization;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Routes;
using Gateway.Host.Reasons;
using Presence.Core.Model;

namespace Gateway.Host.Composition;

/// <summary>Puts the status together from the parts as they stand.</summary>
public sealed class StatusBuilder(ApplianceParts parts)
{
    private const int FailuresMax = 3;

    public StatusReport Build(
        string state, DateTimeOffset startedAt, ConfigurationStatus configuration, FederationModel model, IReadOnlyDictionary<string, long> engine)
    {
        var now = parts.Time.GetUtcNow();
        var connections = parts.Sides.SelectMany(s => s.Connections()).ToLookup(c => c.Peer, c => c.Connection, StringComparer.Ordinal);
        return new StatusReport
        {
            Version = ApplianceVersion.Text,
            State = state,
            StartedAt = startedAt,
            UptimeSeconds = (long)(now - startedAt).TotalSeconds,
            Configuration = configuration,
            Listeners = [.. parts.Sides.SelectMany(s => s.Listeners())],
            Peers = Peers(model, connections),
            Domains = Domains(model),
            Refusals = [.. parts.Refusals.Snapshot().Select(r => new RefusalStatus(r.Subject, r.Reason, r.Text, ReasonTable.NextStepOf(r.Reason), r.Count, r.FirstAt, r.LastAt))],
            Traces = parts.Tracer.Running,
            Certificates = Certificates(now),
            Engine = engine,
        };
    }

    /// <summary>What a peer's record allows beyond the safe rule, named.</summary>
    public static IReadOnlyList<string> RelaxationsOf(PeerModel peer)
    {
        var names = new List<string>();
        if (peer.Policy == LinkPolicy.Denied) names.Add("policy denied: nothing goes to it or comes from it");
        if (peer.Tls == TlsPolicy.Optional) names.Add("tls optional: streams without TLS are not refused");
        if (peer.Tls == TlsPolicy.Forbidden) names.Add("tls forbidden: streams never use TLS");
        if (peer.External == ExternalPolicy.Off) names.Add("external off: certificates prove nothing, dialback alone does");
        if (peer.AllowsDialback) names.Add("dialback: a domain may be proved without a certificate");
        if (peer.UsesDane) names.Add("dane: TLSA records under DNSSEC may prove its servers");
        if (peer.AllowsSelfSigned) names.Add("selfSigned: beside dialback, a certificate may vouch for itself");
        if (peer.AllowsWildcardSubject) names.Add("wildcardSubject: a wildcard certificate proves its host");
        if (peer.TlsVersionMin < TlsVersion.Tls12)
            names.Add($"tlsVersionMin {Word(peer.TlsVersionMin)}: {(peer.TlsVersionMin == TlsVersion.Tls10 ? "TLS 1.0 and 1.1 are" : "TLS 1.1 is")} spoken with it where it has nothing newer");
        if (peer.AllowsWeakCertificate) names.Add("weakCertificate: its certificates may be signed with SHA-1, and its RSA keys may have 1024 bits");
        if (PeerTable.IsDiscovered(peer) && peer.Limits.RequestsPerSecondMax == 0) names.Add("limits.requestsPerSecondMax 0: whoever is discovered may send as fast as it can");
        if (PeerTable.IsDiscovered(peer) && peer.Limits.NewSubscriptionsPerHourMax == 0) names.Add("limits.newSubscriptionsPerHourMax 0: whoever is discovered may subscribe without end");
        if (peer.AllowsPrivateTargets) names.Add("privateTargets: its targets may be loopback or private");
        if (peer.Sip.ReadsMsrtc) names.Add("sip.msrtc: it is asked for the msrtc.pidf document too");
        if (peer.Sip.AllowsMissingEvent) names.Add("sip.eventMissing: a NOTIFY may lack its Event");
        if (peer.Sip.UnsubscribeRevokes) names.Add("sip.unsubscribeRevokes: Expires 0 ends the authorization");
        if (peer.Sip.AssertsIdentity) names.Add("sip.assertedIdentity: its P-Asserted-Identity is believed");
        return names;
    }

    /// <summary>How fast a SIP peer is asked, why, and what waits for its turn; empty where presence has no pace.</summary>
    public static string PaceOf(PeerModel peer, IReadOnlyDictionary<string, int> waiting)
    {
        if (peer.Protocol != Protocol.Sip || SipPeerTerms.PacePerSecondOf(peer) is not (> 0 and var pace)) return "";
        var why = peer.Sip.PacePerSecond is not null ? "set" : SipPeerTerms.IsFoundByDns(peer) ? "found by DNS" : "has addresses";
        var queued = waiting.GetValueOrDefault(peer.Name);
        return string.Create(CultureInfo.InvariantCulture, $"{pace}/s ({why}){(queued > 0 ? $", {queued} wait" : "")}");
    }

    /// <summary>What a peer is bound to other than every peer is, by the settings' names.</summary>
    public static IReadOnlyList<string> LimitsOf(PeerModel peer)
    {
        var usual = Named(new PeerLimits());
        var words = Named(peer.Limits).Except(usual).Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name} {l.Value}"));
        if (peer.Sip.AnswerSecondsMax != SipPeerTerms.Default.AnswerSecondsMax) words = words.Append(string.Create(CultureInfo.InvariantCulture, $"sip.answerSecondsMax {peer.Sip.AnswerSecondsMax}"));
        if (peer.Sip.RingSecondsMax != SipPeerTerms.Default.RingSecondsMax) words = words.Append(string.Create(CultureInfo.InvariantCulture, $"sip.ringSecondsMax {peer.Sip.RingSecondsMax}"));
        return [.. words, .. peer.PartnerDomains.Count == 0 ? [] : new[] { $"partnerDomains {string.Join(", ", peer.PartnerDomains.Order(StringComparer.Ordinal))}" }];
    }

    private List<PeerStatus> Peers(FederationModel model, ILookup<string, ConnectionStatus> connections)
    {
        var failures = parts.Sides.SelectMany(s => s.Failures()).ToLookup(f => f.Peer, f => f.Failure, StringComparer.Ordinal);
        var quarantined = parts.Sides.SelectMany(s => s.Quarantined()).ToLookup(q => q.Peer, q => q.Target, StringComparer.Ordinal);
        var tries = parts.Sides.SelectMany(s => s.NextTries()).ToDictionary(t => t.Peer, t => t.At, StringComparer.Ordinal);
        var waiting = parts.Sides.SelectMany(s => s.Paces()).ToDictionary(p => p.Peer, p => p.Waiting, StringComparer.Ordinal);
        var peers = model.Records.Select(p => new PeerStatus(p.Name, Word(p.Protocol), p.Profile)
        {
            Addresses = p.Addresses,
            Domains = [.. p.FromDomains.Order(StringComparer.Ordinal)],
            Relaxations = RelaxationsOf(p),
            Pace = PaceOf(p, waiting),
            Limits = LimitsOf(p),
            Connections = [.. connections[p.Name]],
            LastFailure = Told([.. failures[p.Name]]),
            NextTryAt = tries.TryGetValue(p.Name, out var at) ? at : null,
            Quarantined = [.. quarantined[p.Name]],
        }).ToList();
        var configured = model.Records.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var group in connections.Where(c => !configured.Contains(c.Key)))
            peers.Add(new PeerStatus(group.Key.Length == 0 ? "(not yet proved)" : group.Key, "", "") { Connections = [.. group] });
        return peers;
    }

    // A peer with a hundred pairs of domains fails a hundred times for one reason.
    private static string Told(List<string> failures) =>
        string.Join("; ", failures.Take(FailuresMax)) + (failures.Count > FailuresMax ? string.Create(CultureInfo.InvariantCulture, $"; and {failures.Count - FailuresMax} more") : "");

    private List<DomainStatus> Domains(FederationModel model)
    {
        var tables = parts.Registry.Current;
        var names = model.Domains.Select(d => d.Name).Concat(model.Peers.SelectMany(p => p.FromDomains)).Distinct(StringComparer.Ordinal);
        var rows = new List<DomainStatus>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var entry = tables.FindDomain(name) ?? model.Domains.FirstOrDefault(d => d.Name == name);
            if (entry is null) continue;
            var choice = tables.Routes.Find(new Address("", name), entry.Kind);
            rows.Add(new DomainStatus(name, Word(entry.Kind), choice.IsFound ? choice.First.Name : "", entry.IsBlocked));
        }

        return rows;
    }

    private CertificatesStatus Certificates(DateTimeOffset now)
    {
        var set = parts.Certificates.Current;
        return new CertificatesStatus(
            set.Version,
            [.. set.Own.Select(o => new CertificateStatus(o.Name, o.Domains, o.Fingerprint, o.NotAfter, o.DaysLeft(now)))],
            [
                .. set.Trust.Select(t => new TrustStatus(t.Name, t.Roots.Count, t.IncludesSystemRoots,
                    t.Roots.Count == 0 ? null : (int)Math.Floor(t.Roots.Min(r => r.NotAfter.ToUniversalTime() - now.UtcDateTime).TotalDays))),
            ])
        {
            Faults = [.. parts.Certificates.LastFaults.Select(f => f.ToString())],
        };
    }

    private static IReadOnlyList<(string Name, int Value)> Named(PeerLimits limits) =>
    [
        ("requestsPerSecondMax", limits.RequestsPerSecondMax), ("domainRequestsPerSecondMax", limits.DomainRequestsPerSecondMax),
        ("newSubscriptionsPerHourMax", limits.NewSubscriptionsPerHourMax), ("connectionsMax", limits.ConnectionsMax),
        ("outgoingConnectionsMax", limits.OutgoingConnectionsMax), ("queuedItemsMax", limits.QueuedItemsMax), ("queuedBytesMax", limits.QueuedBytesMax),
        ("queueSecondsMax", limits.QueueSecondsMax), ("pairsPerStreamMax", limits.PairsPerStreamMax), ("stanzaBytesMax", limits.StanzaBytesMax), ("stanzaDepthMax", limits.StanzaDepthMax),
        ("stanzaAttributesMax", limits.StanzaAttributesMax), ("stanzaElementsMax", limits.StanzaElementsMax), ("stanzaNameBytesMax", limits.StanzaNameBytesMax),
    ];

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLower(CultureInfo.InvariantCulture);
}
