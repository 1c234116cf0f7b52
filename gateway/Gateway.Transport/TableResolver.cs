using System.Collections.Concurrent;
using System.Net;
using Certificates;

namespace Gateway.Transport;

/// <summary>A resolver that knows what it was told and finds nothing else: for tests, simulation, and an appliance without DNS.</summary>
public sealed class TableResolver : IDnsResolver
{
    private readonly ConcurrentDictionary<string, DnsAnswer<SrvRecord>> _services = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DnsAnswer<IPAddress>> _addresses = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DnsAnswer<NaptrRecord>> _pointers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DnsAnswer<TlsaRecord>> _tlsa = new(StringComparer.Ordinal);

    private int _asked;

    /// <summary>Whether found answers say that they were proved.</summary>
    public bool IsSecure { get; init; }

    /// <summary>How long found answers may be kept.</summary>
    public TimeSpan Ttl { get; init; }

    /// <summary>Look-ups so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Adds SRV records to a name.</summary>
    public TableResolver Service(string name, params SrvRecord[] records)
    {
        _services[DomainNames.ToAscii(name)] = new(TransportReason.None, records, Ttl, IsSecure, "");
        return this;
    }

    /// <summary>Sets the addresses of a host.</summary>
    public TableResolver Host(string name, params string[] addresses)
    {
        _addresses[DomainNames.ToAscii(name)] = new(TransportReason.None, [.. addresses.Select(IPAddress.Parse)], Ttl, IsSecure, "");
        return this;
    }

    /// <summary>Sets the NAPTR records of a domain.</summary>
    public TableResolver Pointer(string domain, params NaptrRecord[] records)
    {
        _pointers[DomainNames.ToAscii(domain)] = new(TransportReason.None, records, Ttl, IsSecure, "");
        return this;
    }

    /// <summary>Sets the TLSA records of a port of a host, or what is wrong with them.</summary>
    public TableResolver Tlsa(string host, int port, DnsSecurity security, params TlsaRecord[] records)
    {
        _tlsa[NameOfPort(host, port)] = security == DnsSecurity.Bogus
            ? DnsAnswer<TlsaRecord>.Failed(TransportReason.DnsBogus, "Bogus in this table.")
            : new(TransportReason.None, records, Ttl, security == DnsSecurity.Secure, "");
        return this;
    }

    /// <summary>Forgets everything about a name.</summary>
    public TableResolver Forget(string name)
    {
        var ascii = DomainNames.ToAscii(name);
        _services.TryRemove(ascii, out _);
        _addresses.TryRemove(ascii, out _);
        _pointers.TryRemove(ascii, out _);
        return this;
    }

    /// <summary>Makes every look-up of a name fail for the reason.</summary>
    public TableResolver Fails(string name, TransportReason reason)
    {
        _services[DomainNames.ToAscii(name)] = DnsAnswer<SrvRecord>.Failed(reason, $"'{name}' fails in this table.");
        _pointers[DomainNames.ToAscii(name)] = DnsAnswer<NaptrRecord>.Failed(reason, $"'{name}' fails in this table.");
        _addresses[DomainNames.ToAscii(name)] = DnsAnswer<IPAddress>.Failed(reason, $"'{name}' fails in this table.");
        return this;
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancel) => Find(_services, name);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancel) => Find(_addresses, host);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<NaptrRecord>> FindPointersAsync(string domain, CancellationToken cancel) => Find(_pointers, domain);

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<TlsaRecord>> FindTlsaAsync(string host, int port, CancellationToken cancel) => Find(_tlsa, NameOfPort(host, port));

    private static string NameOfPort(string host, int port) => $"_{port}._tcp.{DomainNames.ToAscii(host)}";

    private ValueTask<DnsAnswer<T>> Find<T>(ConcurrentDictionary<string, DnsAnswer<T>> table, string name)
    {
        Interlocked.Increment(ref _asked);
        return ValueTask.FromResult(table.TryGetValue(DomainNames.ToAscii(name), out var found)
            ? found
            : DnsAnswer<T>.Failed(TransportReason.DnsNotFound, $"'{name}' is not in the table.", IsSecure));
    }
}
