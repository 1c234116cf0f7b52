using Gateway.Federation;
using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Xmpp.Links;

/// <summary>
/// Says presence again after a link came back, by asking the core for what is true now: the other side's presence is asked for as after a lost subscription, ours is shown as after a probe.
/// </summary>
internal sealed class Renewer(XmppContext context)
{
    private static readonly Leg s_leg = new("xmpp", "1"u8.ToArray());

    /// <summary>Says these again, across the link of this peer.</summary>
    public async Task RenewAsync(PeerModel peer, IReadOnlyList<Renewal> renewals)
    {
        // Leaves the stack of the clock.
        await Task.Yield();
        try
        {
            foreach (var renewal in renewals) await RenewAsync(peer, renewal);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            context.Observer.OnFailed("renewing presence", bug);
        }
    }

    private async ValueTask RenewAsync(PeerModel peer, Renewal renewal)
    {
        var (far, near) = renewal.IsAsking ? (renewal.Presentity, renewal.Watcher) : (renewal.Watcher, renewal.Presentity);
        PresentityCommand command = renewal.IsAsking ? new UpstreamEnded(renewal.Watcher, RetryNow: true, null) : new Probe(renewal.Watcher, s_leg);
        var kind = renewal.IsAsking ? PassageKind.Presence : PassageKind.Watch;
        var passage = new Passage(context.Ids.NextId(), peer.Name, Federation.Protocol.Xmpp, kind, far, near);
        var principal = new FederatedPeer(peer, far.Domain, Proof.SaslExternal) { IsReport = true };
        await context.Crossing.EnterAsync(principal, passage, renewal.Presentity, command, CancellationToken.None);
    }
}
