using System.Collections.Concurrent;
using System.Net;
using Certificates;

namespace Gateway.Transport;

/// <summary>A resolver that knows what it was told and finds nothing else: for tests, simulation, and an appliance without DNS.</summary>
public sealed class TableResolver : IDnsResolver
{
    private readonly ConcurrentDictionary<string, DnsAnswer<SrvRecord>> _services = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DnsAnswer<IPAddress>> _addresses = new(StringComparer.Ordinal);

    /// <summary>Whether found answers say that they were proved.</summary>
    public bool IsSecure { get; init; }

    /// <summary>Adds SRV records to a name.</summary>
    public TableResolver Service(string name, params SrvRecord[] records)
    {
        _services[DomainNames.ToAscii(name)] = new(TransportReason.None, records, TimeSpan.Zero, IsSecure, "");
        return this;
    }

    /// <summary>Sets the addresses of a host.</summary>
    public TableResolver Host(string name, params string[] addresses)
    {
        _addresses[DomainNames.ToAscii(name)] = new(TransportReason.None, [.. addresses.Select(IPAddress.Parse)], TimeSpan.Zero, IsSecure, "");
        return this;
    }

    /// <summary>Makes every look-up of a name fail for the reason.</summary>
    public TableResolver Fails(string name, TransportReason reason)
    {
        _services[DomainNames.ToAscii(name)] = DnsAnswer<SrvRecord>.Failed(reason, $"'{name}' fails in this table.");
        _addresses[DomainNames.ToAscii(name)] = DnsAnswer<IPAddress>.Failed(reason, $"'{name}' fails in this table.");
        return this;
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancel) =>
        ValueTask.FromResult(_services.TryGetValue(DomainNames.ToAscii(name), out var found)
            ? found
            : DnsAnswer<SrvRecord>.Failed(TransportReason.DnsNotFound, $"'{name}' is not in the table."));

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancel) =>
        ValueTask.FromResult(_addresses.TryGetValue(DomainNames.ToAscii(host), out var found)
            ? found
            : DnsAnswer<IPAddress>.Failed(TransportReason.DnsNotFound, $"'{host}' is not in the table."));
}
