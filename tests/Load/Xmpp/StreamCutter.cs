namespace Load.Xmpp;

/// <summary>Cuts an XML stream into its header, its top-level elements and its end. It trusts what it reads: the subject's XML is judged by other tests.</summary>
internal sealed class StreamCutter(int capacity = 1 << 17)
{
    private byte[] buffer = new byte[capacity];
    private int length;
    private int at;
    private int depth;
    private int stanzaStart = -1;
    private int tagStart = -1;
    private byte quote;

    /// <summary>Starts anew, as after TLS and SASL.</summary>
    public void Reset()
    {
        (length, at, depth, stanzaStart, tagStart, quote) = (0, 0, 0, -1, -1, 0);
    }

    /// <summary>Room to read into; call <see cref="Added"/> after it.</summary>
    public Memory<byte> Room()
    {
        var keep = stanzaStart >= 0 ? stanzaStart : tagStart >= 0 ? tagStart : at;
        if (keep == length) (length, at) = (0, 0);
        else if (keep > buffer.Length / 2)
        {
            Buffer.BlockCopy(buffer, keep, buffer, 0, length - keep);
            length -= keep;
            at -= keep;
            if (stanzaStart >= 0) stanzaStart -= keep;
            if (tagStart >= 0) tagStart -= keep;
        }

        if (buffer.Length - length < Math.Min(8_192, capacity / 2)) Array.Resize(ref buffer, buffer.Length * 2);
        return buffer.AsMemory(length);
    }

    public void Added(int count) => length += count;

    public StreamPart Next(out ReadOnlySpan<byte> part)
    {
        part = default;
        while (at < length)
        {
            if (tagStart < 0)
            {
                var open = buffer.AsSpan(at, length - at).IndexOf((byte)'<');
                if (open < 0)
                {
                    at = length;
                    return StreamPart.NeedMore;
                }

                tagStart = at + open;
                at = tagStart + 1;
            }

            if (!SkipToTagEnd()) return StreamPart.NeedMore;
            var tag = tagStart;
            tagStart = -1;
            var found = OnTag(tag, out part);
            if (found != StreamPart.NeedMore) return found;
        }

        return StreamPart.NeedMore;
    }

    // Leaves <at> after the '>' of the tag; a '>' inside a quoted value is none.
    private bool SkipToTagEnd()
    {
        while (true)
        {
            var rest = buffer.AsSpan(at, length - at);
            var found = quote != 0 ? rest.IndexOf(quote) : rest.IndexOfAny((byte)'>', (byte)'"', (byte)'\'');
            if (found < 0)
            {
                at = length;
                return false;
            }

            at += found + 1;
            var closing = buffer[at - 1];
            if (quote != 0) quote = 0;
            else if (closing == '>') return true;
            else quote = closing;
        }
    }

    private StreamPart OnTag(int tag, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (buffer[tag + 1] is (byte)'?' or (byte)'!') return StreamPart.NeedMore;
        var isEnd = buffer[tag + 1] == '/';
        var isEmpty = buffer[at - 2] == '/';
        if (isEnd)
        {
            depth--;
            return depth == 0 ? StreamPart.End : depth == 1 ? Stanza(out part) : StreamPart.NeedMore;
        }

        if (depth == 0)
        {
            depth = 1;
            part = buffer.AsSpan(tag, at - tag);
            return StreamPart.Header;
        }

        if (depth == 1 && stanzaStart < 0) stanzaStart = tag;
        if (!isEmpty) depth++;
        return isEmpty && depth == 1 ? Stanza(out part) : StreamPart.NeedMore;
    }

    private StreamPart Stanza(out ReadOnlySpan<byte> part)
    {
        part = buffer.AsSpan(stanzaStart, at - stanzaStart);
        stanzaStart = -1;
        return StreamPart.Stanza;
    }
}
