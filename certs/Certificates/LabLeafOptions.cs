namespace Certificates;

/// <summary>The extended key usages a lab certificate is made with.</summary>
public enum LabUsage
{
    /// <summary>serverAuth only: what real edges present, as a client too.</summary>
    ServerAuth,

    /// <summary>clientAuth only.</summary>
    ClientAuth,

    /// <summary>Both.</summary>
    Both,

    /// <summary>No extended key usage at all.</summary>
    None,

    /// <summary>An extended key usage that has neither: code signing.</summary>
    Neither,
}

/// <summary>Key kinds of lab certificates.</summary>
public enum LabKey
{
    /// <summary>NIST P-256: fast, refused by old Schannel peers.</summary>
    P256,

    /// <summary>RSA with 2048 bits: what every peer takes.</summary>
    Rsa2048,

    /// <summary>RSA with 1024 bits: for showing that it is refused.</summary>
    Rsa1024,
}

/// <summary>What to put into a lab certificate; the defaults make a good one for <see cref="DnsNames"/>.</summary>
public sealed record LabLeafOptions
{
    /// <summary>Common name; the first DNS name when empty.</summary>
    public string CommonName { get; init; } = "";

    /// <summary>dNSName entries.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>URI entries such as <c>sip:contoso.example</c>.</summary>
    public IReadOnlyList<string> Uris { get; init; } = [];

    /// <summary>xmppAddr entries (RFC 6120 §13.7.1.4).</summary>
    public IReadOnlyList<string> XmppAddrs { get; init; } = [];

    /// <summary>SRVName entries such as <c>_xmpp-server.capulet.example</c>.</summary>
    public IReadOnlyList<string> SrvNames { get; init; } = [];

    /// <summary>Extended key usage.</summary>
    public LabUsage Usage { get; init; } = LabUsage.Both;

    /// <summary>Key kind.</summary>
    public LabKey Key { get; init; } = LabKey.P256;

    /// <summary>First day; a day before the authority's now when null.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Last day; a year after the authority's now when null.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Signed by its own key instead of the authority's.</summary>
    public bool IsSelfSigned { get; init; }

    /// <summary>Options with everything default for these DNS names.</summary>
    public static LabLeafOptions For(params string[] dnsNames) => new() { DnsNames = dnsNames };
}
