using Gateway.Federation.Peers;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol.Streams;

namespace Gateway.Xmpp.Streams;

/// <summary>The window of one managed stream, whose bytes count among all that is held for its peer. Its owner guards it.</summary>
internal sealed class HeldWindow(HeldBytes held, PeerModel peer, uint acknowledged = 0)
{
    private readonly SentWindow<HeldStanza> _window = new(acknowledged);

    public int Count => _window.Count;

    public IEnumerable<(byte[] Bytes, HeldStanza Tag)> Unacknowledged => _window.Unacknowledged;

    public void Add(ReadOnlySpan<byte> bytes, HeldStanza stanza)
    {
        _window.Add(bytes, stanza);
        held.Add(peer, bytes.Length);
    }

    public bool TryAcknowledge(uint handled, ICollection<HeldStanza> into)
    {
        int before = _window.Bytes;
        bool isPossible = _window.TryAcknowledge(handled, into);
        held.Add(peer, _window.Bytes - before);
        return isPossible;
    }

    public IReadOnlyList<(byte[] Bytes, HeldStanza Tag)> Drain()
    {
        held.Add(peer, -_window.Bytes);
        return _window.Drain();
    }
}
