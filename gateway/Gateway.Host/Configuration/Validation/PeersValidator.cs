using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Host.Configuration.Options;

namespace Gateway.Host.Configuration.Validation;

/// <summary>Peers: names unique, profile and protocol agree, no SIP peer without subjects, trust known, From domains well formed and of its protocol.</summary>
public sealed class PeersValidator : IValidator
{
    private static readonly string[] SipProfiles = ["ocs2007r2", "lync2010", "lync2013", "sfb2015", "generic"];
    private static readonly string[] XmppProfiles = ["openfire", "ejabberd", "prosody", "generic"];

    public void Check(ApplianceOptions options, ConfigurationPlace place, FaultList faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Peers.Count; i++)
        {
            var (peer, path) = (options.Peers[i], $"$.peers[{i}]");
            if (peer.Name.Contains(':', StringComparison.Ordinal)) faults.Add($"{path}.name", "contains a colon", "colons mark discovered partners");
            if (peer.Name.Length > 0 && !names.Add(peer.Name)) faults.Add($"{path}.name", $"\"{peer.Name}\" is used twice", "each peer needs a name of its own");
            CheckIdentity(options, peer, path, faults);
            if (peer.Dane && options.Dns.TrustAnchors.Length == 0) faults.Add($"{path}.dane", "means nothing without DNSSEC", "name the file of trust anchors in dns.trustAnchors");
            CheckTargets(peer, path, faults);
            CheckFromDomains(options, peer, path, faults);
        }
    }

    private static void CheckIdentity(ApplianceOptions options, PeerOptions peer, string path, FaultList faults)
    {
        var profiles = peer.Protocol == Protocol.Sip ? SipProfiles : XmppProfiles;
        if (!profiles.Contains(peer.Profile, StringComparer.Ordinal))
            faults.Add($"{path}.profile", $"\"{peer.Profile}\" is no profile of a {peer.Protocol.ToString().ToLowerInvariant()} peer", string.Join(", ", profiles));
        if (peer.Protocol == Protocol.Sip && peer.TlsSubjects.Count == 0)
            faults.Add($"{path}.tlsSubjects", "is empty: any certificate of the trust set could speak for this peer", "the edge's FQDN, as in its certificate");
        for (var j = 0; j < peer.TlsSubjects.Count; j++)
            if (!DomainText.IsDomain(peer.TlsSubjects[j])) faults.Add($"{path}.tlsSubjects[{j}]", $"\"{peer.TlsSubjects[j]}\" is not a host name", "sip.contoso.example");
        if (options.Certificates.Trust.All(t => t.Name != peer.Trust))
            faults.Add($"{path}.trust", $"no trust set is named \"{peer.Trust}\"", TrustSets(options));
        CheckTrustPolicy(peer, path, faults);
        if (peer.Protocol == Protocol.Xmpp && peer.WildcardSubject)
            faults.Add($"{path}.wildcardSubject", "is for SIP peers", "XMPP allows wildcards by itself (RFC 6125)");
        if (peer.Protocol == Protocol.Xmpp && peer.TlsVersionMin < TlsVersion.Tls12)
            faults.Add($"{path}.tlsVersionMin", "below tls12 is for SIP peers", "XMPP servers of any age in use speak TLS 1.2");
        if (peer.Protocol == Protocol.Xmpp && peer.Sip != new PeerSipOptions())
            faults.Add($"{path}.sip", "is for SIP peers", "remove it");
    }

    private static void CheckTrustPolicy(PeerOptions peer, string path, FaultList faults)
    {
        if (peer.Protocol == Protocol.Sip)
        {
            (string Name, bool IsSet)[] xmppOnly =
            [
                ("dialback", peer.Dialback), ("tls", peer.Tls != TlsPolicy.Required), ("external", peer.External != ExternalPolicy.Preferred), ("selfSigned", peer.SelfSigned),
                ("directTls", peer.DirectTls), ("bidirectional", peer.Bidirectional), ("dane", peer.Dane), ("streamManagement", !peer.StreamManagement),
            ];
            foreach (var (name, isSet) in xmppOnly)
                if (isSet) faults.Add($"{path}.{name}", "does not exist in SIP", "mutual TLS is the only way");
            return;
        }

        if (peer.Tls != TlsPolicy.Required && !peer.Dialback)
            faults.Add($"{path}.tls", "without dialback nothing would prove the domain of a stream in clear", "set dialback to true, or better tls to required");
        if (peer.External == ExternalPolicy.Off && !peer.Dialback) faults.Add($"{path}.external", "without dialback nothing would prove the domain", "set dialback to true, or external to preferred");
        if (peer.External == ExternalPolicy.Required && peer.Dialback) faults.Add($"{path}.dialback", "contradicts external: required", "external: preferred falls back to dialback");
        if (peer.External == ExternalPolicy.Required && peer.Tls != TlsPolicy.Required) faults.Add($"{path}.tls", "contradicts external: required", "without TLS there is no certificate");
        if (peer.SelfSigned && !peer.Dialback)
            faults.Add($"{path}.selfSigned", "means nothing without dialback", "a self-signed certificate never proves a domain; put it into a trust set of its own instead");
        if (peer.Dane && peer.Tls == TlsPolicy.Forbidden) faults.Add($"{path}.dane", "contradicts tls: forbidden", "without TLS there is no certificate");
        if (peer.DirectTls && peer.Tls == TlsPolicy.Forbidden) faults.Add($"{path}.directTls", "contradicts tls: forbidden", "remove one of them");
    }

    private static void CheckTargets(PeerOptions peer, string path, FaultList faults)
    {
        for (var j = 0; j < peer.Addresses.Count; j++)
            if (!DomainText.IsTarget(peer.Addresses[j]))
                faults.Add($"{path}.addresses[{j}]", $"\"{peer.Addresses[j]}\" is not host:port", peer.Protocol == Protocol.Sip ? "sip.contoso.example:5061" : "xmpp.jabber.example:5269");
        if (peer.Limits.QueuedBytesMax < 2 * 65_536) faults.Add($"{path}.limits.queuedBytesMax", "has no room for two messages", "131072 at least");
    }

    private static void CheckFromDomains(ApplianceOptions options, PeerOptions peer, string path, FaultList faults)
    {
        if (peer.FromDomains.Count == 0 && !faults.IsBroken($"{path}.fromDomains"))
            faults.Add($"{path}.fromDomains", "is empty: the peer could say nothing", "the domains behind it");
        for (var j = 0; j < peer.PartnerDomains.Count; j++)
            if (!DomainText.IsDomain(peer.PartnerDomains[j]))
                faults.Add($"{path}.partnerDomains[{j}]", $"\"{peer.PartnerDomains[j]}\" is not a domain", "name each domain, or leave the list empty for all");
        for (var j = 0; j < peer.FromDomains.Count; j++)
        {
            var (name, at) = (peer.FromDomains[j], $"{path}.fromDomains[{j}]");
            if (!DomainText.IsDomain(name))
            {
                faults.Add(at, $"\"{name}\" is not a domain", "name each domain: a pattern would let the peer speak for strangers");
                continue;
            }

            var domain = options.Domains.FirstOrDefault(d => DomainNames.ToAscii(d.Name) == DomainNames.ToAscii(name));
            if (domain is not null && domain.Kind.ToString() != peer.Protocol.ToString())
                faults.Add(at, $"\"{name}\" is a domain of kind {domain.Kind.ToString().ToLowerInvariant()}", $"this peer speaks {peer.Protocol.ToString().ToLowerInvariant()}");
        }
    }

    /// <summary>The names that a peer may refer to.</summary>
    internal static string TrustSets(ApplianceOptions options) => options.Certificates.Trust.Count == 0
        ? "certificates.trust has none: add one with the authorities of the peer"
        : "certificates.trust has: " + string.Join(", ", options.Certificates.Trust.Select(t => t.Name));

    internal static bool Fits(string pattern, string domain) =>
        pattern == "*" || (pattern.StartsWith("*.", StringComparison.Ordinal) && domain.EndsWith(DomainNames.ToAscii(pattern[1..]), StringComparison.Ordinal));
}
