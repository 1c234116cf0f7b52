using Gateway.Admin.Reports;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>
/// Follows the way to one peer step by step (PS-056, PSB-023, PSB-036): record, names, TCP and TLS, certificate, then an OPTIONS or a stream as far as it goes without a stanza. The first
/// step that fails is said with what to change; later ones are marked as not tried.
/// </summary>
internal sealed class PeerChecks(DoctorParts parts, PeerModel peer)
{
    private readonly CheckList list = new(peer.Name);

    public async Task<IReadOnlyList<DoctorCheck>> RunAsync(CancellationToken cancellation)
    {
        if (peer.Policy == LinkPolicy.Denied)
        {
            list.Warn("record", "policy is denied: nothing goes to it and nothing is taken from it", "set policy to trusted when it may speak again");
            list.NotTried("dns", "nothing would be sent there");
            return list.All;
        }

        CheckRecord();
        foreach (var domain in peer.FromDomains.Order(StringComparer.Ordinal))
        {
            var targets = await FindTargetsAsync(domain, cancellation);
            foreach (var target in targets) await CheckTargetAsync(target, domain, cancellation);
            if (targets.Count == 0) list.NotTried("tcp and tls", $"{domain}: no target");

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
        if (peer.TlsVersionMin < TlsVersion.Tls12) list.Warn("record", $"TLS below 1.2 is spoken ({peer.TlsVersionMin})", "set tlsVersionMin to tls12 as soon as the partner has it");
        if (peer.AllowsWeakCertificate) list.Warn("record", "SHA-1 signatures and RSA keys of 1024 bits are accepted", "set weakCertificate to false when the partner has renewed");
        if (peer.AllowsPrivateTargets) list.Warn("record", "private and loopback targets are accepted", "set privateTargets to false for a partner on the Internet");
    }

    // The side's own search, with each question and its answer: which record was used, which were absent.
    private async Task<IReadOnlyList<DialTarget>> FindTargetsAsync(string domain, CancellationToken cancellation)
    {
        var recording = new RecordingResolver(parts.Resolver);
        var found = await parts.Find(recording, peer, domain, cancellation);
        var absent = recording.Asked.Where(a => a.IsAbsent).Select(a => a.Question).Distinct(StringComparer.Ordinal).ToList();
        var without = absent.Count == 0 ? "" : $"; absent: {string.Join(", ", absent)}";
        var used = recording.Asked.Where(a => a.IsFound && !a.Question.StartsWith("address", StringComparison.Ordinal)).Select(a => $"{a.Question}: {a.Words}").ToList();
        var where = used.Count > 0 ? string.Join(", ", used) : peer.Addresses.IsEmpty ? $"{domain} itself" : $"written: {string.Join(", ", peer.Addresses)}";
        if (found.IsFound)
        {
            if (peer.Addresses.IsEmpty && found.Targets.FirstOrDefault(LeadsToUs) is { } own)
            {
                list.Fail("dns", $"{where}: {Words(own)}: this is our own listener",
                    $"the records of {domain} must name the partner's server, not {parts.Fqdn}: only the domains behind us are published so");
                return [];
            }

            list.Good("dns", $"{where}: {string.Join(", ", found.Targets.Select(Words))}{without}");
            if (peer.Addresses.IsEmpty) WarnForeignTargets(domain, found.Targets);
            return found.Targets;
        }

        var isOfThePartner = found.Reason is TransportReason.DnsNotFound or TransportReason.TargetEmpty or TransportReason.DnsServiceDenied;
        var next = !isOfThePartner ? parts.Advise($"transport.{found.Reason}") : peer.Addresses.IsEmpty
            ? $"the partner must publish {(peer.Protocol == Protocol.Sip ? "_sipfederationtls._tcp" : "_xmpp-server._tcp")}.{domain} with a host that has an address, or write addresses into the peer"
            : "correct the host name in addresses of the peer, or add it to dns.hosts";
        list.Fail("dns", $"{domain}: {found.Detail} [transport.{found.Reason}]{(used.Count > 0 ? $"; found: {string.Join(", ", used)}" : "")}{without}", next);
        return found.Targets;
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
        if (peer.Protocol == Protocol.Sip) await new SipSteps(parts, peer, list).RunAsync(target, domain, cancellation);
        else await new XmppSteps(parts, peer, list).RunAsync(target, domain, cancellation);
    }

    private bool LeadsToUs(DialTarget target) => target.Host == parts.Fqdn || (parts.XmppListener is { } listener && target.Endpoints.Contains(listener));

    internal static string Words(DialTarget target) => $"{target.Host} ({string.Join(", ", target.Endpoints)})";
}
