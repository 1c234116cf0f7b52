using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Streams;
using Presence.Core;

namespace Gateway.Xmpp.Links;

/// <summary>
/// The way from one of our domains to one of a peer's: one stream, and before it stands a queue that is bounded by count, bytes and age. Order is kept; nothing that is known to be handled is sent
/// twice; whoever cannot be served is told why.
/// <code>
///   Idle ──stanza, or presence that is owed──▸ Connecting ──ready──▸ Open
///    ▲                  │ given up: all that waits is given up, and while the link rests newcomers too
///    └──────────────────┴───── ended ──────┘  (what could not be handed over, or was not acknowledged, connects again)
/// </code>
/// </summary>
internal sealed class PairLink(XmppContext context, DomainPair pair, PeerModel peer) : IAttemptOwner
{
    private const int SharedSecondsMax = 5;

    // One that breaks at once may have been unlucky; whoever takes stanzas and acknowledges none, again and again, is not asked for ever.
    private const int FruitlessMax = 3;

    private enum Phase
    {
        Idle,
        Connecting,
        Open,
    }

    private readonly Lock _gate = new();
    private readonly LinkQueue _queue = new(context.Time, context.Held, peer);
    private readonly LinkRest _rest = new(context.Options, context.Time);
    private readonly PresenceMemory _memory = new();
    private Phase _phase;
    private StreamConnection? _stream;
    private Attempt? _attempt;
    private PeerModel? _attempted;
    private long _sharedSince;
    private Resumption? _resumption;
    private int _fruitless;
    private string? _lastGood;
    private bool _mustRenew;
    private bool _isInboundLost;
    private long _usedSince;
    private long _lastSent;
    private bool _isRetired;

    public DomainPair Pair => pair;

    /// <summary>The record in force; another one makes earlier failures say nothing.</summary>
    public PeerModel Peer
    {
        get;
        set
        {
            if (ReferenceEquals(field, value)) return;

            // Records of discovered domains are made anew when too many strangers were met: the same one says nothing new.
            bool isSame = PeerTable.IsDiscovered(value) && field with { FromDomains = value.FromDomains } == value;
            field = value;
            lock (_gate) _queue.Give(value);
            if (!isSame) Forget();
        }
    } = peer;

    /// <summary>Stanzas that wait.</summary>
    public int Queued => _queue.Count;

    /// <summary>The open stream.</summary>
    public StreamConnection? OpenStream => _phase == Phase.Open ? _stream : null;

    /// <summary>The open stream where it is one of ours: dialback questions may share it.</summary>
    public OutboundConnection? OpenOutbound => OpenStream as OutboundConnection;

    /// <summary>
    /// Sends or queues for at most <paramref name="secondsMax"/>, else as long as the peer's record says; false only when this link was retired and another must be taken. Any other outcome is the
    /// receipt's.
    /// </summary>
    public bool TrySend(ReadOnlySpan<byte> bytes, LinkReceipt? receipt, int? secondsMax = null)
    {
        var (refusal, text) = (XmppReason.None, "");
        using (SendBatch.Begin())
        {
            lock (_gate)
            {
                if (_isRetired) return false;
                (refusal, text) = SendOrQueue(bytes, new StanzaTerms(receipt, secondsMax));
            }
        }
        // The sender is told that too much waits; the operator, which bound it was.
        if (refusal == XmppReason.QueueFull) context.Refusals.Add(Peer.Name, XmppFailures.NameOf(refusal), $"{pair}: {text}");
        if (refusal == XmppReason.None) context.Metrics.StanzaSent();
        else receipt?.GivenUp(refusal, text);
        return true;
    }

    /// <summary>A presence effect left by this link: it will be owed again should the link break.</summary>
    public void Note(PresenceEffect effect)
    {
        lock (_gate) _memory.Note(effect);
    }

    /// <summary>Presence that the peer's rate refused: the core does not have what is true now.</summary>
    public void Refused(Renewal renewal)
    {
        lock (_gate) _memory.Refused(renewal, context.Time.GetTimestamp());
    }

    /// <summary>Called about once a second. Gives back what may be said again now, at most <paramref name="renewalsMax"/>.</summary>
    public IReadOnlyList<Renewal> Sweep(long now, int renewalsMax)
    {
        var late = new List<WaitingStanza>();
        var renewals = new List<Renewal>();
        using (SendBatch.Begin())
        {
            lock (_gate)
            {
                _queue.TakeLate(now, Peer.Limits.QueueSecondsMax, late);
                if (_phase == Phase.Open) SendWaiting();
                bool isUnanswered = _phase == Phase.Connecting && _attempt is null && context.Time.GetElapsedTime(_sharedSince, now).TotalSeconds >= SharedSecondsMax;
                if (isUnanswered) Connect(mayShare: false);
                bool isOwing = (_memory.IsLost || _memory.IsCalm(context.Time, now) || (_mustRenew && _memory.Count > 0)) && _rest.RenewalSecondsLeft(now) == 0;
                if (_phase == Phase.Idle && isOwing && !context.Links.IsStopping && _rest.SecondsLeft(Peer, now) == 0) Connect();
                while (_phase == Phase.Open && renewals.Count < renewalsMax && _memory.TryTake(out var renewal)) renewals.Add(renewal);
                int mayAnswer = Math.Min(renewalsMax, AnswersMax(Peer.Limits));
                while (_phase == Phase.Open && renewals.Count < mayAnswer && _memory.TryTakeRefused(context.Time, now, out var renewal)) renewals.Add(renewal);
            }
        }
        foreach (var waiting in late) waiting.Terms.GiveUp(XmppReason.QueueTimeout, "No stream took it in time.");
        Ping(now);
        return renewals;
    }

    /// <summary>True when the link held nothing and was taken out of use; where there is little room, the failures of a discovered domain are nothing.</summary>
    public bool TryRetire(long now, bool isCrowded)
    {
        lock (_gate)
        {
            bool isRemembered = _rest.IsRemembered(Peer, now) && !(isCrowded && PeerTable.IsDiscovered(Peer));
            // A stream that left nothing to be sent again is worth no place, though it might be resumed.
            bool isNeeded = _queue.Count > 0 || _resumption is { Window.Count: > 0 } || _memory.Count > 0 || isRemembered;
            return _isRetired = _phase == Phase.Idle && !isNeeded;
        }
    }

    /// <summary>The far side lives, or the operator says so: what failed before is forgotten. True when there was something to forget.</summary>
    public bool Forget()
    {
        lock (_gate)
        {
            bool isFailed = _rest.Reason != XmppReason.None;
            _rest.Clear();
            return isFailed;
        }
    }

    /// <summary>The peer's own stream broke: what it said meanwhile may be lost.</summary>
    public void InboundLost() => _isInboundLost = true;

    /// <summary>The peer has proved itself on a stream of its own.</summary>
    public void InboundProved()
    {
        Forget();
        if (!_isInboundLost) return;
        _isInboundLost = false;
        lock (_gate) _memory.Owe(onlyAskings: true);
    }

    /// <summary>Gives up everything that waits.</summary>
    public void Stop()
    {
        Attempt? attempt;
        lock (_gate) attempt = _attempt;
        attempt?.Stop();
        GiveUpAll(XmppReason.SystemShutdown, "");
    }

    public void OnReady(OutboundConnection stream)
    {
        using var batch = SendBatch.Begin();
        lock (_gate)
        {
            if (_phase != Phase.Open)
            {
                _lastGood = stream.Target.Text;
                Use(stream);
                return;
            }
        }

        // The pair was let onto a shared stream after all.
        stream.End(XmppReason.None);
    }

    public void OnEnded(OutboundConnection stream, XmppReason reason, string text) => Leave(stream, reason, stream.TakeResumption());

    public void OnGivenUp(Attempt attempt, XmppReason reason, string text)
    {
        lock (_gate)
        {
            // One that was overtaken by a stream of another pair speaks for nobody: what waits now, waits for the next.
            if (_phase != Phase.Connecting || _attempt != attempt) return;
            if (!ReferenceEquals(_attempted, Peer) && !context.Links.IsStopping)
            {
                // It failed under a record that is no longer in force.
                Connect();
                return;
            }
            (_phase, _attempt, _lastGood, _mustRenew) = (Phase.Idle, null, null, true);
            _rest.Fail(reason, text);
            TakeBack();
        }
        context.Refusals.Add(Peer.Name, XmppFailures.NameOf(reason), $"{pair}: {text}");
        GiveUpAll(reason, text);
    }

    /// <summary>Takes a stream that the peer opened, unless one of ours stands or is under way.</summary>
    public bool TryOpen(InboundConnection stream)
    {
        using var batch = SendBatch.Begin();
        lock (_gate)
        {
            if (_isRetired || _phase != Phase.Idle || stream.IsOver) return false;
            Use(stream);
            return true;
        }
    }

    /// <summary>Takes the stream of another pair that this one may share. One that has ended meanwhile is left alone: its end tells the link to look for another.</summary>
    public void Share(OutboundConnection stream)
    {
        using var batch = SendBatch.Begin();
        lock (_gate)
        {
            if (_phase != Phase.Open && !stream.IsOver) Use(stream);
        }
    }

    /// <summary>The stream that was to be shared takes the pair not, or is over: the pair needs one of its own.</summary>
    public void CarryRefused()
    {
        lock (_gate)
        {
            if (_phase == Phase.Connecting && _attempt is null && !context.Links.IsStopping) Connect(mayShare: false);
        }
    }

    /// <summary>The stream carries the pair no more; false when it never did.</summary>
    public bool Leave(StreamConnection stream, XmppReason reason, Resumption? resumption)
    {
        const string Fruitless = "The peer took what was sent and acknowledged nothing of it, on one stream after the other.";
        bool mustGiveUp = false;
        Resumption? released = null;
        lock (_gate)
        {
            if (_stream != stream) return false;
            (_phase, _stream, _resumption) = (Phase.Idle, null, resumption);
            if (reason is not (XmppReason.None or XmppReason.PeerClosed or XmppReason.ConnectionTimeout or XmppReason.SystemShutdown or XmppReason.CertificateReplaced))
            {
                _mustRenew = true;
                _rest.Break(context.Time.GetElapsedTime(_usedSince).TotalSeconds);
            }
            if (resumption is { HasProgressed: false, Window.Count: > 0 }) _fruitless++;
            else _fruitless = 0;

            // At our own end nobody is left to hear what was acknowledged.
            if (reason is XmppReason.SystemShutdown || context.Links.IsStopping) (released, _resumption) = (_resumption, null);
            // What was never handed over, or not acknowledged, goes by the next stream.
            else if (_fruitless >= FruitlessMax)
            {
                _fruitless = 0;
                _rest.Fail(reason, Fruitless);
                TakeBack();
                mustGiveUp = true;
            }
            else if (_queue.Count > 0 || _resumption is { Window.Count: > 0 }) Connect();
        }
        foreach (var (_, held) in released?.Window.Drain() ?? []) held.Release();
        if (context.Links.IsStopping) GiveUpAll(reason, "");
        if (mustGiveUp)
        {
            context.Refusals.Add(Peer.Name, XmppFailures.NameOf(reason), $"{pair}: {Fruitless}");
            GiveUpAll(reason, Fruitless);
        }
        return true;
    }

    public PairSnapshot Snapshot()
    {
        lock (_gate)
        {
            string failure = _rest.Reason == XmppReason.None ? "" : XmppFailures.NameOf(_rest.Reason);
            long now = context.Time.GetTimestamp();
            return new PairSnapshot(pair.From, pair.To, Peer.Name, _phase.ToString().ToLowerInvariant(), _queue.Count, _queue.Bytes, failure, _rest.Text)
            {
                OldestSeconds = _queue.OldestSeconds(now), RetryInSeconds = _rest.SecondsLeft(Peer, now), PresencePairs = _memory.Count, PresenceOwed = _memory.Owed,
            };
        }
    }

    // Half of what the peer may say a second: its answers come beside all else it says, and one user has several of them.
    private static int AnswersMax(PeerLimits limits)
    {
        int most = limits.RequestsPerSecondMax > 0 ? limits.RequestsPerSecondMax : int.MaxValue;
        if (limits.DomainRequestsPerSecondMax > 0) most = Math.Min(most, limits.DomainRequestsPerSecondMax);
        return Math.Max(1, most / 2);
    }

    private void Use(StreamConnection stream)
    {
        (_phase, _stream, _attempt) = (Phase.Open, stream, null);
        _rest.Clear();
        TakeBack();
        if (_mustRenew && stream is not OutboundConnection { HasResumed: true }) _memory.Owe(onlyAskings: false);
        _mustRenew = false;
        _usedSince = _lastSent = context.Time.GetTimestamp();
        SendWaiting();
    }

    // As much as the open stream takes, in order. The rest goes when there is room again, or, if the stream is over under our hands, by the next one.
    private void SendWaiting()
    {
        while (_queue.TryPeek(out var waiting) && _stream!.TrySendStanza(waiting.Bytes, waiting.Terms) == SendVerdict.Sent) _queue.Take();
    }

    private (XmppReason Refusal, string Text) SendOrQueue(ReadOnlySpan<byte> bytes, in StanzaTerms terms)
    {
        if (context.Links.IsStopping) return (XmppReason.SystemShutdown, "");
        long now = context.Time.GetTimestamp();
        if (_phase == Phase.Idle && _rest.SecondsLeft(Peer, now) > 0) return (_rest.Reason, _rest.Text);
        if (_phase == Phase.Open && _queue.Count > 0) SendWaiting();
        bool isHeld = _phase != Phase.Open || _queue.Count > 0 || _stream is OutboundConnection { HoldsStanzas: true };
        if (isHeld && context.Held.RefusalOf(Peer, bytes.Length) is { } full) return (XmppReason.QueueFull, full);
        if (_phase == Phase.Open)
        {
            var sent = _queue.Count > 0 ? SendVerdict.Over : _stream!.TrySendStanza(bytes, terms);
            if (sent == SendVerdict.Full) return (XmppReason.QueueFull, "The stream takes no more.");
            // Closed under our hands: the end is about to be told, and the stanza goes by the next stream.
            if (sent == SendVerdict.Sent)
            {
                _lastSent = now;
                return (XmppReason.None, "");
            }
        }
        if (_queue.Count >= Peer.Limits.QueuedItemsMax) return (XmppReason.QueueFull, "Too much waits.");
        _queue.Add(bytes, terms);
        if (_phase == Phase.Idle) Connect();
        return (XmppReason.None, "");
    }

    private void Connect(bool mayShare = true)
    {
        (_phase, _attempted, _sharedSince) = (Phase.Connecting, Peer, context.Time.GetTimestamp());
        if (mayShare && _resumption is null && context.Links.FindCarrier(this) is { } carrier && carrier.TryCarry(this)) return;
        _attempt = new Attempt(context, pair, OutboundPurpose.Stanzas, Peer, this) { Preferred = _lastGood, Resumption = _resumption };
        _attempt.Begin();
    }

    // Sent and not known to be handled: it goes again, before everything younger.
    private void TakeBack()
    {
        if (_resumption is not { } lost) return;
        _resumption = null;
        _queue.PutBack(lost.Window.Drain());
    }

    private void GiveUpAll(XmppReason reason, string text)
    {
        IReadOnlyList<WaitingStanza> all;
        lock (_gate) all = _queue.TakeAll();
        foreach (var waiting in all) waiting.Terms.GiveUp(reason, text);
    }

    private void Ping(long now)
    {
        var stream = OpenStream;
        if (stream is null || context.Options.PingSeconds <= 0) return;
        if (context.Time.GetElapsedTime(Volatile.Read(ref _lastSent), now).TotalSeconds < context.Options.PingSeconds) return;
        stream.Ping(pair);
        Volatile.Write(ref _lastSent, now);
    }
}
