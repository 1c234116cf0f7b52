using System.Security.Cryptography.X509Certificates;
using Certificates;
using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>Follows the way to one peer hop by hop: names, TCP, TLS, certificate. The first hop that fails is said with what to change; later ones are marked as not tried.</summary>
internal sealed class PeerChecks(DoctorParts parts, PeerModel peer)
{
    private const int DefaultSipPort = 5061;
    private const int DefaultXmppPort = 5269;

    private readonly CheckList list = new(peer.Name);

    public async Task<IReadOnlyList<DoctorCheck>> RunAsync(CancellationToken cancellation)
    {
        CheckRecord();
        foreach (var domain in peer.FromDomains.Order(StringComparer.Ordinal))
        {
            var targets = await FindTargetsAsync(domain, cancellation);
            foreach (var target in targets) await CheckTargetAsync(target, domain, cancellation);
            if (targets.Count == 0) list.NotTried("tls", $"{domain}: no target");

            // Written addresses are the same for every domain; one look is enough, but each domain must be proved.
            if (peer.Protocol == Protocol.Sip && !peer.Addresses.IsEmpty) break;
        }

        return list.All;
    }

    private void CheckRecord()
    {
        if (peer.AllowsPlaintext) list.Warn("record", "streams without TLS are accepted", "set tls to required as soon as the partner offers it");
        if (peer.AllowsSelfSigned) list.Warn("record", "a self-signed certificate does not end a stream", "set selfSigned to false when the partner has a certificate of a known authority");
        if (peer.AllowsDialback) list.Warn("record", "dialback is accepted where the certificate does not prove the domain", "set dialback to false when the partner's certificate names its domains");
        if (peer.AllowsWildcardSubject) list.Warn("record", "a wildcard certificate is accepted (RFC 5922 §7.2 forbids it)", "ask the partner for a certificate with the host's name");
        if (peer.AllowsPrivateTargets) list.Warn("record", "private and loopback targets are accepted", "set privateTargets to false for a partner on the Internet");
    }

    private async Task<IReadOnlyList<DialTarget>> FindTargetsAsync(string domain, CancellationToken cancellation)
    {
        var locator = new ServiceLocator(parts.Resolver, static _ => 0);
        if (peer.Addresses.IsEmpty)
        {
            var (service, port) = peer.Protocol == Protocol.Sip ? ("_sipfederationtls._tcp", (int?)null) : ("_xmpp-server._tcp", DefaultXmppPort);
            var found = await locator.LocateAsync(service, domain, port, cancellation);
            if (found.IsFound) list.Good("dns", $"{service}.{domain}: {string.Join(", ", found.Targets.Select(Words))}");
            else list.Fail("dns", $"{service}.{domain}: {found.Detail} [transport.{found.Reason}]", $"the partner must publish the SRV record {service}.{domain}, or write addresses into the peer");
            WarnForeignTargets(domain, found.Targets);
            return found.Targets;
        }

        var targets = new List<DialTarget>();
        foreach (var address in peer.Addresses)
        {
            var (host, port) = Split(address);
            var found = await locator.ConfiguredAsync(host, port, cancellation);
            if (found.IsFound) list.Good("dns", $"{address}: {string.Join(", ", found.Targets.Select(Words))}");
            else list.Fail("dns", $"{address}: {found.Detail} [transport.{found.Reason}]", "correct the host name in addresses of the peer, or add it to dns.hosts");
            targets.AddRange(found.Targets);
        }

        return targets;
    }

    // Edges call this 1009, "conflicting SRV and host domains", and refuse (field fact A1).
    private void WarnForeignTargets(string domain, IEnumerable<DialTarget> targets)
    {
        if (peer.Protocol != Protocol.Sip) return;
        foreach (var target in targets.Where(t => t.Host != domain && !t.Host.EndsWith("." + domain, StringComparison.Ordinal)))
            list.Warn("dns", $"{target.Host} is not below {domain}", "its certificate must name the domain itself, or write addresses and tlsSubjects into the peer");
    }

    private async Task CheckTargetAsync(DialTarget target, string domain, CancellationToken cancellation)
    {
        var probe = new TlsProbe(parts, peer, domain);
        var result = await probe.RunAsync(target, cancellation);
        if (result.Evidence is not { } evidence)
        {
            list.Fail("tcp and tls", $"{Words(target)}: {result.Detail} [transport.{result.Reason}]", NextStep(result.Reason));
            list.NotTried("certificate", $"{target.Host}: no TLS connection");
            return;
        }

        list.Good("tcp and tls", $"{Words(target)}: {evidence.TlsVersion}, {evidence.Cipher}");
        CheckCertificate(target, domain, evidence);
    }

    private void CheckCertificate(DialTarget target, string domain, PeerEvidence evidence)
    {
        var admission = parts.Registry.AdmitTarget(evidence, peer, domain, target.IsDiscovered ? DiscoveredNames.Of(target.Host, target.IsNameSecure) : null);
        if (admission.IsAdmitted) list.Good("certificate", $"{target.Host} proves {admission.Proof?.MatchedEntry ?? domain} under trust set {peer.TrustSet}");
        else if (admission.MayUseDialback) list.Warn("certificate", $"{target.Host}: {admission.Text}; dialback will be used", "ask the partner for a certificate that names its domain");
        else list.Fail("certificate", $"{target.Host}: {admission.Text} [certificates.{admission.CertificateReason}]", NamesOf(evidence));
        if (evidence.Leaf is not { } leaf) return;

        var usages = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(e => e.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>()).Select(o => o.Value).ToList();
        if (usages.Count > 0 && !usages.Contains("1.3.6.1.5.5.7.3.2"))
            list.Warn("usage", $"{target.Host}: the certificate has serverAuth only, as real edges do; it is accepted when it calls us",
                "nothing, unless the partner federates with systems stricter than this one");
        var days = (int)(leaf.NotAfter.ToUniversalTime() - parts.Hub.Time.GetUtcNow().UtcDateTime).TotalDays;
        if (days < parts.WarnDays) list.Warn("expiry", $"{target.Host}: the certificate ends in {days} days", "tell the partner");
    }

    private static string NamesOf(PeerEvidence evidence)
    {
        if (evidence.Leaf is null) return "the partner must present a certificate";
        var names = CertificateNames.Read(evidence.Leaf);
        return $"it names {string.Join(", ", names.DnsNames)}: compare with tlsSubjects, fromDomains and trust of the peer";
    }

    private static string NextStep(TransportReason reason) => reason switch
    {
        TransportReason.ConnectRefused => "is the partner's service running, is the port right, does a firewall answer for it?",
        TransportReason.ConnectTimeout or TransportReason.Unreachable => "a firewall drops the packets: allow the port outwards, ask the partner to allow it inwards",
        TransportReason.HandshakeFailed or TransportReason.HandshakeTimeout => "the text holds the alert; often the partner does not trust our certificate, or knows no TLS 1.2",
        TransportReason.TargetForbidden => "if it is meant so, write the address into the peer or set privateTargets",
        _ => "docs/reasons.md explains the name in brackets",
    };

    private static (string Host, int Port) Split(string address)
    {
        var colon = address.LastIndexOf(':');
        return (address[..colon], int.TryParse(address.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out var port) ? port : DefaultSipPort);
    }

    private static string Words(DialTarget target) => $"{target.Host} ({string.Join(", ", target.Endpoints)})";
}
