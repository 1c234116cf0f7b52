using System.Collections.Immutable;
using Gateway.Federation;
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
        return new FarSide(
            model.Fqdn, model.SipListeners.Select(l => l.EndPoint.Port).FirstOrDefault(SipsPort),
            model.XmppListeners.Where(l => !l.IsDirectTls).Select(l => l.EndPoint.Port).FirstOrDefault(ServerPort), peer, [.. FederationWarnings.DomainsThroughUs(model.Federation, peer)]);
    }
}
