using Gateway.Sip.Calls;
using Gateway.Sip.Protocol.Wire;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// Requests that failed at one target and go on at another (RFC 3263 §4.3): by a connection that stands, else by one that is dialled for them. They wait apart, so that nothing else waits
/// for that dial.
/// </summary>
internal sealed partial class PeerLink
{
    private readonly List<Waiting> elsewhere = [];
    private IReadOnlyList<DialTarget> targets = [];
    private bool hasOtherHop;

    /// <summary>Takes what failed by another connection than those that refused it. False: there is no other way.</summary>
    public bool TrySendFurther(FurtherTry request, int slot, string domain, byte[] bytes)
    {
        (request.Link, request.Domain) = (this, domain);
        var mustDial = false;
        IReadOnlyList<SipConnection> refusers = [];
        using (SendBatch.Begin())
        {
            lock (gate)
            {
                var item = new Waiting(request, slot, bytes, table.Now);
                if (HandFurther(item) == Handed.Sent) return true;
                if (!HasUntried(request) || elsewhere.Count >= Peer.Limits.QueuedItemsMax) return false;
                elsewhere.Add(item);
                if (!isDialling) (mustDial, refusers) = (isDialling = true, BeginFurther());
            }
        }

        if (mustDial) _ = DialAsync(Peer, domain, refusers);
        return true;
    }

    // The caller holds the gate. What follows in the same dialog goes the same way.
    private Handed HandFurther(in Waiting item)
    {
        var request = (FurtherTry)item.Request!;
        if (ChooseFurther(request) is not { } connection) return Handed.NoWay;
        if (item.Slot >= 0) lanes![item.Slot].Connection = connection;
        return Hand(connection, request, item.Slot, item.Bytes);
    }

    // Any that does not lead to where it was refused; one that is to be left only when there is no other.
    private SipConnection? ChooseFurther(FurtherTry request)
    {
        SipConnection? last = null;
        foreach (var connection in live)
        {
            if (!connection.IsUsable || connection.IsResting || connection.IsSuspect || connection == request.Left || request.Refusers.Any(connection.IsSameHop)) continue;
            if (!connection.IsLastChoice) return connection;
            last ??= connection;
        }

        return last;
    }

    // Before the first look-up nobody knows: the dial will tell.
    private bool HasUntried(FurtherTry request)
    {
        if (table.Now < notBefore) return false;
        if (targets.Count == 0) return true;
        foreach (var target in Targets.Usable(targets, table.Now))
            if (!request.Refusers.Any(c => c.IsAt(target))) return true;
        return false;
    }

    // The caller holds the gate and a batch. A connection has joined: what can go by it goes, and what is refused is given back.
    private void DrainFurther(bool isDialled, ref List<OutgoingRequest>? refused)
    {
        for (var i = 0; i < elsewhere.Count;)
        {
            var item = elsewhere[i];
            var handed = item.Request!.IsTerminated ? Handed.Sent : HandFurther(item);

            // A dial that was under way already may have led to where it was refused: one is begun for it, and no second.
            if (handed == Handed.NoWay && isDialled && ((FurtherTry)item.Request).IsDialledFor) handed = Handed.Full;
            if (handed == Handed.NoWay)
            {
                i++;
                continue;
            }

            elsewhere.RemoveAt(i);
            if (handed == Handed.Full) (refused ??= []).Add(item.Request);
        }
    }

    // The caller holds the gate and dials: where none of those that wait was refused.
    private List<SipConnection> BeginFurther()
    {
        foreach (var item in elsewhere) ((FurtherTry)item.Request!).IsDialledFor = true;
        return [.. elsewhere.SelectMany(w => w.Request!.Refusers).Distinct()];
    }

    // A copy of each request costs a little: those that go further only after a 503 are copied only where there is another machine to go to.
    private bool MayGoFurther(SipMethod method) => hasOtherHop || method is SipMethod.Invite or SipMethod.Subscribe or SipMethod.Notify;

    // The caller holds the gate.
    private void NoteHops()
    {
        hasOtherHop = targets.Count > 1;
        foreach (var connection in live) hasOtherHop |= !connection.IsSameHop(live[0]) || (targets.Count == 1 && !connection.IsAt(targets[0]));
    }
}
