using Gateway.Federation.Peers;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// The care of standing connections, about once a second: keep-alives, connections that are to be left (a target that is no target any more, one more than is needed), hops that
/// asked for peace, connections under a certificate of ours that was replaced, and another look at where the peer is (its names are asked for again when their time to live is over).
/// </summary>
internal sealed partial class PeerLink
{
    // Every transaction that was begun on a connection is over after this time (RFC 3261 §17: 64*T1).
    private static readonly TimeSpan LeavingQuiet = TimeSpan.FromSeconds(32);
    private static readonly TimeSpan LeavingMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeavingQuietAtLast = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SpareIdle = TimeSpan.FromMinutes(5);
    private static readonly LinkFailure PeerOverloaded = new(LinkFailureKind.Overloaded, "sip.PeerOverloaded", "The peer answered 503 and asked for peace.");

    private DateTimeOffset lookAgainAt = DateTimeOffset.MaxValue;

    public void Sweep(DateTimeOffset now, TimeSpan waitMax)
    {
        SweepWaiting(now, waitMax);
        LeaveOutdated();
        foreach (var connection in live) Tend(connection, now);
        LeaveWorse();
        if (waiting.Count > 0)
        {
            List<Calls.OutgoingRequest>? refused;
            lock (gate) refused = Drain();
            Fail(refused, SendQueueFull);
            if (waiting.Count > 0) DialIfIdle();
        }

        if (now < lookAgainAt) return;
        lookAgainAt = DateTimeOffset.MaxValue;
        table.LookAgain(this);
    }

    /// <summary>Ends every connection that no longer proves to be <paramref name="peer"/> (null: nobody is configured by that name any more).</summary>
    public void Judge(PeerModel? peer, Func<SipConnection, PeerModel, Admission> judge)
    {
        foreach (var connection in live)
        {
            var admission = peer is null ? null : judge(connection, peer);
            if (admission is not { IsAdmitted: true }) connection.Transport.Close(TransportReason.ClosedByUs, admission?.PublicReason ?? "sip.PeerLost");
        }
    }

    /// <summary>Where the peer is was found out: connections to what is no target any more are left, and the names are asked for again when the answer is too old (RN-026).</summary>
    public void Found(IReadOnlyList<DialTarget> targets, DateTimeOffset again)
    {
        lookAgainAt = again;
        if (targets.Count == 0) return;
        lock (gate)
        {
            this.targets = targets;
            NoteHops();
        }

        var known = targets.Select(TargetBook.KeyOf).ToHashSet(StringComparer.Ordinal);
        foreach (var connection in live)
        {
            if (connection.Target is { } target && !known.Contains(TargetBook.KeyOf(target))) connection.IsLeaving = true;
        }

        // Make before break: the new way is dialled while the old one still carries. So too when a better target is to be had again.
        var best = Targets.Usable(targets, table.Now);
        var isBetter = best.Count > 0 && live.Length > 0 && live.All(c => c.IsLeaving || (c.Target is { } t && t.Priority > best[0].Priority));
        bool mustDial;
        lock (gate) mustDial = isBetter && !isDialling && table.Now >= notBefore && (isDialling = true);
        if (mustDial) _ = DialAsync(Peer, Peer.FromDomains.FirstOrDefault(""));
    }

    /// <summary>503 with Retry-After: the hop gets nothing new for that long (RFC 3261 §21.5.4); other targets are tried meanwhile (RFC 3263 §4.3).</summary>
    public void Overloaded(SipConnection connection, TimeSpan peace)
    {
        var until = table.Now + (peace < table.QuarantineMax ? peace : table.QuarantineMax);
        foreach (var other in live)
        {
            // All connections to the same machine lead to the same overload.
            if (other.IsSameHop(connection)) other.Rest(until);
        }

        if (connection.Target is { } dialled) Targets.Overloaded(TargetBook.KeyOf(dialled), PeerOverloaded, until);
        foreach (var target in targets)
            if (connection.IsAt(target)) Targets.Overloaded(TargetBook.KeyOf(target), PeerOverloaded, until);

        lock (gate)
        {
            // Where nothing was looked up yet, because the peer came to us, a dial may find another machine.
            LastFailure = PeerOverloaded;
            if (targets.Count == 0 || Targets.Usable(targets, table.Now).Count > 0) return;
            notBefore = until;
        }
    }

    /// <summary>
    /// Nothing at all was heard on the connection while a request waited for its last timer (RFC 3263 §4.3): perhaps the path is dead, whatever TCP believes; perhaps a proxy has
    /// nothing to say (RFC 4320 §4.2). Another is dialled, and this one is used only until that stands.
    /// </summary>
    public void Silent(SipConnection connection)
    {
        if (connection.IsLastChoice) return;
        connection.Suspect();
        table.Said(Peer, new LinkFailure(LinkFailureKind.Unreachable, "sip.PeerSilent", $"Nothing was heard from {connection.Transport.Remote} while a request waited for its answer."));
        DialIfIdle();
    }

    // Make before break, where it was we who dialled; a peer that came to us comes again, or is dialled with the next request.
    private void LeaveOutdated()
    {
        var mustDial = false;
        foreach (var connection in live)
        {
            if (connection.IsLeaving || !connection.IsUsable || !connection.IsOutdated) continue;
            connection.IsLeaving = true;
            mustDial |= !connection.Transport.IsAccepted;
        }

        if (mustDial) DialIfIdle();
    }

    private void Tend(SipConnection connection, DateTimeOffset now)
    {
        if (!connection.IsUsable) return;
        connection.Tend(now, table.KeepAlive);

        // What the peer opened is the peer's to close; one of ours that fell silent is left when there is a better one.
        if (!connection.Transport.IsAccepted && (IsSpare(connection, now) || (connection.IsSuspect && HasBetter()))) connection.IsLeaving = true;
        if (!connection.IsLeaving) return;
        connection.LeavingSince ??= now;
        var left = now - connection.LeavingSince;

        // A peer that never pauses for long gets half of the time; then the next breath it takes will do.
        var isQuiet = connection.Unanswered == 0 && now - connection.QuietSince >= (left < LeavingMax / 2 ? LeavingQuiet : LeavingQuietAtLast);
        if (isQuiet || left >= LeavingMax) connection.Transport.Close(TransportReason.ClosedByUs, "The connection was no longer needed.");
    }

    // RFC 2782: a target of lesser priority is for when no better one can be had; what goes by it meanwhile may end there.
    private void LeaveWorse()
    {
        if (live.Length < 2) return;
        var best = int.MaxValue;
        foreach (var connection in live)
        {
            if (connection is { IsUsable: true, IsResting: false, IsLastChoice: false, Target: { } target }) best = Math.Min(best, target.Priority);
        }

        foreach (var connection in live)
        {
            if (connection.Target is { } target && target.Priority > best) connection.IsLeaving = true;
        }
    }

    private bool HasBetter()
    {
        foreach (var other in live)
            if (other is { IsUsable: true, IsLastChoice: false }) return true;
        return false;
    }

    // One we dialled for more room, and nobody has used for a while: the first of ours stays.
    private bool IsSpare(SipConnection connection, DateTimeOffset now)
    {
        if (connection.Unanswered > 0 || now - connection.QuietSince < SpareIdle) return false;
        foreach (var other in live)
        {
            if (other == connection) return false;
            if (other is { IsUsable: true, IsLeaving: false }) return true;
        }

        return false;
    }
}
