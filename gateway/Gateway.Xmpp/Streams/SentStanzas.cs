using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol.Streams;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// The stanzas an outbound stream has sent under stream management (XEP-0198) and the peer has not acknowledged. One request is outstanding at a time: the answer to it asks again while there is
/// anything left. What is here outlives the stream.
/// </summary>
internal sealed class SentStanzas(StreamConnection stream, PeerModel peer)
{
    private readonly Lock _gate = new();
    private SentWindow<LinkReceipt?> _window = new();
    private string? _id;
    private volatile bool _isOn;
    private bool _isAsked;
    private bool _hasProgressed;

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

    /// <summary>Begins to keep.</summary>
    public void On() => _isOn = true;

    /// <summary>The peer has given the stream a name to resume it by.</summary>
    public void Name(string? id)
    {
        lock (_gate) _id = id;
    }

    /// <summary>The peer does not count after all: what was kept is as good as sent.</summary>
    public void Off()
    {
        lock (_gate) (_isOn, _window) = (false, new SentWindow<LinkReceipt?>());
    }

    /// <summary>Sends one and keeps it.</summary>
    public SendVerdict TrySend(ReadOnlySpan<byte> bytes, LinkReceipt? receipt)
    {
        lock (_gate)
        {
            if (!_isOn || stream.Transport is not { IsClosed: false } transport) return SendVerdict.Over;
            if (_window.Count >= peer.Limits.QueuedItemsMax || _window.Bytes + bytes.Length > peer.Limits.QueuedBytesMax) return SendVerdict.Full;
            switch (transport.TrySend(bytes))
            {
                case TransportReason.None:
                    _window.Add(bytes, receipt);
                    Ask(transport);
                    return SendVerdict.Held;
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
            _isAsked = false;
            if (stream.Transport is { } transport) Ask(transport);
        }
    }

    /// <summary>The peer's count; false when it cannot be.</summary>
    public bool TryAcknowledge(uint handled)
    {
        lock (_gate)
        {
            if (!_isOn || !TryAcknowledge(_window, handled)) return false;
            _isAsked = false;
            if (_window.Count > 0) Ask(stream.Transport!);
            return true;
        }
    }

    /// <summary>The earlier stream goes on here: what the peer has not handled is sent again, in order. False when its count cannot be.</summary>
    public bool Resume(uint handled)
    {
        lock (_gate)
        {
            if (Earlier is not { } earlier || !TryAcknowledge(earlier.Window, handled)) return false;
            (_window, _id, _isOn) = (earlier.Window, earlier.Id, true);
            Earlier = null;
            foreach (var (bytes, _) in _window.Unacknowledged) stream.Transport!.TrySend(bytes);
            if (_window.Count > 0) Ask(stream.Transport!);
            return true;
        }
    }

    /// <summary>The earlier stream is gone; what the peer still knows to be handled need not be sent again.</summary>
    public void Forget(uint? handled)
    {
        lock (_gate)
        {
            if (handled is { } known && Earlier is { } earlier) TryAcknowledge(earlier.Window, known);
        }
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

    private bool TryAcknowledge(SentWindow<LinkReceipt?> window, uint handled)
    {
        uint before = window.Acknowledged;
        bool isPossible = window.TryAcknowledge(handled);
        _hasProgressed |= window.Acknowledged != before;
        return isPossible;
    }

    private void Ask(TransportConnection transport)
    {
        if (_isAsked) return;
        _isAsked = transport.TrySend(Management.Request) == TransportReason.None;
    }
}
