using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gateway.Xmpp.Protocol;
using Presence.Core.Model;

namespace Gateway.Mapping.Addresses;

/// <summary>JIDs to and from neutral addresses: RFC 7247 §6, XEP-0106, RFC 7622. A neutral domain is A-labels, a JID's is U-labels.</summary>
public static class XmppAddresses
{
    /// <summary>
    /// The bare address of a JID. False for a local part that is not the one escaping of what it stands for: two spellings of one user would let one user speak as another.
    /// </summary>
    public static bool TryRead(Jid jid, out Address address)
    {
        address = new Address(jid.Local ?? "", jid.AsciiDomain);
        if (jid.Local is null || !jid.Local.Contains('\\')) return true;
        var natural = JidEscaping.Unescape(jid.Local);
        if (!JidEscaping.TryEscape(natural, out var again) || again != jid.Local) return false;
        address = new Address(natural, address.Domain);
        return true;
    }

    /// <summary>The JID's text, with <paramref name="resource"/> when there is one. False when the address has no JID.</summary>
    public static bool TryWrite(Address address, string resource, [NotNullWhen(true)] out string? jid)
    {
        jid = null;
        var domain = address.Domain.Contains("xn--", StringComparison.Ordinal) ? ToUnicode(address.Domain) : address.Domain;
        if (address.IsDomain)
        {
            jid = resource.Length == 0 ? domain : string.Concat(domain, "/", resource);
            return true;
        }

        if (!JidEscaping.TryEscape(address.Local, out var local)) return false;
        jid = resource.Length == 0 ? string.Concat(local, "@", domain) : $"{local}@{domain}/{resource}";
        return true;
    }

    /// <summary>The JID's text. Only for addresses that were read by this room, which have one.</summary>
    public static string Write(Address address, string resource = "") =>
        TryWrite(address, resource, out var jid) ? jid : throw new ArgumentException("The address has no JID.", nameof(address));

    private static string ToUnicode(string ascii)
    {
        var mapping = new IdnMapping { AllowUnassigned = true };
        try
        {
            return mapping.GetUnicode(ascii);
        }
        catch (ArgumentException)
        {
            // No TryGetUnicode exists; a name that merely looks like an IDN is shown as it is.
            return ascii;
        }
    }
}
