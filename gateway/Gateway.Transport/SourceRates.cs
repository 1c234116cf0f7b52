using System.Net;

namespace Gateway.Transport;

/// <summary>
/// How fast each source connects: a token bucket per address, or per /64 where addresses are free (IPv6). Used by one accept loop, so not thread-safe; bounded, and whoever is
/// forgotten begins with a full bucket.
/// </summary>
internal sealed class SourceRates(int perSecond, TimeProvider time)
{
    private const int SourcesMax = 16_384;

    private readonly Dictionary<IPAddress, AcceptRate> _sources = [];

    internal bool TryTake(IPAddress source)
    {
        var key = LocalAddresses.SourceOf(source);
        if (!_sources.TryGetValue(key, out var rate))
        {
            if (_sources.Count >= SourcesMax) _sources.Clear();
            _sources[key] = rate = new AcceptRate(perSecond, time);
        }
        return rate.TryTake();
    }
}
