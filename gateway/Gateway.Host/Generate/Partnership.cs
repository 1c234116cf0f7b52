using System.Collections.Immutable;
using System.Globalization;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Host.Configuration;

namespace Gateway.Host.Generate;

/// <summary>What the administrator of one XMPP server must know of us: our domains, where we listen, and what the peer's record lets a stream be proved by.</summary>
public sealed record Partnership(FarSide Side, ImmutableArray<string> TheirDomains, int? DirectPort)
{
    /// <summary>From the configuration as it would be in force after a reload.</summary>
    public static Partnership Of(ApplianceModel model, PeerModel peer)
    {
        var tables = new FederationTables(model.Federation);
        return new Partnership(
            FarSide.Of(model, peer),
            [.. peer.FromDomains.Where(d => !d.Contains('*', StringComparison.Ordinal) && tables.JudgeDomain(d, out _) == FederationReason.None).Order(StringComparer.Ordinal)],
            model.XmppListeners.Where(l => l.IsDirectTls).Select(l => (int?)l.EndPoint.Port).FirstOrDefault());
    }

    /// <summary>Our host name.</summary>
    public string Host => Side.Fqdn;

    /// <summary>The domains it reaches through us.</summary>
    public ImmutableArray<string> OurDomains => Side.DomainsThroughUs;

    /// <summary>Our record of it.</summary>
    public PeerModel Peer => Side.Peer;

    /// <summary>True when neither side uses TLS, which this appliance allows for laboratories.</summary>
    public bool IsInClear => Peer.Tls == TlsPolicy.Forbidden;

    /// <summary>True when a stream may be proved by dialback: then the other server must have it as well.</summary>
    public bool UsesDialback => Peer.AllowsDialback && Peer.External != ExternalPolicy.Required;

    /// <summary>The SRV records by which the other server finds each of our domains, as lines of a zone file (RFC 6120 §3.2.1, XEP-0368).</summary>
    public IEnumerable<string> DnsRecords()
    {
        foreach (var domain in OurDomains)
        {
            yield return Record("_xmpp-server", domain, Side.XmppPort);
            if (DirectPort is { } direct && !IsInClear) yield return Record("_xmpps-server", domain, direct);
        }
    }

    private string Record(string service, string domain, int port) => string.Create(CultureInfo.InvariantCulture, $"{service}._tcp.{domain}. 3600 IN SRV 0 5 {port} {Host}.");
}
