using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Links;

namespace Gateway.Xmpp;

/// <summary>Where this side would look for the servers of a domain, for whoever checks the way without opening a stream: the same questions in the same order.</summary>
public static class XmppFinder
{
    /// <summary>Asks <paramref name="resolver"/> only; equal records come in the order of their weights.</summary>
    public static async ValueTask<LocateOutcome> FindAsync(IDnsResolver resolver, IReadOnlyList<AttemptRule> rules, PeerModel peer, string domain, CancellationToken cancel) =>
        await new PlaceFinder(new ServiceLocator(resolver, static _ => 0), rules).FindAsync(peer, domain, cancel);
}
