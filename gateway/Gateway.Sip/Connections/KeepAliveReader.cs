namespace Gateway.Sip.Connections;

/// <summary>
/// Recognizes the double CRLF between messages that asks for an answer (RFC 5626 §3.5.1), also when it comes in pieces. A single CRLF is the answer to ours, or padding.
/// </summary>
internal sealed class KeepAliveReader
{
    private int breaks;

    /// <summary>Looks at the bytes between two messages. True when they end a ping: one answer per look is enough, whatever a flood of them would like.</summary>
    public bool Read(ReadOnlySpan<byte> unread)
    {
        var isPing = false;
        foreach (var b in unread)
        {
            if (b == (byte)'\r') continue;
            if (b != (byte)'\n')
            {
                breaks = 0;
                return isPing;
            }

            if (++breaks < 2) continue;
            (isPing, breaks) = (true, 0);
        }

        return isPing;
    }
}
