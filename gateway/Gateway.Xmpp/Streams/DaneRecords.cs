using Certificates;

namespace Gateway.Xmpp.Streams;

/// <summary>What DNSSEC proved about one place: its TLSA records, and the hosts its certificate may be for beside the domain.</summary>
internal sealed record DaneRecords(IReadOnlyList<TlsaConstraint> Records, IReadOnlyList<string> Hosts);
