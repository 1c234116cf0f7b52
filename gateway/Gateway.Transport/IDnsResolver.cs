using System.Net;

namespace Gateway.Transport;

/// <summary>Names to records. Never throws for what the network does; caching and DNSSEC are its business.</summary>
public interface IDnsResolver
{
    /// <summary>SRV records of a full owner name such as <c>_xmpp-server._tcp.capulet.example</c>, unordered.</summary>
    ValueTask<DnsAnswer<SrvRecord>> FindServicesAsync(string name, CancellationToken cancel);

    /// <summary>AAAA and A records of a host, IPv6 first.</summary>
    ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, CancellationToken cancel);
}
