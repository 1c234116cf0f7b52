using Certificates;

namespace Gateway.Xmpp.Streams;

/// <summary>What DNSSEC proved about one place: its TLSA records, and the hosts its certificate may be for beside the domain.</summary>
internal sealed record DaneRecords(IReadOnlyList<TlsaConstraint> Records, IReadOnlyList<string> Hosts)
{
    /// <summary>The hosts were named by proved SRV records of the domain: they count without a TLSA record too (RFC 7673 §4.1). A configured address proves no name.</summary>
    public bool IsDiscovered { get; init; }

    /// <summary>There are records that say which server is the right one.</summary>
    public bool IsUsable => Records.Any(record => record.IsUsable);
}
