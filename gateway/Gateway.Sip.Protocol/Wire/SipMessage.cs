using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// A view over the one owned byte array of a received or drafted message (RFC 3261 §7). Every header keeps its spelling and place,
/// unknown ones too; values are decoded when asked for. What the transaction layer needs of each message is read once at parse.
/// </summary>
public abstract class SipMessage
{
    private readonly byte[] _bytes;
    private readonly HeaderSlot[] _slots;
    private readonly int _bodyStart;
    private readonly int _bodyLength;

    // Which known headers are there at all, one bit each: most questions are about headers a message does not have.
    private readonly ulong _presentLow;
    private readonly ulong _presentHigh;

    private protected SipMessage(in SipParts parts)
    {
        (_bytes, _slots, _bodyStart, _bodyLength) = (parts.Bytes, parts.Slots, parts.BodyStart, parts.BodyLength);
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Id < (SipHeaderId)64) _presentLow |= 1UL << (int)slot.Id;
            else _presentHigh |= 1UL << ((int)slot.Id - 64);
        }
    }

    /// <summary>The whole message. Folded lines have their line break replaced by blanks, byte for byte in place.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _bodyStart + _bodyLength);

    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(_bodyStart, _bodyLength);

    public int HeaderCount => _slots.Length;

    /// <summary>Sequence number and method of CSeq.</summary>
    public CSeq CSeq { get; internal set; }

    public bool Has(SipHeaderId id) => id < (SipHeaderId)64 ? (_presentLow >> (int)id & 1) != 0 : (_presentHigh >> ((int)id - 64) & 1) != 0;

    public SipHeaderLine HeaderAt(int index) => new(_slots[index].Id, NameAt(index), ValueAt(index));

    /// <summary>The whole value of the first line with this name; empty when absent.</summary>
    public ReadOnlySpan<byte> First(SipHeaderId id) => IndexOf(id, 0) is var i and >= 0 ? ValueAt(i) : default;

    /// <summary>The whole value of the first line with this name in any case; empty when absent. For names outside <see cref="SipHeaderId"/>.</summary>
    public ReadOnlySpan<byte> First(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(NameAt(i), name)) return ValueAt(i);
        }

        return default;
    }

    /// <summary>The first line's value as text, or null when the header is absent.</summary>
    public string? FirstText(SipHeaderId id) => IndexOf(id, 0) is var i and >= 0 ? SipGrammar.Text(ValueAt(i)) : null;

    /// <summary>All values in order, comma lists split where the grammar allows.</summary>
    public SipHeaderValues All(SipHeaderId id) => new(this, id, id.IsList());

    /// <summary>All lines in order, never split.</summary>
    public SipHeaderValues Lines(SipHeaderId id) => new(this, id, splits: false);

    /// <summary>Whether a list header names a token in any case, parameters aside: <c>Supported</c>, <c>Require</c>, <c>Accept</c>, <c>Allow</c> …</summary>
    public bool Lists(SipHeaderId id, ReadOnlySpan<byte> token)
    {
        foreach (var value in All(id))
        {
            var bare = SipGrammar.Trim(value[..SipGrammar.ParameterLength(value)]);
            if (Ascii.EqualsIgnoreCase(bare, token)) return true;
        }

        return false;
    }

    public ReadOnlySpan<byte> CallIdBytes => First(SipHeaderId.CallId);

    public string CallId => SipGrammar.Text(CallIdBytes);

    /// <summary>Tag of From; empty when there is none (RFC 2543 peers, and To of an initial request).</summary>
    public string FromTag => SipGrammar.Text(FromTagBytes);

    public string ToTag => SipGrammar.Text(ToTagBytes);

    public ReadOnlySpan<byte> FromTagBytes => NameAddress.TagOf(First(SipHeaderId.From));

    public ReadOnlySpan<byte> ToTagBytes => NameAddress.TagOf(First(SipHeaderId.To));

    public bool TryFrom(out NameAddress from) => NameAddress.TryRead(First(SipHeaderId.From), out from);

    public bool TryTo(out NameAddress to) => NameAddress.TryRead(First(SipHeaderId.To), out to);

    /// <summary>First Contact value. False when absent, malformed or the <c>*</c> of REGISTER.</summary>
    public bool TryContact(out NameAddress contact)
    {
        foreach (var value in All(SipHeaderId.Contact)) return NameAddress.TryRead(value, out contact);
        contact = null!;
        return false;
    }

    public bool TryTopVia(out Via via)
    {
        foreach (var value in All(SipHeaderId.Via)) return Via.TryRead(value, out via);
        via = null!;
        return false;
    }

    public bool TryContentType(out MediaType type) => MediaType.TryRead(First(SipHeaderId.ContentType), out type);

    /// <summary>Delta-seconds of Expires; null when absent or not a number.</summary>
    public uint? ExpiresSeconds => Seconds(SipHeaderId.Expires);

    public uint? MinExpiresSeconds => Seconds(SipHeaderId.MinExpires);

    public int? MaxForwards => SipGrammar.TryNumber(First(SipHeaderId.MaxForwards), out var n) && n <= 255 ? (int)n : null;

    internal int IndexOf(SipHeaderId id, int from)
    {
        if (!Has(id)) return -1;
        var slots = _slots;
        for (var i = from; i < slots.Length; i++)
        {
            if (slots[i].Id == id) return i;
        }

        return -1;
    }

    internal int Count(SipHeaderId id)
    {
        var count = 0;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Id == id) count++;
        }

        return count;
    }

    internal ReadOnlySpan<byte> NameAt(int index) => _bytes.AsSpan(_slots[index].NameStart, _slots[index].NameLength);

    internal ReadOnlySpan<byte> ValueAt(int index) => _bytes.AsSpan(_slots[index].ValueStart, _slots[index].ValueLength);

    private protected ReadOnlySpan<byte> Slice(int start, int length) => _bytes.AsSpan(start, length);

    private uint? Seconds(SipHeaderId id)
    {
        var value = First(id);
        if (value.IsEmpty) return null;
        var digits = SipGrammar.Trim(value[..SipGrammar.ParameterLength(value)]);
        return SipGrammar.TryNumber(digits, out var n) ? n : null;
    }
}
