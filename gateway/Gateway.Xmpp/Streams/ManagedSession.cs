using System.Collections.Concurrent;
using Gateway.Transport;
using Gateway.Xmpp.Protocol.Streams;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// What we know of the stanzas of an inbound stream under XEP-0198. It outlives its connection for a while, so that the peer can go on where it was: <c>h</c> counts a stanza only when its passage
/// is closed, so what a break of the gateway leaves unanswered is sent again by the peer.
/// </summary>
internal sealed class ManagedSession(string id, string domain, string local) : ITicketOffice
{
    private readonly Lock _gate = new();
    private readonly HandledCount _count = new();
    private InboundConnection? _carrier;
    private bool _isAnswerOwed;
    private uint _comesAgain;

    public string Id => id;

    /// <summary>The peer's domain that EXTERNAL proved, and ours: a session belongs to the principal that made it.</summary>
    public (string Domain, string Local) Owner => (domain, local);

    /// <summary>When its connection was lost; 0 while it has one.</summary>
    public long LostAt { get; private set; }

    /// <summary>The <c>h</c> to tell.</summary>
    public uint Handled
    {
        get
        {
            lock (_gate) return _count.Handled;
        }
    }

    /// <summary>
    /// Goes on over this connection, whose peer was told that so many stanzas are handled; gives back the one before, which is of no more use. The peer will send again what it was not told of:
    /// as much of that as was taken is in work, or done, already.
    /// </summary>
    public InboundConnection? Carry(InboundConnection connection, uint handled)
    {
        lock (_gate)
        {
            var before = _carrier;
            (_carrier, LostAt, _isAnswerOwed, _comesAgain) = (connection, 0, false, _count.TakenBehind(handled));
            return before == connection ? null : before;
        }
    }

    /// <summary>The connection carries it no more; false when another does already. <paramref name="now"/> is when it was lost, or 0 when it will not be resumed.</summary>
    public bool TryLeave(InboundConnection connection, long now)
    {
        lock (_gate)
        {
            if (_carrier != connection) return false;
            (_carrier, LostAt) = (null, now);
            return true;
        }
    }

    /// <summary>One stanza came on this connection; false when it was taken before it was resumed, or will come again on the connection that carries the session now.</summary>
    public bool TryTake(InboundConnection connection, out StanzaTicket ticket)
    {
        lock (_gate)
        {
            bool isNew = _carrier == connection && _comesAgain == 0;
            if (_carrier == connection && _comesAgain > 0) _comesAgain--;
            ticket = isNew ? new StanzaTicket(this, _count.Take()) : default;
            return isNew;
        }
    }

    // Counts are told under the gate, for a smaller one must never follow a greater; the batch writes when the gate is left.
    void ITicketOffice.Finish(ulong number)
    {
        using var batch = SendBatch.Begin();
        lock (_gate)
        {
            _count.Finish(number);
            if (!_isAnswerOwed || _count.Open > 0) return;
            _isAnswerOwed = false;
            _carrier?.Acknowledge(_count.Handled);
        }
    }

    /// <summary>Stanzas were taken whose passages are not closed yet.</summary>
    public bool HasOpen
    {
        get
        {
            lock (_gate) return _count.Open > 0;
        }
    }

    /// <summary>The peer asked. What is not finished yet is told, unasked, when it is.</summary>
    public void Answer()
    {
        using var batch = SendBatch.Begin();
        lock (_gate)
        {
            _isAnswerOwed = _count.Open > 0;
            _carrier?.Acknowledge(_count.Handled);
        }
    }
}

/// <summary>Sessions that live or may be resumed, by name. Whoever breaks his streams again and again shortens the patience with his own, not that with others.</summary>
internal sealed class ManagedSessions(XmppContext context)
{
    private const int LostPerDomainMax = 64;

    private readonly ConcurrentDictionary<string, ManagedSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Sessions that are kept.</summary>
    public int Count => _sessions.Count;

    /// <summary>Makes room for one more: of too many, the one that has waited longest for its peer goes. False where a stream carries each of them.</summary>
    public bool TryMakeRoom()
    {
        if (_sessions.Count < context.Options.SessionsMax) return true;
        if (_sessions.Values.Where(s => s.LostAt > 0).MinBy(s => s.LostAt) is not { } oldest) return false;
        End(oldest);
        return true;
    }

    /// <summary>A new session, for which there is room.</summary>
    public ManagedSession Begin(string id, string domain, string local) => _sessions.GetOrAdd(id, new ManagedSession(id, domain, local));

    /// <summary>A session waits for its peer from now on; of too many of one domain the oldest goes.</summary>
    public void Lost(ManagedSession session)
    {
        var waiting = _sessions.Values.Where(s => s.LostAt > 0 && s.Owner.Domain == session.Owner.Domain).ToList();
        if (waiting.Count > LostPerDomainMax) End(waiting.MinBy(s => s.LostAt)!);
    }

    /// <summary>The session of this name that belongs to this owner, or null.</summary>
    public ManagedSession? Find(string id, string domain, string local) =>
        _sessions.TryGetValue(id, out var session) && session.Owner == (domain, local) ? session : null;

    /// <summary>It will not be resumed.</summary>
    public void End(ManagedSession session) => _sessions.TryRemove(session.Id, out _);

    /// <summary>Called about once a second.</summary>
    public void Sweep(long now)
    {
        foreach (var session in _sessions.Values)
        {
            if (session.LostAt > 0 && context.Time.GetElapsedTime(session.LostAt, now).TotalSeconds >= context.Options.ResumeSecondsMax) End(session);
        }
    }
}
