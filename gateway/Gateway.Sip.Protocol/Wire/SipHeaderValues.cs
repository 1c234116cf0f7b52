namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// All values of one header field in wire order. Lines may lie apart (Microsoft interleaves Via with others), and where the grammar
/// is a comma list each element counts as one value (RFC 3261 §7.3.1). Allocates nothing.
/// </summary>
public ref struct SipHeaderValues
{
    private readonly SipMessage _message;
    private readonly SipHeaderId _id;
    private readonly bool _splits;
    private int _next;
    private ReadOnlySpan<byte> _rest;

    internal SipHeaderValues(SipMessage message, SipHeaderId id, bool splits)
    {
        (_message, _id, _splits) = (message, id, splits);
        _rest = default;
        Current = default;
    }

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly SipHeaderValues GetEnumerator() => this;

    public bool MoveNext()
    {
        while (true)
        {
            while (_rest.IsEmpty)
            {
                var index = _message.IndexOf(_id, _next);
                if (index < 0) return false;
                _next = index + 1;
                _rest = _message.ValueAt(index);
                if (!_splits)
                {
                    Current = _rest;
                    _rest = default;
                    return true;
                }
            }

            var length = SipGrammar.ListElementLength(_rest);
            Current = SipGrammar.Trim(_rest[..length]);
            _rest = length < _rest.Length ? _rest[(length + 1)..] : default;

            // RFC 3261 allows no empty element, yet ", ," is harmless and seen: skip it.
            if (!Current.IsEmpty) return true;
        }
    }

    /// <summary>Counts without consuming this enumerator.</summary>
    public readonly int Count()
    {
        var copy = this;
        var count = 0;
        while (copy.MoveNext()) count++;
        return count;
    }
}
