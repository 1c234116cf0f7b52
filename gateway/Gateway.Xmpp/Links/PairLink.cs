using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Links;

/// <summary>
/// The way from one of our domains to one of a peer's: one stream, and before it stands a queue that is bounded by count, bytes and age. Order is kept; nothing is sent twice;
/// whoever cannot be served is told why.
/// <code>
///   Idle ──stanza──▸ Connecting ──ready──▸ Open
///    ▲                  │ failed: all that waits is given up, and for a moment newcomers too
///    └──────────────────┴───── ended ──────┘  (what could not be handed over connects again)
/// </code>
/// </summary>
internal sealed class PairLink(XmppContext context, DomainPair pair, PeerModel peer) : IAttemptOwner
{
    private readonly record struct Waiting(byte[] Bytes, LinkReceipt? Receipt, long Since);

    private enum Phase
    {
        Idle,
        Connecting,
        Open,
    }

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _queue = new();
    private Phase _phase;
    private OutboundConnection? _stream;
    private Attempt? _attempt;
    private string? _lastGood;
    private int _queuedBytes;
    private long _failedAt;
    private int _failures;
    private XmppReason _lastFailure;
    private string _lastFailureText = "";
    private long _lastSent;
    private bool _isRetired;

    public DomainPair Pair => pair;

    public PeerModel Peer { get; set; } = peer;

    /// <summary>Stanzas that wait.</summary>
    public int Queued => _queue.Count;

    /// <summary>The open stream, for dialback questions that may share it.</summary>
    public OutboundConnection? OpenStream => _phase == Phase.Open ? _stream : null;

    /// <summary>Sends or queues; false only when this link was retired and another must be taken. Any other outcome is the receipt's.</summary>
    public bool TrySend(ReadOnlySpan<byte> bytes, LinkReceipt? receipt)
    {
        var (reason, text) = (XmppReason.None, "");
        using (SendBatch.Begin())
        {
            lock (_gate)
            {
                if (_isRetired) return false;
                (reason, text) = SendOrQueue(bytes, receipt);
            }
        }
        if (reason == XmppReason.None) context.Metrics.StanzaSent();
        else receipt?.GivenUp(reason, text);
        return true;
    }

    /// <summary>Called about once a second.</summary>
    public void Sweep(long now)
    {
        var late = new List<Waiting>();
        OutboundConnection? ending = null;
        using (SendBatch.Begin())
        {
            lock (_gate)
            {
                while (_queue.TryPeek(out var oldest) && context.Time.GetElapsedTime(oldest.Since, now).TotalSeconds >= Peer.Limits.QueueSecondsMax) late.Add(Dequeue());
                double silent = context.Time.GetElapsedTime(_lastSent, now).TotalSeconds;
                if (_phase == Phase.Open && context.Options.OutboundIdleSecondsMax > 0 && silent >= context.Options.OutboundIdleSecondsMax) ending = _stream;
            }
        }
        foreach (var waiting in late) waiting.Receipt?.GivenUp(XmppReason.QueueTimeout, "The stream did not stand in time.");
        ending?.End(XmppReason.ConnectionTimeout);
        Ping(now);
    }

    /// <summary>True when the link held nothing and was taken out of use.</summary>
    public bool TryRetire(long now)
    {
        lock (_gate)
        {
            bool isFresh = _failures > 0 && context.Time.GetElapsedTime(_failedAt, now).TotalSeconds < 60;
            return _isRetired = _phase == Phase.Idle && _queue.Count == 0 && !isFresh;
        }
    }

    /// <summary>Gives up everything that waits.</summary>
    public void Stop()
    {
        lock (_gate) _attempt?.Stop();
        GiveUpAll(XmppReason.SystemShutdown, "");
    }

    public void OnReady(OutboundConnection stream)
    {
        var refused = new List<Waiting>();
        using (SendBatch.Begin())
        {
            lock (_gate)
            {
                if (_phase != Phase.Connecting) return;
                (_stream, _lastGood) = (stream, stream.Target.Text);
                (_phase, _failures, _lastFailure, _lastFailureText) = (Phase.Open, 0, XmppReason.None, "");
                _lastSent = context.Time.GetTimestamp();
                while (_queue.Count > 0)
                {
                    var waiting = Dequeue();
                    if (stream.Transport!.TrySend(waiting.Bytes, waiting.Receipt) != TransportReason.None) refused.Add(waiting);
                }
            }
        }
        foreach (var waiting in refused) waiting.Receipt?.GivenUp(XmppReason.QueueFull, "The stream takes no more.");
    }

    public void OnEnded(OutboundConnection stream, XmppReason reason, string text)
    {
        lock (_gate)
        {
            if (_stream != stream) return;
            (_phase, _stream) = (Phase.Idle, null);
            // What came between the peer's end and now was never handed over: it goes by the next stream.
            if (_queue.Count > 0 && reason != XmppReason.SystemShutdown) Connect();
        }
    }

    public void OnGivenUp(XmppReason reason, string text)
    {
        lock (_gate)
        {
            if (_phase != Phase.Connecting) return;
            (_phase, _attempt, _lastGood) = (Phase.Idle, null, null);
            _failures++;
            (_failedAt, _lastFailure, _lastFailureText) = (context.Time.GetTimestamp(), reason, text);
        }
        context.Refusals.Add(Peer.Name, XmppFailures.NameOf(reason), $"{pair}: {text}");
        GiveUpAll(reason, text);
    }

    public PairSnapshot Snapshot()
    {
        lock (_gate)
        {
            string failure = _lastFailure == XmppReason.None ? "" : XmppFailures.NameOf(_lastFailure);
            return new PairSnapshot(pair.From, pair.To, Peer.Name, _phase.ToString().ToLowerInvariant(), _queue.Count, _queuedBytes, failure, _lastFailureText);
        }
    }

    private (XmppReason Reason, string Text) SendOrQueue(ReadOnlySpan<byte> bytes, LinkReceipt? receipt)
    {
        if (context.Links.IsStopping) return (XmppReason.SystemShutdown, "");
        if (_phase == Phase.Open)
        {
            switch (_stream!.Transport!.TrySend(bytes, receipt))
            {
                case TransportReason.None:
                    _lastSent = context.Time.GetTimestamp();
                    return (XmppReason.None, "");
                case TransportReason.SendQueueFull:
                    return (XmppReason.QueueFull, "The stream takes no more.");
            }
            // Closed under our hands: the end is about to be told, and the stanza goes by the next stream.
        }
        if (_phase == Phase.Idle && IsResting()) return (_lastFailure, _lastFailureText);
        if (_queue.Count >= Peer.Limits.QueuedItemsMax || _queuedBytes + bytes.Length > Peer.Limits.QueuedBytesMax) return (XmppReason.QueueFull, "Too much waits.");
        _queue.Enqueue(new Waiting(bytes.ToArray(), receipt, context.Time.GetTimestamp()));
        _queuedBytes += bytes.Length;
        if (_phase == Phase.Idle) Connect();
        return (XmppReason.None, "");
    }

    // After a failure the next attempt waits a little, and who asks meanwhile gets the same answer at once.
    private bool IsResting()
    {
        if (_failures == 0) return false;
        double pause = Math.Min(context.Options.RetrySecondsMax, 1 << Math.Min(_failures - 1, 10));
        return context.Time.GetElapsedTime(_failedAt).TotalSeconds < pause;
    }

    private Waiting Dequeue()
    {
        var waiting = _queue.Dequeue();
        _queuedBytes -= waiting.Bytes.Length;
        return waiting;
    }

    private void Connect()
    {
        _phase = Phase.Connecting;
        _attempt = new Attempt(context, pair, OutboundPurpose.Stanzas, Peer, this) { Preferred = _lastGood };
        _attempt.Begin();
    }

    private void GiveUpAll(XmppReason reason, string text)
    {
        List<Waiting> all;
        lock (_gate)
        {
            all = [.. _queue];
            _queue.Clear();
            _queuedBytes = 0;
        }
        foreach (var waiting in all) waiting.Receipt?.GivenUp(reason, text);
    }

    private void Ping(long now)
    {
        var stream = OpenStream;
        if (stream is null || context.Options.PingSeconds <= 0) return;
        if (context.Time.GetElapsedTime(Volatile.Read(ref _lastSent), now).TotalSeconds < context.Options.PingSeconds) return;
        stream.Transport?.TrySend(Protocol.Streams.Nonzas.Space);
        Volatile.Write(ref _lastSent, now);
    }
}
