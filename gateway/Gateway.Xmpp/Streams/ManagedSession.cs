using System.Collections.Concurrent;
using Gateway.Transport;
using Gateway.Xmpp.Protocol.Streams;

namespace Gateway.Xmpp.Streams;

/// <summary>One stanza that was counted as received; finished when its passage is closed. The default value belongs to no session.</summary>
internal readonly struct StanzaTicket
{
    private readonly ManagedSession? _session;
    private readonly ulong _number;
    private readonly SharedTicket? _whole;

    public StanzaTicket(ManagedSession session, ulong number) => (_session, _number) = (session, number);

    private StanzaTicket(SharedTicket whole) => _whole = whole;

    /// <summary>The passage is closed: answered, or refused. From any thread; once.</summary>
    public void Finish()
    {
        _session?.Finish(_number);
        _whole?.FinishPart();
    }

    /// <summary>The stanza became several: a ticket that each of them finishes once, and this one with the last.</summary>
    public StanzaTicket Share(int parts) => _session is null && _whole is null ? default : new StanzaTicket(new SharedTicket(this, parts));

    private sealed class SharedTicket(StanzaTicket whole, int parts)
    {
        private int _left = parts;

        public void FinishPart()
        {
            if (Interlocked.Decrement(ref _left) == 0) whole.Finish();
        }
    }
}

/// <summary>
/// What we know of the stanzas of an inbound stream under XEP-0198. It outlives its connection for a while, so that the peer can go on where it was: <c>h</c> counts a stanza only when its passage
/// is closed, so what a break of the gateway leaves unanswered is sent again by the peer.
/// </summary>
internal sealed class ManagedSession(string id, string domain, string local)
{
    private readonly Lock _gate = new();
    private readonly HandledCount _count = new();
    private InboundConnection? _carrier;
    private bool _isAnswerOwed;

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

    /// <summary>Goes on over this connection; gives back the one before, which is of no more use.</summary>
    public InboundConnection? Carry(InboundConnection connection)
    {
        lock (_gate)
        {
            var before = _carrier;
            (_carrier, LostAt, _isAnswerOwed) = (connection, 0, false);
            return before == connection ? null : before;
        }
    }

    /// <summary>Its connection is lost; false when another carries it already.</summary>
    public bool TryLose(InboundConnection connection, long now)
    {
        lock (_gate)
        {
            if (_carrier != connection) return false;
            (_carrier, LostAt) = (null, Math.Max(1, now));
            return true;
        }
    }

    /// <summary>One stanza was received.</summary>
    public StanzaTicket Take()
    {
        lock (_gate) return new StanzaTicket(this, _count.Take());
    }

    // Counts are told under the gate, for a smaller one must never follow a greater; the batch writes when the gate is left.
    public void Finish(ulong number)
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
