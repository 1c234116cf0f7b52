namespace Certificates;

/// <summary>Which entry of a certificate carries an expected name; null when none does.</summary>
internal static class NameMatch
{
    internal static string? Find(CertificateNames names, CertificateExpectation expected)
    {
        var name = DomainNames.ToAscii(expected.Name);
        return expected.Use == CertificateUse.Sip ? FindSip(names, name, expected.WildcardAllowed) : FindXmpp(names, name);
    }

    // RFC 5922 §7.1: URIs decide when there is one; dNSName only without; CN only without any SAN.
    private static string? FindSip(CertificateNames names, string name, bool wildcardAllowed)
    {
        var sawSipUri = false;
        foreach (var uri in names.Uris)
        {
            if (!TryReadSipUri(uri, out var host)) continue;
            sawSipUri = true;
            if (host is not null && DomainNames.ToAscii(host) == name) return "uri:" + uri;
        }
        if (sawSipUri) return null;
        foreach (var dns in names.DnsNames)
            if (IsSame(dns, name) || (wildcardAllowed && IsCovered(dns, name))) return "dns:" + dns;
        if (names.HasSubjectAltName || names.CommonName is null) return null;
        return IsSame(names.CommonName, name) || (wildcardAllowed && IsCovered(names.CommonName, name)) ? "cn:" + names.CommonName : null;
    }

    // RFC 5922 §7.1 step 2: a URI with userinfo identifies a user, not a domain: no name, yet a SIP URI all the same.
    private static bool TryReadSipUri(string uri, out string? host)
    {
        host = null;
        if (!uri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase)) return false;
        var rest = uri.AsSpan(4);
        if (rest.Contains('@')) return true;
        var end = rest.IndexOfAny(':', ';', '?');
        host = (end < 0 ? rest : rest[..end]).ToString();
        return true;
    }

    // RFC 6120 §13.7.1.2: any identifier of the allowed kinds; CN only when there is none of them (RFC 6125 §6.4.4).
    private static string? FindXmpp(CertificateNames names, string name)
    {
        foreach (var address in names.XmppAddrs)
            if (IsSame(address, name)) return "xmpp:" + address;
        foreach (var srv in names.SrvNames)
            if (srv.StartsWith("_xmpp-server.", StringComparison.OrdinalIgnoreCase) && IsSame(srv["_xmpp-server.".Length..], name)) return "srv:" + srv;
        foreach (var dns in names.DnsNames)
            if (IsSame(dns, name) || IsCovered(dns, name)) return "dns:" + dns;
        if (names.HasSubjectAltName && names.DnsNames.Count + names.SrvNames.Count + names.XmppAddrs.Count + names.Uris.Count > 0) return null;
        if (names.IsMalformed || names.CommonName is null) return null;
        return IsSame(names.CommonName, name) || IsCovered(names.CommonName, name) ? "cn:" + names.CommonName : null;
    }

    private static bool IsSame(string entry, string name) => DomainNames.ToAscii(entry) == name;

    // RFC 6125 §6.4.3: the wildcard is the complete left-most label and stands for exactly one label; never for a top-level domain.
    private static bool IsCovered(string pattern, string name)
    {
        if (!pattern.StartsWith("*.", StringComparison.Ordinal)) return false;
        var tail = DomainNames.ToAscii(pattern[1..]);
        if (tail.AsSpan(1).IndexOf('.') < 0) return false;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && name.AsSpan(dot).SequenceEqual(tail);
    }
}
