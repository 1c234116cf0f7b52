namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>
/// The sending half of XEP-0198: what was sent and not acknowledged, in order. Counts are 32 bits and wrap (§4). <typeparamref name="T"/> is whatever the caller ties to a stanza.
/// </summary>
/// <param name="acknowledged">Stanzas acknowledged before: a resumed stream counts on from there.</param>
public sealed class SentWindow<T>(uint acknowledged = 0)
{
    private readonly Queue<(byte[] Bytes, T Tag)> _unacknowledged = new();

    /// <summary>Stanzas acknowledged so far.</summary>
    public uint Acknowledged { get; private set; } = acknowledged;

    /// <summary>Stanzas sent and not acknowledged.</summary>
    public int Count => _unacknowledged.Count;

    /// <summary>Their bytes.</summary>
    public int Bytes { get; private set; }

    /// <summary>What is not acknowledged, the oldest first.</summary>
    public IEnumerable<(byte[] Bytes, T Tag)> Unacknowledged => _unacknowledged;

    /// <summary>One more was sent; it is copied.</summary>
    public void Add(ReadOnlySpan<byte> bytes, T tag)
    {
        _unacknowledged.Enqueue((bytes.ToArray(), tag));
        Bytes += bytes.Length;
    }

    /// <summary>
    /// The peer has handled this many in all; what it thereby acknowledges is added to <paramref name="acknowledged"/>. False when it claims more than it was sent (§4: a stream error).
    /// </summary>
    public bool TryAcknowledge(uint handled, ICollection<T> acknowledged)
    {
        uint more = handled - Acknowledged;
        if (more > _unacknowledged.Count) return false;
        for (uint i = 0; i < more; i++)
        {
            var (bytes, tag) = _unacknowledged.Dequeue();
            Bytes -= bytes.Length;
            acknowledged.Add(tag);
        }
        Acknowledged = handled;
        return true;
    }

    /// <summary>Takes everything out; the counts are of no further use.</summary>
    public IReadOnlyList<(byte[] Bytes, T Tag)> Drain()
    {
        (byte[], T)[] all = [.. _unacknowledged];
        _unacknowledged.Clear();
        Bytes = 0;
        return all;
    }
}
