using System.Collections.Immutable;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Host.Configuration;

namespace Gateway.Host.Generate;

/// <summary>What the other system's administrator must be told of this appliance, taken from its configuration: who we are, where, and which domains come through us.</summary>
public sealed record FarSide(string Fqdn, int SipPort, int XmppPort, PeerModel Peer, ImmutableArray<string> DomainsThroughUs)
{
    private const int SipsPort = 5061;
    private const int ServerPort = 5269;

    /// <summary>The view of <paramref name="peer"/>: what it reaches through us are the domains of the other protocol, as far as its record lets them take part.</summary>
    public static FarSide Of(ApplianceModel model, PeerModel peer)
    {
        var other = peer.Protocol == Protocol.Sip ? Protocol.Xmpp : Protocol.Sip;
        var kind = other == Protocol.Xmpp ? DomainKind.Xmpp : DomainKind.Sip;
        var named = model.Federation.Domains.Where(d => d.Kind == kind && !d.IsBlocked && !d.Name.Contains('*', StringComparison.Ordinal)).Select(d => d.Name);
        var domains = model.Federation.Peers.Where(p => p.Protocol == other).SelectMany(p => p.FromDomains).Concat(named)
            .Where(d => peer.PartnerDomains.Count == 0 || peer.PartnerDomains.Contains(d)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new FarSide(
            model.Fqdn, model.SipListeners.Select(l => l.EndPoint.Port).FirstOrDefault(SipsPort),
            model.XmppListeners.Where(l => !l.IsDirectTls).Select(l => l.EndPoint.Port).FirstOrDefault(ServerPort), peer, [.. domains]);
    }
}
