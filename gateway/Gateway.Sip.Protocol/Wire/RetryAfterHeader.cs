namespace Gateway.Sip.Protocol.Wire;

/// <summary>Retry-After (RFC 3261 §20.33): seconds, an optional comment and parameters; only the seconds mean anything to us.</summary>
public static class RetryAfterHeader
{
    public static uint? SecondsOf(SipMessage message)
    {
        var value = message.First(SipHeaderId.RetryAfter);
        var end = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return SipGrammar.TryNumber(end < 0 ? value : value[..end], out var seconds) ? seconds : null;
    }
}
