using Gateway.Federation.Peers;
using Gateway.Sip.Connections;
using Gateway.Transport;

namespace Gateway.Sip;

/// <summary>Where this side would look for a peer, for whoever checks the way without speaking: the same questions in the same order (RFC 3263).</summary>
public static class SipFinder
{
    /// <summary>Asks <paramref name="resolver"/> only; equal records come in the order of their weights.</summary>
    public static ValueTask<LocateOutcome> FindAsync(IDnsResolver resolver, PeerModel peer, string domain, CancellationToken cancel) =>
        new SipTargets(new ServiceLocator(resolver, static _ => 0), resolver).LocateAsync(peer, domain, cancel);
}
