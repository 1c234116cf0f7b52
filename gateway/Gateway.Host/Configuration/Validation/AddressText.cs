using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Gateway.Host.Configuration.Validation;

/// <summary>An address or a network as operators write it: <c>192.0.2.7</c>, <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>.</summary>
public static class AddressText
{
    /// <summary>A single address is a network of one.</summary>
    public static bool TryRead(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network)) return true;
        if (text.Contains('/', StringComparison.Ordinal) || !IPAddress.TryParse(text, out var address)) return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}
