using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Gateway.Transport;

/// <summary>Addresses a stranger must not be able to make us dial: ours, and those that never leave the site (RFC 1918, 4193, 3927, 6598); and which ones are one stranger.</summary>
public static class LocalAddresses
{
    /// <summary>True for loopback, link-local, private, shared, unspecified, multicast and reserved addresses, also when wrapped in IPv6.</summary>
    public static bool IsForbidden(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return true;
        Span<byte> b = stackalloc byte[16];
        address.TryWriteBytes(b, out var length);
        if (length == 4) return IsForbiddenV4(b[..4]);
        if (address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6Multicast || address.IsIPv6UniqueLocal) return true;
        if (address.Equals(IPAddress.IPv6Any)) return true;
        // 6to4 and NAT64 carry an IPv4 address that decides instead; the IPv4-compatible form (::a.b.c.d) is long obsolete.
        if (b[0] == 0x20 && b[1] == 0x02) return IsForbiddenV4(b.Slice(2, 4));
        if (b[..12].SequenceEqual((ReadOnlySpan<byte>)[0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])) return IsForbiddenV4(b.Slice(12, 4));
        return b[..12].IndexOfAnyExcept((byte)0) < 0;
    }

    private static bool IsForbiddenV4(ReadOnlySpan<byte> b) => b[0] switch
    {
        0 or 10 or 127 or >= 224 => true,
        100 => (b[1] & 0xC0) == 64,
        169 => b[1] == 254,
        172 => (b[1] & 0xF0) == 16,
        192 => b[1] == 168 || (b[1] == 0 && b[2] == 0),
        198 => b[1] is 18 or 19,
        _ => false,
    };

    /// <summary>Whom an address counts as: itself, or with IPv6, where one host has as many as it likes, its /64.</summary>
    public static IPAddress SourceOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6) return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    /// <summary>True when the address belongs to an interface of this machine.</summary>
    public static bool Contains(IPAddress address)
    {
        if (IPAddress.IsLoopback(address)) return true;
        try
        {
            foreach (var nic in NetworkInterface.GetAllNetworkInterfaces())
                foreach (var own in nic.GetIPProperties().UnicastAddresses)
                    if (own.Address.Equals(address)) return true;
            return false;
        }
        catch (Exception unknown) when (unknown is NetworkInformationException or SocketException)
        {
            // When the interfaces cannot be listed, caution says it may be ours.
            return true;
        }
    }
}
