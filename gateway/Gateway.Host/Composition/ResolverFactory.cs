using System.Net;
using Gateway.Host.Configuration;
using Gateway.Transport;

namespace Gateway.Host.Composition;

/// <summary>The resolver of a configuration: fixed hosts first, then libunbound.</summary>
internal static class ResolverFactory
{
    /// <summary>The second of the pair is to be disposed of last.</summary>
    public static (IDnsResolver Resolver, IDisposable Native) Make(DnsModel dns, TimeProvider time)
    {
        try
        {
            var native = new UnboundResolver(
                new UnboundOptions { Forwarders = dns.Servers, QuerySecondsMax = (int)dns.Timeout.TotalSeconds, TrustAnchorFile = dns.TrustAnchors }, time);
            var hosts = dns.Hosts.ToDictionary(h => h.Key, h => (IReadOnlyList<IPAddress>)h.Value, StringComparer.Ordinal);
            return (new StaticHosts(hosts, new Dictionary<string, IReadOnlyList<SrvRecord>>(StringComparer.Ordinal), native), native);
        }
        catch (DllNotFoundException fault)
        {
            throw new ApplianceFailure("libunbound is missing: install the Debian package libunbound8, or run tools/setup.sh", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw new ApplianceFailure($"dns: {fault.Message}", fault);
        }
    }
}
