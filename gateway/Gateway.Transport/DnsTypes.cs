namespace Gateway.Transport;

/// <summary>One SRV record (RFC 2782).</summary>
/// <param name="Priority">Lower first.</param>
/// <param name="Weight">Share among equals.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Target">Host name without final dot; <c>.</c> alone denies the service.</param>
public sealed record SrvRecord(ushort Priority, ushort Weight, ushort Port, string Target);

/// <summary>The answer to one look-up: records, or one reason.</summary>
/// <param name="Reason"><see cref="TransportReason.None"/> when there are records.</param>
/// <param name="Records">What was found.</param>
/// <param name="Ttl">How long the answer may be kept; zero is normal.</param>
/// <param name="IsSecure">Proved by DNSSEC, or written by the operator.</param>
/// <param name="Detail">Words for people.</param>
public sealed record DnsAnswer<T>(TransportReason Reason, IReadOnlyList<T> Records, TimeSpan Ttl, bool IsSecure, string Detail)
{
    /// <summary>True when records were found.</summary>
    public bool IsFound => Reason == TransportReason.None;

    /// <summary>An answer without records.</summary>
    public static DnsAnswer<T> Failed(TransportReason reason, string detail) => new(reason, [], TimeSpan.Zero, false, detail);
}
