using System.Collections.Concurrent;
using Gateway.Federation.Peers;

namespace Gateway.Sip.Presence;

/// <summary>The pace of every peer that has one, by its name.</summary>
internal sealed class PaceTable(TimeProvider time, Deadlines deadlines)
{
    private readonly ConcurrentDictionary<string, PeerPace> paces = new(StringComparer.Ordinal);

    /// <summary>Peers for which requests wait now, and how many.</summary>
    public IEnumerable<(string Peer, int Waiting)> Waiting => paces.Select(p => (p.Key, p.Value.WaitingCount)).Where(p => p.WaitingCount > 0);

    /// <summary>True: send now. False: <paramref name="taker"/> is called when the peer's pace allows.</summary>
    public bool TryTake(PeerModel peer, bool isOwed, ITurnTaker taker)
    {
        var limit = SipPeerTerms.PacePerSecondOf(peer);

        // A configured peer sets the pace of its own questions itself.
        if (isOwed && peer.Sip.PacePerSecond is null && !SipPeerTerms.IsFoundByDns(peer)) return true;
        return limit == 0 && !paces.ContainsKey(peer.Name) || For(peer, limit).TryTake(limit, isOwed, taker);
    }

    /// <summary>About how long what is asked now waits for its turn.</summary>
    public TimeSpan WaitOf(PeerModel peer) => paces.TryGetValue(peer.Name, out var pace) ? pace.Wait : TimeSpan.Zero;

    /// <summary>A request outside presence was sent: it goes first and counts.</summary>
    public void Spend(PeerModel peer)
    {
        if (paces.TryGetValue(peer.Name, out var pace)) pace.Spend();
        else if (SipPeerTerms.IsFoundByDns(peer) && SipPeerTerms.PacePerSecondOf(peer) is > 0 and var limit) For(peer, limit).Spend();
    }

    private PeerPace For(PeerModel peer, int limit) =>
        paces.GetOrAdd(peer.Name, static (_, made) => new PeerPace(made.Time, made.Deadlines, made.Limit), (Time: time, Deadlines: deadlines, Limit: limit));
}
