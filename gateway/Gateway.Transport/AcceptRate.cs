namespace Gateway.Transport;

/// <summary>A token bucket with a second's worth of tokens. Used by one accept loop, so not thread-safe.</summary>
internal sealed class AcceptRate(int perSecond, TimeProvider time)
{
    private double _tokens = perSecond;
    private long _last = time.GetTimestamp();

    internal bool TryTake()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(perSecond, _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * perSecond));
        _last = now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }
}
