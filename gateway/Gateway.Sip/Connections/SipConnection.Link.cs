using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// A connection as its links see it. It belongs to every peer that its certificate proves and that has spoken on it, or was dialled: two records may share one certificate.
/// </summary>
internal sealed partial class SipConnection
{
    private readonly Lock belonging = new();
    private PeerLink[] links = [];
    private int unanswered;
    private long movedSeen;
    private long sentSeen;
    private DateTimeOffset sentNothingSince = side.Now;
    private long restsUntil;
    private long suspectAt = -1;
    private volatile bool isLeaving;

    /// <summary>The peer this connection was first proved to be; null until the first admitted request, or from the dial on.</summary>
    public PeerLink? Link => links is [var first, ..] ? first : null;

    /// <summary>All of them.</summary>
    public IReadOnlyList<PeerLink> Links => links;

    /// <summary>What was dialled; null when the peer came to us.</summary>
    public DialTarget? Target { get; init; }

    /// <summary>Requests of ours on it that have no final answer yet.</summary>
    public int Unanswered => Volatile.Read(ref unanswered);

    /// <summary>The end was told to its links; who adds it later must take it away again.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The certificate we presented on it was replaced since: it is left like one to a target that is none any more.</summary>
    public bool IsOutdated => Transport.CertificateVersion != side.Options.Certificates.Current.Version && !side.Options.Certificates.Current.StillPresents(Transport.Presented);

    /// <summary>It takes no new dialogs and is closed when it has become quiet.</summary>
    public bool IsLeaving
    {
        get => isLeaving;
        set => isLeaving = value;
    }

    public DateTimeOffset? LeavingSince { get; set; }

    /// <summary>A request got no answer on it and nothing was heard since: perhaps the path is dead. Anything that is heard clears it.</summary>
    public bool IsSuspect => suspectAt == Transport.BytesIn;

    /// <summary>Used only while there is no other.</summary>
    public bool IsLastChoice => isLeaving || IsSuspect;

    /// <summary>Its hop asked for peace.</summary>
    public bool IsResting => Volatile.Read(ref restsUntil) is var until and not 0 && side.Now.UtcTicks < until;

    /// <summary>Since when no byte has come or gone, keep-alives not counted.</summary>
    public DateTimeOffset QuietSince { get; private set; } = side.Now;

    public bool BelongsTo(string peerName)
    {
        foreach (var link in links)
            if (link.PeerName == peerName) return true;
        return false;
    }

    /// <inheritdoc/>
    public bool? Concerns(string peerOrDomain)
    {
        foreach (var link in links)
            if (link.PeerName == peerOrDomain || link.Peer.FromDomains.Contains(peerOrDomain)) return true;
        if (links.Length == 0 && !Transport.IsClosed) return null;
        return AdmittedDomains.Contains(peerOrDomain, StringComparer.Ordinal);
    }

    public void Join(PeerLink link)
    {
        lock (belonging)
        {
            if (!links.Contains(link)) links = [.. links, link];
        }
    }

    /// <summary>From now on no link may keep it.</summary>
    public IReadOnlyList<PeerLink> End()
    {
        lock (belonging)
        {
            HasEnded = true;
            return links;
        }
    }

    /// <summary>Leads to the same machine as <paramref name="other"/>: a port tells them apart only where both were dialled.</summary>
    public bool IsSameHop(SipConnection other) => Target is { } own && other.Target is { } its
        ? own.Endpoints[0].Equals(its.Endpoints[0])
        : Transport.Remote.Address.Equals(other.Transport.Remote.Address);

    /// <summary>Leads to where <paramref name="target"/> is.</summary>
    public bool IsAt(DialTarget target) => Target is { } own ? own.Endpoints[0].Equals(target.Endpoints[0]) : Transport.Remote.Address.Equals(target.Endpoints[0].Address);

    public void Carried() => Interlocked.Increment(ref unanswered);

    public void Uncarried() => Interlocked.Decrement(ref unanswered);

    public void Suspect() => Volatile.Write(ref suspectAt, Transport.BytesIn);

    public void Rest(DateTimeOffset until) => Volatile.Write(ref restsUntil, until.UtcTicks);

    /// <summary>About once a second: notes what moved, and sends a keep-alive where nothing was sent for as long as the setting says (RFC 5626 §3.5.1).</summary>
    public void Tend(DateTimeOffset now, TimeSpan keepAlive)
    {
        if (MessagesOut != sentSeen) (sentSeen, sentNothingSince) = (MessagesOut, now);
        var moved = MessagesIn + MessagesOut;
        if (moved != movedSeen) (movedSeen, QuietSince) = (moved, now);
        if (keepAlive <= TimeSpan.Zero || now - sentNothingSince < keepAlive || Transport.UnsentBytes > 0) return;
        sentNothingSince = now;

        // No message, and no use of the connection.
        Transport.TrySend("\r\n\r\n"u8, null);
    }
}
