namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>
/// The receiving half of XEP-0198: <c>h</c> counts a stanza only when it and all before it are finished, whatever the order they finish in. What is not counted is sent again by the peer after a
/// break, so nothing that was taken and not finished is lost. Calls must not overlap.
/// </summary>
public sealed class HandledCount
{
    private const ulong OneWord = 64;
    private ulong[] _finished = new ulong[4];
    private ulong _handled;
    private ulong _received;

    /// <summary>Stanzas finished without a gap: the <c>h</c> to tell.</summary>
    public uint Handled => (uint)_handled;

    /// <summary>Stanzas taken and not yet counted.</summary>
    public int Open => (int)(_received - _handled);

    /// <summary>Stanzas taken behind the first so many: those a peer sends again that was told this number.</summary>
    public uint TakenBehind(uint handled) => (uint)_received - handled;

    /// <summary>One stanza was taken; its number is given to <see cref="Finish"/> when its passage is closed.</summary>
    public ulong Take()
    {
        if ((ulong)Open + 1 >= (ulong)_finished.Length * OneWord) Grow();
        return _received++;
    }

    /// <summary>The passage of a stanza is closed: answered, or refused. Once for each; a second time changes nothing.</summary>
    public void Finish(ulong number)
    {
        if (number < _handled || number >= _received) return;
        Word(number) |= Bit(number);
        while (_handled < _received && (Word(_handled) & Bit(_handled)) != 0)
        {
            Word(_handled) &= ~Bit(_handled);
            _handled++;
        }
    }

    private ref ulong Word(ulong number) => ref _finished[number / OneWord % (ulong)_finished.Length];

    private static ulong Bit(ulong number) => 1UL << (int)(number % OneWord);

    private void Grow()
    {
        var old = _finished;
        _finished = new ulong[old.Length * 2];
        for (ulong n = _handled; n < _received; n++)
        {
            if ((old[n / OneWord % (ulong)old.Length] & Bit(n)) != 0) Word(n) |= Bit(n);
        }
    }
}
