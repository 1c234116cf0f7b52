using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Links;

/// <summary>A stanza that waits for a stream.</summary>
/// <param name="Bytes">It.</param>
/// <param name="Terms">What is owed to its sender.</param>
/// <param name="Since">When it came.</param>
internal readonly record struct WaitingStanza(byte[] Bytes, StanzaTerms Terms, long Since);

/// <summary>The queue of a link, in order of coming; its bytes count among all that is held for its peer. The link bounds and guards it.</summary>
internal sealed class LinkQueue(TimeProvider time, HeldBytes held, PeerModel peer)
{
    private Queue<WaitingStanza> _waiting = new();
    private PeerModel _peer = peer;

    public int Count => _waiting.Count;

    public int Bytes
    {
        get;
        private set
        {
            held.Add(_peer, value - field);
            field = value;
        }
    }

    /// <summary>The pair's record is another one now, maybe another peer's.</summary>
    public void Give(PeerModel peer)
    {
        held.Add(_peer, -Bytes);
        held.Add(_peer = peer, Bytes);
    }

    public void Add(ReadOnlySpan<byte> bytes, in StanzaTerms terms)
    {
        _waiting.Enqueue(new WaitingStanza(bytes.ToArray(), terms, time.GetTimestamp()));
        Bytes += bytes.Length;
    }

    /// <summary>Before everything younger, what a lost stream had sent and nobody acknowledged.</summary>
    public void PutBack(IReadOnlyList<(byte[] Bytes, HeldStanza Held)> sent)
    {
        if (sent.Count == 0) return;
        long now = time.GetTimestamp();
        _waiting = new Queue<WaitingStanza>([.. sent.Select(s => new WaitingStanza(s.Bytes, s.Held.Terms, now)), .. _waiting]);
        Bytes += sent.Sum(s => s.Bytes.Length);
    }

    /// <summary>The next that is still worth something; it stays the next until it is taken.</summary>
    public bool TryPeek(out WaitingStanza waiting)
    {
        while (_waiting.TryPeek(out waiting))
        {
            if (waiting.Terms.SecondsMax is not { } own || time.GetElapsedTime(waiting.Since).TotalSeconds < own) return true;
            Take();
        }
        return false;
    }

    /// <summary>The one that was looked at is gone.</summary>
    public void Take() => Bytes -= _waiting.Dequeue().Bytes.Length;

    /// <summary>Takes out what has waited too long. What was put back stands before what is older.</summary>
    public void TakeLate(long now, int secondsMax, List<WaitingStanza> late)
    {
        for (int left = _waiting.Count; left > 0; left--)
        {
            var waiting = _waiting.Dequeue();
            if (time.GetElapsedTime(waiting.Since, now).TotalSeconds < (waiting.Terms.SecondsMax ?? secondsMax))
            {
                _waiting.Enqueue(waiting);
                continue;
            }
            late.Add(waiting);
            Bytes -= waiting.Bytes.Length;
        }
    }

    public IReadOnlyList<WaitingStanza> TakeAll()
    {
        WaitingStanza[] all = [.. _waiting];
        _waiting.Clear();
        Bytes = 0;
        return all;
    }

    /// <summary>Seconds that the next one has waited.</summary>
    public int OldestSeconds(long now) => _waiting.TryPeek(out var oldest) ? (int)time.GetElapsedTime(oldest.Since, now).TotalSeconds : 0;
}
