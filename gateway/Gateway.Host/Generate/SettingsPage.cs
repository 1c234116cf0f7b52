using Gateway.Federation.Peers;

namespace Gateway.Host.Generate;

/// <summary>What all three servers' settings have in common: whom they are for, what the record demands, the DNS records.</summary>
internal static class SettingsPage
{
    public static IEnumerable<string> Head(Partnership with, string product, string where)
    {
        yield return $"{product} of {string.Join(", ", with.TheirDomains)}: federation with {string.Join(", ", with.OurDomains)} at {with.Host}.";
        yield return where;
        yield return $"We demand: {Demand(with)}.";
    }

    public static IEnumerable<string> Dns(Partnership with)
    {
        yield return $"DNS, so that it finds us (in the zone of each domain; {with.Host} needs an address record):";
        foreach (var record in with.DnsRecords()) yield return "  " + record;
        yield return "DNS, so that we find it, unless the peer's record holds addresses:";
        foreach (var domain in with.TheirDomains) yield return $"  _xmpp-server._tcp.{domain}. 3600 IN SRV 0 5 5269 <its host name>.";
    }

    public static string Comment(string mark, IEnumerable<string> lines) => string.Concat(lines.Select(l => $"{mark} {l}\n"));

    private static string Demand(Partnership with) => (with.Peer.Tls, with.Peer.External, with.UsesDialback) switch
    {
        (TlsPolicy.Forbidden, _, _) => "no TLS at all, and dialback; for laboratories only",
        (_, ExternalPolicy.Off, _) => "TLS, and dialback; certificates prove nothing here",
        (_, _, true) => $"TLS; a certificate that names {Names(with)}, or dialback where it does not",
        _ => $"TLS and a certificate that names {Names(with)}, from an authority of our trust set '{with.Peer.TrustSet}'",
    };

    private static string Names(Partnership with) => with.Peer.TlsSubjects.IsEmpty ? "the domain itself" : string.Join(" or ", with.Peer.TlsSubjects);
}
