namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>What the scanner cut.</summary>
internal enum Boundary
{
    NeedMore,
    Space,
    Declaration,
    Header,
    Stanza,
    StreamEnd,
    Refused,
}

/// <summary>
/// Finds where first-level elements end, looking at each byte once however the bytes arrive, so that a peer that writes one byte at a time costs
/// what it sends and no more. It refuses what RFC 6120 §11.1 restricts as soon as it shows, and an end tag of another name than its start tag's, which would
/// leave the peer waiting for an answer that cannot come; everything else is left to <see cref="ElementReader"/>.
/// <code>
///  Between ──'&lt;'──▸ Open ──name──▸ StartTag ⇄ Quoted ──'&gt;'──▸ Text (or the end)
///     ▲                ├───'/'───▸ EndTag ──'&gt;'──▸ Text (or the end)
///     └── the end ──── ├───'!'───▸ Bang ──[CDATA[──▸ Cdata ──]]&gt;──▸ Text
///                      └───'?'───▸ Declaration, once, before the header
/// </code>
/// </summary>
internal struct BoundaryScanner(int depthMax)
{
    private enum Mode : byte
    {
        Between,
        Open,
        StartTag,
        Apostrophe,
        Quote,
        EndTag,
        Text,
        Bang,
        Cdata,
        Declaration,
    }

    /// <summary>Per open element, where its name begins, counted from the first byte of the first-level element.</summary>
    private readonly int[] _names = new int[depthMax + 1];
    private int _endName;
    private Mode _mode;
    private byte _last;
    private int _matched;
    private int _depth;
    private bool _wasDeclared;

    /// <summary>Bytes of the element being scanned, those of earlier calls included.</summary>
    public int Length { get; private set; }

    /// <summary>True while no element has begun.</summary>
    public readonly bool IsBetween => _mode == Mode.Between;
    /// <summary>True until the stream header has been seen.</summary>
    public readonly bool IsBeforeHeader => _depth == 0;

    /// <summary>
    /// Scans on; <paramref name="consumed"/> is how many bytes of <paramref name="input"/> belong to what was found, or to what goes on. <paramref name="held"/> is what earlier calls
    /// took of this element: nothing is scanned there again, but an end tag finds the name of its start tag in it.
    /// </summary>
    public Boundary Scan(ReadOnlySpan<byte> held, ReadOnlySpan<byte> input, out int consumed, out XmppReason reason)
    {
        reason = XmppReason.None;
        int at = 0;
        var found = Boundary.NeedMore;
        if (_mode == Mode.Between)
        {
            Length = 0;
            int space = 0;
            while (space < input.Length && XmlChars.IsSpace(input[space])) space++;
            consumed = space;
            if (space > 0) return Boundary.Space;
            if (input.IsEmpty) return Boundary.NeedMore;
            if (input[0] != (byte)'<')
            {
                reason = IsBeforeHeader ? XmppReason.NotWellFormed : XmppReason.TextBetweenStanzas;
                return Boundary.Refused;
            }
            _mode = Mode.Open;
            at = 1;
        }
        while (at < input.Length && found == Boundary.NeedMore) found = Step(held, input, ref at, ref reason);
        consumed = at;
        Length += at;
        return found;
    }

    private Boundary Step(ReadOnlySpan<byte> held, ReadOnlySpan<byte> input, ref int at, ref XmppReason reason)
    {
        switch (_mode)
        {
            case Mode.Open:
                return Opened(held.Length + at, input[at++], ref reason);
            case Mode.Text:
            {
                int open = input[at..].IndexOf((byte)'<');
                if (open >= 0) _mode = Mode.Open;
                at = open < 0 ? input.Length : at + open + 1;
                return Boundary.NeedMore;
            }
            case Mode.StartTag:
                return InStartTag(input, ref at, ref reason);
            case Mode.Apostrophe:
            case Mode.Quote:
            {
                int end = input[at..].IndexOf(_mode == Mode.Quote ? (byte)'"' : (byte)'\'');
                if (end >= 0) (_mode, _last) = (Mode.StartTag, 0);
                at = end < 0 ? input.Length : at + end + 1;
                return Boundary.NeedMore;
            }
            case Mode.EndTag:
            {
                int end = input[at..].IndexOf((byte)'>');
                at = end < 0 ? input.Length : at + end + 1;
                return end < 0 ? Boundary.NeedMore : Ended(held, input[..(at - 1)], ref reason);
            }
            case Mode.Bang:
                return InBang(input[at++], ref reason);
            case Mode.Cdata:
                InCdata(input[at++]);
                return Boundary.NeedMore;
            default:
                return InDeclaration(input[at++]);
        }
    }

    private Boundary Opened(int offset, byte b, ref XmppReason reason)
    {
        switch (b)
        {
            case (byte)'/' when _depth > 0:
                (_mode, _endName) = (Mode.EndTag, offset + 1);
                return Boundary.NeedMore;
            case (byte)'!':
                (_mode, _matched) = (Mode.Bang, 0);
                return Boundary.NeedMore;
            case (byte)'?' when _depth == 0 && !_wasDeclared:
                (_mode, _last) = (Mode.Declaration, 0);
                return Boundary.NeedMore;
            case (byte)'?':
                return Refuse(XmppReason.ProcessingInstructionForbidden, ref reason);
            case (byte)'/' or (byte)'>' or (byte)'<' or (byte)'&' or (byte)'\'' or (byte)'"' or (byte)'=':
            case var space when XmlChars.IsSpace(space):
                return Refuse(XmppReason.NotWellFormed, ref reason);
            default:
                (_mode, _last, _names[_depth]) = (Mode.StartTag, b, offset);
                return Boundary.NeedMore;
        }
    }

    private Boundary InStartTag(ReadOnlySpan<byte> input, ref int at, ref XmppReason reason)
    {
        var rest = input[at..];
        int stop = rest.IndexOfAny(">'\"<"u8);
        if (stop < 0)
        {
            _last = rest[^1];
            at = input.Length;
            return Boundary.NeedMore;
        }
        byte before = stop > 0 ? rest[stop - 1] : _last;
        at += stop + 1;
        switch (rest[stop])
        {
            case (byte)'\'':
                _mode = Mode.Apostrophe;
                return Boundary.NeedMore;
            case (byte)'"':
                _mode = Mode.Quote;
                return Boundary.NeedMore;
            case (byte)'<':
                return Refuse(XmppReason.NotWellFormed, ref reason);
        }
        bool isEmpty = before == (byte)'/';
        if (_depth == 0)
        {
            if (isEmpty) return Refuse(XmppReason.BadFormat, ref reason);
            (_depth, _mode) = (1, Mode.Between);
            return Boundary.Header;
        }
        if (!isEmpty && ++_depth > depthMax) return Refuse(XmppReason.DepthExceeded, ref reason);
        if (_depth == 1)
        {
            _mode = Mode.Between;
            return Boundary.Stanza;
        }
        _mode = Mode.Text;
        return Boundary.NeedMore;
    }

    private Boundary Ended(ReadOnlySpan<byte> held, ReadOnlySpan<byte> input, ref XmppReason reason)
    {
        // The stream's own name is long gone from the buffer; its end tag is the framer's to compare.
        _depth--;
        if (_depth > 0 && !IsSameName(held, input, _names[_depth])) return Refuse(XmppReason.NotWellFormed, ref reason);
        _mode = _depth <= 1 ? Mode.Between : Mode.Text;
        return _depth switch
        {
            0 => Boundary.StreamEnd,
            1 => Boundary.Stanza,
            _ => Boundary.NeedMore,
        };
    }

    /// <summary>True when the end tag that <paramref name="input"/> leaves off in has the name that begins at <paramref name="start"/>. Costs no more than that tag is long.</summary>
    private readonly bool IsSameName(ReadOnlySpan<byte> held, ReadOnlySpan<byte> input, int start)
    {
        int room = held.Length + input.Length - _endName;
        if (start >= held.Length)
        {
            // The usual case: one piece has both tags.
            var end = input.Slice(_endName - held.Length, room);
            int space = end.IndexOfAny(" \t\r\n"u8);
            if (space >= 0 && end[space..].ContainsAnyExcept(" \t\r\n"u8)) return false;
            int length = space < 0 ? room : space;
            start -= held.Length;
            return input.Slice(start, length).SequenceEqual(end[..length]) && IsNameEnd(input[start + length]);
        }
        int at = 0;
        while (at < room && !XmlChars.IsSpace(ByteAt(held, input, _endName + at)))
        {
            if (ByteAt(held, input, start + at) != ByteAt(held, input, _endName + at)) return false;
            at++;
        }
        if (!IsNameEnd(ByteAt(held, input, start + at))) return false;
        while (at < room && XmlChars.IsSpace(ByteAt(held, input, _endName + at))) at++;
        return at == room;
    }

    private static byte ByteAt(ReadOnlySpan<byte> held, ReadOnlySpan<byte> input, int offset) => offset < held.Length ? held[offset] : input[offset - held.Length];

    private static bool IsNameEnd(byte b) => b is (byte)'>' or (byte)'/' || XmlChars.IsSpace(b);

    private Boundary InBang(byte b, ref XmppReason reason)
    {
        var cdata = "[CDATA["u8;
        if (b != cdata[_matched])
        {
            bool isComment = _matched == 0 && b == (byte)'-';
            bool isDoctype = _matched == 0 && b is (byte)'D' or (byte)'E' or (byte)'A' or (byte)'N';
            return Refuse(isComment ? XmppReason.CommentForbidden : isDoctype ? XmppReason.DoctypeForbidden : XmppReason.NotWellFormed, ref reason);
        }
        if (++_matched < cdata.Length) return Boundary.NeedMore;
        if (_depth < 2) return Refuse(_depth == 0 ? XmppReason.NotWellFormed : XmppReason.TextBetweenStanzas, ref reason);
        (_mode, _matched) = (Mode.Cdata, 0);
        return Boundary.NeedMore;
    }

    private void InCdata(byte b)
    {
        if (b == (byte)'>' && _matched == 2) _mode = Mode.Text;
        _matched = b == (byte)']' ? Math.Min(_matched + 1, 2) : 0;
    }

    private Boundary InDeclaration(byte b)
    {
        bool isEnd = b == (byte)'>' && _last == (byte)'?';
        _last = b;
        if (!isEnd) return Boundary.NeedMore;
        (_mode, _wasDeclared) = (Mode.Between, true);
        return Boundary.Declaration;
    }

    private static Boundary Refuse(XmppReason why, ref XmppReason reason)
    {
        reason = why;
        return Boundary.Refused;
    }
}
