namespace Gateway.Xmpp;

/// <summary>One way to find the servers of a domain (RFC 6120 §3.2). The list of them, in order, is the operator's.</summary>
public enum AttemptRule
{
    /// <summary>SRV <c>_xmpps-server._tcp</c>: TLS from the first byte (XEP-0368).</summary>
    DirectTls,
    /// <summary>SRV <c>_xmpp-server._tcp</c>.</summary>
    Srv,
    /// <summary>SRV <c>_jabber._tcp</c>, which RFC 3920 left behind; off by default.</summary>
    Jabber,
    /// <summary>The domain's own addresses on port 5269.</summary>
    Address,
}

/// <summary>The rules in force without a word from the operator, and the names of their services.</summary>
public static class AttemptRules
{
    internal const string DirectTlsService = "_xmpps-server._tcp";
    internal const string Service = "_xmpp-server._tcp";
    internal const string JabberService = "_jabber._tcp";

    /// <summary>Both kinds of SRV records as one set, then the domain itself.</summary>
    public static IReadOnlyList<AttemptRule> Default { get; } = [AttemptRule.DirectTls, AttemptRule.Srv, AttemptRule.Address];
}
