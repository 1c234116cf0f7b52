using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Links;

/// <summary>A stanza that waits for a stream.</summary>
/// <param name="Bytes">It.</param>
/// <param name="Receipt">Who wants to know.</param>
/// <param name="Since">When it came.</param>
/// <param name="SecondsMax">How long it may wait, where it is not the peer's record that says so.</param>
/// <param name="IsTold">Its sender was told that it was sent: an earlier stream held it, and was lost.</param>
internal readonly record struct WaitingStanza(byte[] Bytes, LinkReceipt? Receipt, long Since, int? SecondsMax, bool IsTold)
{
    /// <summary>It will not be sent.</summary>
    public void GiveUp(XmppReason reason, string text)
    {
        if (IsTold) Receipt?.Lost(reason, text);
        else Receipt?.GivenUp(reason, text);
    }
}

/// <summary>What became of a stanza at the link: taken, taken and held for resumption, or refused.</summary>
internal readonly record struct LinkVerdict(XmppReason Reason, bool IsHeld)
{
    public static LinkVerdict Taken => default;

    public static LinkVerdict Held => new(XmppReason.None, true);

    public static implicit operator LinkVerdict(XmppReason reason) => new(reason, false);
}

/// <summary>The queue of a link, in order of coming. The link bounds and guards it.</summary>
internal sealed class LinkQueue(TimeProvider time)
{
    private Queue<WaitingStanza> _waiting = new();

    public int Count => _waiting.Count;

    public int Bytes { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes, LinkReceipt? receipt, int? secondsMax)
    {
        _waiting.Enqueue(new WaitingStanza(bytes.ToArray(), receipt, time.GetTimestamp(), secondsMax, IsTold: false));
        Bytes += bytes.Length;
    }

    /// <summary>Before everything younger, what a lost stream had sent and nobody acknowledged.</summary>
    public void PutBack(IReadOnlyList<(byte[] Bytes, LinkReceipt? Receipt)> sent)
    {
        if (sent.Count == 0) return;
        long now = time.GetTimestamp();
        _waiting = new Queue<WaitingStanza>([.. sent.Select(s => new WaitingStanza(s.Bytes, s.Receipt, now, null, IsTold: true)), .. _waiting]);
        Bytes += sent.Sum(s => s.Bytes.Length);
    }

    /// <summary>The next that is still worth something.</summary>
    public bool TryTake(out WaitingStanza waiting)
    {
        while (_waiting.TryDequeue(out waiting))
        {
            Bytes -= waiting.Bytes.Length;
            if (waiting.SecondsMax is not { } own || time.GetElapsedTime(waiting.Since).TotalSeconds < own) return true;
        }
        return false;
    }

    /// <summary>Takes out what has waited too long.</summary>
    public void TakeLate(long now, int secondsMax, List<WaitingStanza> late)
    {
        while (_waiting.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since, now).TotalSeconds >= (oldest.SecondsMax ?? secondsMax))
        {
            late.Add(_waiting.Dequeue());
            Bytes -= oldest.Bytes.Length;
        }
    }

    public IReadOnlyList<WaitingStanza> TakeAll()
    {
        WaitingStanza[] all = [.. _waiting];
        _waiting.Clear();
        Bytes = 0;
        return all;
    }

    /// <summary>Seconds that the oldest has waited.</summary>
    public int OldestSeconds(long now) => _waiting.TryPeek(out var oldest) ? (int)time.GetElapsedTime(oldest.Since, now).TotalSeconds : 0;
}
