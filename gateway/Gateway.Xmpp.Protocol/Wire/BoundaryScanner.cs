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
/// what it sends and no more. It refuses what RFC 6120 §11.1 restricts as soon as it shows; everything else is left to <see cref="ElementReader"/>.
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

    /// <summary>Scans on; <paramref name="consumed"/> is how many bytes of <paramref name="input"/> belong to what was found, or to what goes on.</summary>
    public Boundary Scan(ReadOnlySpan<byte> input, out int consumed, out XmppReason reason)
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
        while (at < input.Length && found == Boundary.NeedMore) found = Step(input, ref at, ref reason);
        consumed = at;
        Length += at;
        return found;
    }

    private Boundary Step(ReadOnlySpan<byte> input, ref int at, ref XmppReason reason)
    {
        switch (_mode)
        {
            case Mode.Open:
                return Opened(input[at++], ref reason);
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
                return end < 0 ? Boundary.NeedMore : Ended();
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

    private Boundary Opened(byte b, ref XmppReason reason)
    {
        switch (b)
        {
            case (byte)'/' when _depth > 0:
                _mode = Mode.EndTag;
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
                (_mode, _last) = (Mode.StartTag, b);
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

    private Boundary Ended()
    {
        _depth--;
        _mode = _depth <= 1 ? Mode.Between : Mode.Text;
        return _depth switch
        {
            0 => Boundary.StreamEnd,
            1 => Boundary.Stanza,
            _ => Boundary.NeedMore,
        };
    }

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
