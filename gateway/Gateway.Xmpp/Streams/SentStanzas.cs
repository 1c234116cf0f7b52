using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol.Streams;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// The stanzas an outbound stream has sent under stream management (XEP-0198) and the peer has not acknowledged: their senders are told when it does. One request is outstanding at a time, and many
/// stanzas share it: an answer that acknowledges something asks again while anything is left. What is here outlives the stream.
/// </summary>
internal sealed class SentStanzas(StreamConnection stream, PeerModel peer, XmppContext context)
{
    private readonly Lock _gate = new();
    private HeldWindow _window = new(context.Held, peer);
    private string? _id;
    private volatile bool _isOn;
    private bool _hasProgressed;
    private long _askedAt;

    /// <summary>What an earlier stream left.</summary>
    public Resumption? Earlier { get; set; }

    /// <summary>True while sent stanzas are kept.</summary>
    public bool IsOn => _isOn;

    /// <summary>Stanzas kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _window.Count;
        }
    }

    /// <summary>Of these, how many have a sender who waits to be told.</summary>
    public int Owed
    {
        get
        {
            lock (_gate) return _window.Unacknowledged.Count(sent => sent.Tag.IsOwed);
        }
    }

    /// <summary>Begins to keep.</summary>
    public void On() => _isOn = true;

    /// <summary>The peer has given the stream a name to resume it by.</summary>
    public void Name(string? id)
    {
        lock (_gate) _id = id;
    }

    /// <summary>The peer does not count after all: what was kept is as good as what is written.</summary>
    public void Off()
    {
        IReadOnlyList<(byte[] Bytes, HeldStanza Tag)> kept;
        lock (_gate) (_isOn, kept) = (false, _window.Drain());
        foreach (var (_, held) in kept) held.Release();
    }

    /// <summary>Sends one and keeps it.</summary>
    public SendVerdict TrySend(ReadOnlySpan<byte> bytes, in StanzaTerms terms)
    {
        lock (_gate)
        {
            if (!_isOn || stream.Transport is not { IsClosed: false } transport) return SendVerdict.Over;
            if (_window.Count >= peer.Limits.QueuedItemsMax) return SendVerdict.Full;
            var held = new HeldStanza(terms, context.Time.GetTimestamp());
            switch (transport.TrySend(bytes, held))
            {
                case TransportReason.None:
                    _window.Add(bytes, held);
                    if (_askedAt == 0) Ask(transport);
                    return SendVerdict.Sent;
                case TransportReason.SendQueueFull:
                    return SendVerdict.Full;
                default:
                    return SendVerdict.Over;
            }
        }
    }

    /// <summary>Asks the peer where it stands, which also shows whether it lives.</summary>
    public void Request()
    {
        lock (_gate)
        {
            if (_askedAt == 0 && stream.Transport is { } transport) Ask(transport);
        }
    }

    /// <summary>The peer's count; false when it cannot be.</summary>
    public bool TryAcknowledge(uint handled)
    {
        var acknowledged = new List<HeldStanza>();
        lock (_gate)
        {
            if (!_isOn || !TryAcknowledge(_window, handled, acknowledged)) return false;
            _askedAt = 0;
            // Who has finished nothing more says so when he has, or is asked again in a second: two that only ask and answer would keep each other busy.
            if (_window.Count > 0 && acknowledged.Count > 0) Ask(stream.Transport!);
        }
        foreach (var held in acknowledged) held.Tell();
        return true;
    }

    /// <summary>The earlier stream goes on here: its count does, and what the peer has not handled stays with the link, which sends it again. False when the peer's count cannot be.</summary>
    public bool Resume(uint handled)
    {
        var acknowledged = new List<HeldStanza>();
        lock (_gate)
        {
            if (Earlier is not { } earlier || !TryAcknowledge(earlier.Window, handled, acknowledged)) return false;
            (_window, _id, _isOn) = (new HeldWindow(context.Held, peer, handled), earlier.Id, true);
            Earlier = null;
        }
        foreach (var held in acknowledged) held.Tell();
        return true;
    }

    /// <summary>The earlier stream is gone; what the peer still knows to be handled need not be sent again.</summary>
    public void Forget(uint? handled)
    {
        var acknowledged = new List<HeldStanza>();
        lock (_gate)
        {
            if (handled is { } known && Earlier is { } earlier) TryAcknowledge(earlier.Window, known, acknowledged);
        }
        foreach (var held in acknowledged) held.Tell();
    }

    /// <summary>Takes out what this stream leaves behind.</summary>
    public Resumption? Take()
    {
        lock (_gate)
        {
            if (!_isOn) return null;
            _isOn = false;
            return new Resumption(_id, _window, _hasProgressed);
        }
    }

    /// <summary>Called about once a second; false when the peer has not answered a request for too long.</summary>
    public bool TrySweep(long now)
    {
        if (!_isOn) return true;
        List<HeldStanza>? late = null;
        lock (_gate)
        {
            if (_askedAt != 0 && context.Time.GetElapsedTime(_askedAt, now).TotalSeconds >= context.Options.PingAnswerSecondsMax) return false;
            if (_askedAt == 0 && _window.Count > 0) Ask(stream.Transport!);
            foreach (var (_, held) in _window.Unacknowledged)
            {
                if (!held.IsWritten || context.Time.GetElapsedTime(held.SentAt, now).TotalSeconds < context.Options.AcknowledgeSecondsMax) break;
                if (held.IsOwed) (late ??= []).Add(held);
            }
        }
        foreach (var held in late ?? []) held.Tell();
        return true;
    }

    private bool TryAcknowledge(HeldWindow window, uint handled, List<HeldStanza> acknowledged)
    {
        bool isPossible = window.TryAcknowledge(handled, acknowledged);
        _hasProgressed |= acknowledged.Count > 0;
        return isPossible;
    }

    private void Ask(TransportConnection transport) =>
        _askedAt = transport.TrySend(Management.Request) == TransportReason.None ? Math.Max(1, context.Time.GetTimestamp()) : 0;
}
