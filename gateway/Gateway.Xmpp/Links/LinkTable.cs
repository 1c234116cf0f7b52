using System.Collections.Concurrent;
using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Streams;
using Presence.Core;

namespace Gateway.Xmpp.Links;

/// <summary>All links by their pair. Keys are A-labels, as neutral addresses have them.</summary>
internal sealed class LinkTable(XmppContext context)
{
    private readonly ConcurrentDictionary<(string Local, string Remote), PairLink> _links = new();
    private volatile bool _isStopping;
    private int _efforts;

    private readonly Renewer _renewer = new(context);

    public Connector Connector { get; } = new(context);

    public bool IsStopping => _isStopping;

    public IEnumerable<PairLink> All => _links.Values;

    /// <summary>Stanzas that wait, over all links.</summary>
    public int Queued => _links.Values.Sum(link => link.Queued);

    /// <summary>Sends from one of our domains to one of the peer's; the receipt hears the outcome.</summary>
    public void Send(string local, string remote, PeerModel peer, ReadOnlySpan<byte> bytes, LinkReceipt? receipt, int? secondsMax = null, PresenceEffect? effect = null)
    {
        while (true)
        {
            if (!_links.TryGetValue((local, remote), out var link))
            {
                if (!HasRoom(peer))
                {
                    receipt?.GivenUp(XmppReason.ResourceConstraint, "Too many domain pairs.");
                    return;
                }
                if (!Jid.TryPrepareDomain(local, out string? from) || !Jid.TryPrepareDomain(remote, out string? to))
                {
                    receipt?.GivenUp(XmppReason.JidMalformed, "");
                    return;
                }
                link = _links.GetOrAdd((local, remote), new PairLink(context, new DomainPair(from, to), peer));
            }
            link.Peer = peer;
            if (effect is not null) link.Note(effect);
            if (link.TrySend(bytes, receipt, secondsMax)) return;
            _links.TryRemove(new KeyValuePair<(string, string), PairLink>((local, remote), link));
        }
    }

    /// <summary>
    /// An open stream that a new pair may share (XEP-0220 §2.6): to the same domain, or to another of the same configured system where it tells errors apart. A stream under management carries one
    /// pair alone, for its counts are of one queue.
    /// </summary>
    public OutboundConnection? FindCarrier(PairLink link)
    {
        if (!link.Peer.AllowsDialback) return null;
        bool isOneSystem = !PeerTable.IsDiscovered(link.Peer) && !link.Peer.Addresses.IsEmpty;
        foreach (var other in _links.Values)
        {
            if (other == link || !ReferenceEquals(other.Peer, link.Peer) || other.OpenOutbound is not { } stream) continue;
            if (stream.MayCarry(link.Pair, isOneSystem, link.Peer.Limits.PairsPerStreamMax)) return stream;
        }
        return null;
    }

    /// <summary>Lets stanzas of the pair go on a stream that the peer opened (XEP-0288); null when the pair has a stream already.</summary>
    public PairLink? Carry(DomainPair pair, PeerModel peer, InboundConnection stream)
    {
        if (_isStopping || !HasRoom(peer)) return null;
        var link = _links.GetOrAdd((Jid.ToAsciiDomain(pair.From), Jid.ToAsciiDomain(pair.To)), _ => new PairLink(context, pair, peer));
        link.Peer = peer;
        return link.TryOpen(stream) ? link : null;
    }

    // A quarter of the places is never for domains that nobody configured: who has names enough must not keep our partners from being written to.
    private bool HasRoom(PeerModel peer)
    {
        int most = context.Options.PairsMax;
        return _links.Count < (PeerTable.IsDiscovered(peer) ? most - (most / 4) : most);
    }

    /// <summary>One more effort towards this peer begins; false where too many are under way towards domains that nobody configured: who invents names must not use up our connections.</summary>
    public bool TryBeginEffort(PeerModel peer)
    {
        if (!PeerTable.IsDiscovered(peer) || Interlocked.Increment(ref _efforts) <= context.Options.DiscoveredEffortsMax) return true;
        Interlocked.Decrement(ref _efforts);
        return false;
    }

    /// <summary>Such an effort is over.</summary>
    public void EndEffort(PeerModel peer)
    {
        if (PeerTable.IsDiscovered(peer)) Interlocked.Decrement(ref _efforts);
    }

    /// <summary>The link of a pair, or null.</summary>
    public PairLink? Find(DomainPair pair) => _links.GetValueOrDefault((Jid.ToAsciiDomain(pair.From), Jid.ToAsciiDomain(pair.To)));

    /// <summary>Forgets what failed towards a domain, or towards all; gives back how many pairs there were (PS-127).</summary>
    public int Forget(string? domain) => _links.Where(link => domain is null || link.Key.Remote == domain).Count(link => link.Value.Forget());

    /// <summary>What a user of <paramref name="remote"/> said of his presence to one of <paramref name="local"/> was refused by the peer's rate.</summary>
    public void Refused(string local, string remote, Renewal renewal)
    {
        if (_links.TryGetValue((local, remote), out var link)) link.Refused(renewal);
    }

    /// <summary>The peer has proved this domain on a stream of its own.</summary>
    public void InboundProved(string domain)
    {
        foreach (var link in To(domain)) link.InboundProved();
    }

    /// <summary>A stream on which the peer had proved this domain broke.</summary>
    public void InboundLost(string domain)
    {
        foreach (var link in To(domain)) link.InboundLost();
    }

    private IEnumerable<PairLink> To(string domain)
    {
        string ascii = Jid.ToAsciiDomain(domain);
        return _links.Where(link => link.Key.Remote == ascii).Select(link => link.Value);
    }

    /// <summary>Ages queues and drops links that hold nothing.</summary>
    public void Sweep(long now)
    {
        int left = context.Options.RenewalsPerSecond;

        // Names that a stranger invents fail, and are remembered for it: that must not take the places of those who have something to say.
        bool isCrowded = _links.Count > context.Options.PairsMax / 2;
        foreach (var (key, link) in _links)
        {
            var renewals = link.Sweep(now, left);
            left -= renewals.Count;
            if (renewals.Count > 0) _ = _renewer.RenewAsync(link.Peer, renewals);
            if (link.TryRetire(now, isCrowded)) _links.TryRemove(new KeyValuePair<(string, string), PairLink>(key, link));
        }
    }

    /// <summary>Takes nothing more and gives up what waits.</summary>
    public void Stop()
    {
        _isStopping = true;
        foreach (var link in _links.Values) link.Stop();
    }
}
