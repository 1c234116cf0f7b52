using System.Collections.Concurrent;
using Gateway.Federation.Peers;

namespace Gateway.Xmpp.Links;

/// <summary>
/// Bytes of stanzas that wait for a stream, or for the peer's word that it has them (XEP-0198), over all links: a peer that speaks for many domains, or invents them, holds no more of our memory than
/// one with a single pair. What is met by a bound is refused before it is held; what is held moves between window and queue whatever the bounds.
/// </summary>
internal sealed class HeldBytes(int bytesMax)
{
    private readonly ConcurrentDictionary<string, long> _ofPeers = new(StringComparer.Ordinal);
    private long _total;
    private long _strangers;

    /// <summary>Of all peers.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>Peers for whom something is held.</summary>
    public int PeerCount => _ofPeers.Count;

    public long Of(PeerModel peer) => _ofPeers.GetValueOrDefault(peer.Name);

    /// <summary>Why so many bytes more may not be held for the peer, or null. A quarter of the room is for configured peers alone.</summary>
    public string? RefusalOf(PeerModel peer, int bytes)
    {
        if (Of(peer) + bytes > peer.Limits.QueuedBytesMax) return "Too much waits for this peer: limits.queuedBytesMax of its record is reached.";
        bool isFull = Total + bytes > bytesMax || (PeerTable.IsDiscovered(peer) && Volatile.Read(ref _strangers) + bytes > bytesMax - (bytesMax / 4));
        return isFull ? "Too much waits for all peers together: limits.heldBytesMax is reached." : null;
    }

    /// <summary>So many more are held for the peer, or less.</summary>
    public void Add(PeerModel peer, int bytes)
    {
        if (bytes == 0) return;
        Interlocked.Add(ref _total, bytes);
        if (PeerTable.IsDiscovered(peer)) Interlocked.Add(ref _strangers, bytes);
        long now = _ofPeers.AddOrUpdate(peer.Name, static (_, more) => more, static (_, held, more) => held + more, bytes);
        if (now == 0) _ofPeers.TryRemove(new KeyValuePair<string, long>(peer.Name, 0));
    }
}
