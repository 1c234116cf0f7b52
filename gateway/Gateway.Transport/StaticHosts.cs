using System.Collections.Frozen;
using System.Net;
using Certificates;

namespace Gateway.Transport;

/// <summary>Hosts and services the operator wrote down go before DNS, and count as proved.</summary>
public sealed class StaticHosts : IDnsResolver
{
    private readonly FrozenDictionary<string, IPAddress[]> _hosts;
    private readonly FrozenDictionary<string, SrvRecord[]> _services;
    private readonly IDnsResolver _next;

    /// <summary>Wraps the resolver that is asked for everything else.</summary>
    public StaticHosts(
        IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> hosts, IReadOnlyDictionary<string, IReadOnlyList<SrvRecord>> services, IDnsResolver next)
    {
        _hosts = hosts.ToFrozenDictionary(h => DomainNames.ToAscii(h.Key), h => h.Value.ToArray(), StringComparer.Ordinal);
        _services = services.ToFrozenDictionary(s => DomainNames.ToAscii(s.Key), s => s.Value.ToArray(), StringComparer.Ordinal);
        _next = next;
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancel) =>
        _services.TryGetValue(DomainNames.ToAscii(name), out var records)
            ? ValueTask.FromResult(new DnsAnswer<SrvRecord>(TransportReason.None, records, TimeSpan.Zero, true, ""))
            : _next.FindServicesAsync(name, cancel);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancel) =>
        _hosts.TryGetValue(DomainNames.ToAscii(host), out var addresses)
            ? ValueTask.FromResult(new DnsAnswer<IPAddress>(TransportReason.None, addresses, TimeSpan.Zero, true, ""))
            : _next.FindAddressesAsync(host, cancel);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<NaptrRecord>> FindPointersAsync(string domain, CancellationToken cancel) => _next.FindPointersAsync(domain, cancel);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<TlsaRecord>> FindTlsaAsync(string host, int port, CancellationToken cancel) => _next.FindTlsaAsync(host, port, cancel);
}
