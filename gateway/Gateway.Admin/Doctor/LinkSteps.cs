using System.Security.Cryptography.X509Certificates;
using Certificates;
using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>The steps that both protocols share: did the connection stand, and does the certificate prove who is there.</summary>
internal static class LinkSteps
{
    /// <summary>Tells of the connection; false when there is none.</summary>
    public static bool TellConnection(CheckList list, DialTarget target, ProbeResult result)
    {
        if (result.Evidence is not { } evidence)
        {
            list.Fail("tcp and tls", $"{PeerChecks.Words(target)}: {result.Detail} [transport.{result.Reason}]", result.NextStep.Length > 0 ? result.NextStep : NextStep(result.Reason));
            list.NotTried("certificate", $"{target.Host}: no TLS connection");
            return false;
        }

        list.Good("tcp and tls", $"{PeerChecks.Words(target)}: {(evidence.Leaf is null ? "in clear" : $"{evidence.TlsVersion}, {evidence.Cipher}")}");
        return true;
    }

    /// <summary>Judges the certificate as the appliance would; false when nothing more would be said to whoever is there.</summary>
    public static bool CheckCertificate(DoctorParts parts, PeerModel peer, CheckList list, DialTarget target, string domain, PeerEvidence evidence)
    {
        if (evidence.Leaf is null && peer.AllowsPlaintext)
        {
            list.NotTried("certificate", $"{target.Host}: no TLS, which the record of the peer allows");
            return true;
        }

        // A SIP system may be proved by the host its SRV record names; an XMPP server by nothing but its domain (RFC 6120 §13.7.2.1).
        var discovered = peer.Protocol == Federation.Protocol.Sip && target.IsDiscovered ? DiscoveredNames.Of(target.Host, target.IsNameSecure) : null;
        var admission = parts.Registry.AdmitTarget(evidence, peer, domain, discovered);
        if (admission.IsAdmitted) list.Good("certificate", $"{target.Host} proves {admission.Proof?.MatchedEntry ?? domain} under trust set {peer.TrustSet}");
        else if (admission.MayUseDialback) list.Warn("certificate", $"{target.Host}: {admission.Text}; dialback will be used", "ask the partner for a certificate that names its domain");
        else list.Fail("certificate", $"{target.Host}: {admission.Text} [{admission.PublicReason}]", $"{NamesOf(evidence)}{parts.Advise(admission.PublicReason)}");
        if (evidence.Leaf is { } leaf) CheckLeaf(parts, list, target, leaf);
        return admission.IsAdmitted || admission.MayUseDialback;
    }

    private static void CheckLeaf(DoctorParts parts, CheckList list, DialTarget target, X509Certificate2 leaf)
    {
        var usages = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(e => e.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>()).Select(o => o.Value).ToList();
        if (usages.Count > 0 && !usages.Contains("1.3.6.1.5.5.7.3.2"))
            list.Warn("usage", $"{target.Host}: the certificate has serverAuth only, as real edges do; it is accepted when it calls us",
                "nothing, unless the partner federates with systems stricter than this one");
        var days = (int)(leaf.NotAfter.ToUniversalTime() - parts.Hub.Time.GetUtcNow().UtcDateTime).TotalDays;
        if (days is >= 0 && days < parts.WarnDays) list.Warn("expiry", $"{target.Host}: the certificate ends in {days} days", "tell the partner");
    }

    private static string NamesOf(PeerEvidence evidence)
    {
        if (evidence.Leaf is null) return "";
        var names = CertificateNames.Read(evidence.Leaf);
        return names.DnsNames.Count == 0 ? "it names no domain. " : $"it names {string.Join(", ", names.DnsNames)}. ";
    }

    private static string NextStep(TransportReason reason) => reason switch
    {
        TransportReason.ConnectRefused => "is the partner's service running, is the port right, does a firewall answer for it?",
        TransportReason.ConnectTimeout or TransportReason.Unreachable => "a firewall drops the packets: allow the port outwards, ask the partner to allow it inwards",
        TransportReason.HandshakeFailed or TransportReason.HandshakeTimeout =>
            "the text holds the alert, or that it closed without one, and then its log says why: it does not trust our certificate, cannot read its own, or finds no common cipher",
        TransportReason.TlsTooOld => "the partner must bring TLS 1.2 to its server; where it cannot, tlsVersionMin of its SIP peer is the relaxation",
        TransportReason.TargetForbidden => "if it is meant so, write the address into the peer or set privateTargets",
        _ => "docs/reasons.md explains the name in brackets",
    };
}
