using System.Text;
using System.Text.Unicode;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// Turns one framed message into a view (RFC 3261 §7, §25): start line, header places, then the checks of <see cref="SipValidity"/>.
/// On a fault the message is still given when its start line could be read, so that it can be answered.
/// </summary>
public static class SipParser
{
    /// <summary>Parses a message that arrived whole, taking ownership of <paramref name="owned"/>. A body longer than Content-Length is cut (RFC 3261 §18.3).</summary>
    public static SipReason TryRead(byte[] owned, SipLimits limits, out SipMessage? message)
    {
        message = null;
        var end = owned.AsSpan().IndexOf("\r\n\r\n"u8);
        var head = end < 0 ? owned.Length : end + 4;
        if (head > limits.HeadBytesMax) return SipReason.HeadTooLarge;
        var lengthFault = ContentLengthReader.TryRead(owned.AsSpan(0, head), out var body);
        if (lengthFault == SipReason.ContentLengthMissing) (lengthFault, body) = (SipReason.None, owned.Length - head);
        var cut = lengthFault == SipReason.None && head + body < owned.Length ? owned[..(head + body)] : owned;
        var fault = Parse(cut, head, limits, out message);
        if (end < 0 && fault == SipReason.None) fault = SipReason.HeaderLineInvalid;
        if (lengthFault != SipReason.None) return lengthFault;
        return fault == SipReason.None && head + body > owned.Length ? SipReason.BodyTruncated : fault;
    }

    internal static SipReason Parse(byte[] owned, int headBytes, SipLimits limits, out SipMessage? message)
    {
        message = null;
        var head = owned.AsSpan(0, headBytes);
        var startEnd = head.IndexOf((byte)'\n');
        if (startEnd < 1 || head[startEnd - 1] != (byte)'\r') return SipReason.StartLineInvalid;

        var fault = ReadHeaders(head, startEnd + 1, limits, out var slots);
        var parts = new SipParts(owned, slots, headBytes, owned.Length - headBytes);
        var startFault = SipStartLine.TryRead(head[..(startEnd - 1)], parts, limits, out message);
        if (startFault is SipReason.StartLineInvalid) return startFault;
        if (!Utf8.IsValid(head)) return SipReason.HeadNotUtf8;
        if (fault != SipReason.None) return fault;
        if (startFault != SipReason.None) return startFault;
        return SipValidity.Check(message!, limits);
    }

    private static SipReason ReadHeaders(Span<byte> head, int at, SipLimits limits, out HeaderSlot[] slots)
    {
        // The empty line that ends a head is no header; only a head that arrived whole may lack it.
        var isEnded = head.EndsWith("\r\n\r\n"u8);
        var lines = head[at..].Count((byte)'\n') + (isEnded ? -1 : 1);
        if (lines > limits.HeadersMax * 2)
        {
            slots = [];
            return SipReason.HeadersTooMany;
        }

        var found = new HeaderSlot[Math.Max(lines, 0)];
        var count = 0;
        var fault = SipReason.None;
        while (at < head.Length)
        {
            var line = TakeLine(head, at, out var next);
            if (line.IsEmpty) break;
            if (count == found.Length || !TryReadLine(line, at, out var slot)) fault = SipReason.HeaderLineInvalid;
            else if (slot.ValueLength > limits.HeaderBytesMax) fault = SipReason.HeaderTooLarge;
            else found[count++] = slot;
            at = next;
        }

        if (count > limits.HeadersMax) fault = SipReason.HeadersTooMany;
        if (count != found.Length) Array.Resize(ref found, count);
        slots = found;
        return fault;
    }

    /// <summary>One logical line without its CRLF. Folds (RFC 3261 §7.3.1) are flattened in place: CR and LF become blanks.</summary>
    private static Span<byte> TakeLine(Span<byte> head, int at, out int next)
    {
        var end = at;
        while (true)
        {
            var feed = head[end..].IndexOf((byte)'\n');
            if (feed < 0)
            {
                next = head.Length;
                return head[at..];
            }

            feed += end;
            next = feed + 1;
            var isTerminated = feed > at && head[feed - 1] == (byte)'\r';
            var isFolded = isTerminated && feed - 1 > at && next < head.Length && head[next] is (byte)' ' or (byte)'\t';
            if (!isFolded) return head[at..(isTerminated ? feed - 1 : next)];
            head[feed - 1] = head[feed] = (byte)' ';
            end = next;
        }
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, int at, out HeaderSlot slot)
    {
        slot = default;
        var colon = line.IndexOf((byte)':');
        if (colon <= 0) return false;
        var nameLength = colon;
        while (nameLength > 0 && line[nameLength - 1] is (byte)' ' or (byte)'\t') nameLength--;
        var name = line[..nameLength];
        if (nameLength > 128 || !SipGrammar.IsToken(name)) return false;

        // A bare CR or LF inside a value would be a second line to a laxer reader.
        var value = line[(colon + 1)..];
        if (value.IndexOfAny((byte)'\r', (byte)'\n') >= 0) return false;
        var start = colon + 1;
        var end = line.Length;
        while (start < end && line[start] is (byte)' ' or (byte)'\t') start++;
        while (end > start && line[end - 1] is (byte)' ' or (byte)'\t') end--;
        slot = new HeaderSlot(at, at + start, end - start, (short)nameLength, SipHeaders.Read(name));
        return true;
    }
}
