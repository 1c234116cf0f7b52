namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// Cuts SIP messages out of a stream (RFC 3261 §18.3): by Content-Length only, limits first. Bare CRLFs between messages are keep-alives
/// (RFC 5626 §3.5.1), swallowed in any number.
/// </summary>
public static class SipFramer
{
    /// <summary>Reads at the start of <paramref name="unread"/>; the caller drops <see cref="SipFrame.Consumed"/> bytes and calls again.</summary>
    public static SipFrame TryRead(ReadOnlySpan<byte> unread, SipLimits limits, ref SipFrameProgress progress)
    {
        var lead = progress.Scanned == 0 ? LeadingBreaks(unread) : 0;
        var rest = unread[lead..];
        if (rest.IsEmpty) return new(lead > 0 ? SipFrameVerdict.KeepAlive : SipFrameVerdict.NeedMore, lead, null, SipReason.None, false);

        if (progress.MessageBytes == 0)
        {
            var reason = FindLengths(rest, limits, ref progress);
            if (reason != SipReason.None) return Lost(rest, lead, limits, ref progress, reason);
        }

        if (progress.MessageBytes == 0 || rest.Length < progress.MessageBytes)
            return new(SipFrameVerdict.NeedMore, lead, null, SipReason.None, false);

        var length = progress.MessageBytes;
        var head = progress.HeadBytes;
        progress = default;
        var fault = SipParser.Parse(rest[..length].ToArray(), head, limits, out var message);
        return new(fault == SipReason.None ? SipFrameVerdict.Message : SipFrameVerdict.Rejected, lead + length, message, fault, false);
    }

    private static int LeadingBreaks(ReadOnlySpan<byte> unread)
    {
        var at = 0;
        while (at < unread.Length && unread[at] is (byte)'\r' or (byte)'\n') at++;
        return at;
    }

    private static SipReason FindLengths(ReadOnlySpan<byte> rest, SipLimits limits, ref SipFrameProgress progress)
    {
        var from = Math.Max(0, progress.Scanned - 3);
        var end = rest[from..].IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            progress.Scanned = rest.Length;
            return rest.Length > limits.HeadBytesMax ? SipReason.HeadTooLarge : SipReason.None;
        }

        progress.Scanned = rest.Length;
        progress.HeadBytes = from + end + 4;
        if (progress.HeadBytes > limits.HeadBytesMax) return SipReason.HeadTooLarge;
        var reason = ContentLengthReader.TryRead(rest[..progress.HeadBytes], out var body);
        if (reason != SipReason.None) return reason;
        if (body > limits.BodyBytesMax) return SipReason.BodyTooLarge;
        progress.MessageBytes = progress.HeadBytes + body;
        return SipReason.None;
    }

    /// <summary>The stream is lost; the head alone, when it is whole, still lets the side answer before it closes.</summary>
    private static SipFrame Lost(ReadOnlySpan<byte> rest, int lead, SipLimits limits, ref SipFrameProgress progress, SipReason reason)
    {
        SipMessage? message = null;
        if (reason != SipReason.HeadTooLarge)
            SipParser.Parse(rest[..progress.HeadBytes].ToArray(), progress.HeadBytes, limits, out message);
        progress = default;
        return new(SipFrameVerdict.Rejected, lead, message, reason, IsStreamLost: true);
    }
}
