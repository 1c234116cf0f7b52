using System.Collections.Immutable;
using System.Net;
using Gateway.Federation.Domains;

namespace Gateway.Federation.Policy;

/// <summary>One address filter with its look-ups built: PS-125.</summary>
public sealed class AddressFilter
{
    private readonly DomainMap<bool> hosts;
    private readonly ImmutableArray<IPNetwork> networks;
    private readonly bool isDenying;
    private readonly bool isIdle;

    public AddressFilter(FilterModel model)
    {
        hosts = new DomainMap<bool>(model.Hosts.Distinct(StringComparer.Ordinal).Select(h => KeyValuePair.Create(h, true)));
        networks = model.Addresses;
        isDenying = model.Default == FilterDefault.Deny;
        isIdle = !isDenying && model.Hosts.IsEmpty && networks.IsEmpty;
    }

    /// <summary>
    /// Judges a domain and the address that goes with it. Where the address would decide and is not known yet, the domain passes: the connection is judged when it stands.
    /// </summary>
    public bool Allows(string domain, IPAddress? address)
    {
        if (isIdle) return true;
        if (hosts.TryFind(domain, out _)) return isDenying;
        if (networks.IsEmpty) return !isDenying;
        return address is null || IsListed(address) == isDenying;
    }

    private bool IsListed(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in networks)
            if (network.Contains(plain)) return true;
        return false;
    }
}
