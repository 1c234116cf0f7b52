using System.Net;

namespace Gateway.Transport;

/// <summary>Names to records. Never throws for what the network does; caching and DNSSEC are its business.</summary>
public interface IDnsResolver
{
    /// <summary>SRV records of a full owner name such as <c>_xmpp-server._tcp.capulet.example</c>, unordered.</summary>
    ValueTask<DnsAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancel);

    /// <summary>AAAA and A records of a host, IPv6 first.</summary>
    ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancel);

    /// <summary>NAPTR records of a domain, unordered.</summary>
    ValueTask<DnsAnswer<NaptrRecord>> FindPointersAsync(string domain, CancellationToken cancel);

    /// <summary>
    /// TLSA records of a port of a host (<c>_5269._tcp.xmpp.capulet.example</c>, RFC 6698 §3). They count for something only when
    /// <see cref="DnsAnswer{T}.Security"/> is <see cref="DnsSecurity.Secure"/>; <see cref="DnsSecurity.Bogus"/> forbids the target (RFC 7673 §3.4).
    /// </summary>
    ValueTask<DnsAnswer<TlsaRecord>> FindTlsaAsync(string host, int port, CancellationToken cancel);
}
