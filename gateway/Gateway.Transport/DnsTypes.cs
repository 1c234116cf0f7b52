namespace Gateway.Transport;

/// <summary>What DNSSEC says about an answer (RFC 4035 §4.3).</summary>
public enum DnsSecurity
{
    /// <summary>Not signed, or nobody could check it: true until somebody lies.</summary>
    Insecure,

    /// <summary>Proved by DNSSEC, or written by the operator.</summary>
    Secure,

    /// <summary>Signed, and the signature does not hold: never to be used.</summary>
    Bogus,
}

/// <summary>One SRV record (RFC 2782).</summary>
/// <param name="Priority">Lower first.</param>
/// <param name="Weight">Share among equals.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Target">Host name without final dot; <c>.</c> alone denies the service.</param>
public sealed record SrvRecord(ushort Priority, ushort Weight, ushort Port, string Target);

/// <summary>One NAPTR record (RFC 3403 §4.1), as far as RFC 3263 §4.1 uses it.</summary>
/// <param name="Order">Lower first; a higher one is not looked at once a usable one was found.</param>
/// <param name="Preference">Lower first among equals.</param>
/// <param name="Flags"><c>s</c>: the replacement names SRV records.</param>
/// <param name="Service">Such as <c>SIP+D2T</c>.</param>
/// <param name="Replacement">The name to ask next.</param>
public sealed record NaptrRecord(ushort Order, ushort Preference, string Flags, string Service, string Replacement);

/// <summary>One TLSA record (RFC 6698 §2.1); what of it can be used is the reader's business.</summary>
/// <param name="Usage">0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE.</param>
/// <param name="Selector">0 the whole certificate, 1 its public key.</param>
/// <param name="Matching">0 as it is, 1 SHA-256, 2 SHA-512.</param>
/// <param name="Data">What is to match.</param>
public sealed record TlsaRecord(byte Usage, byte Selector, byte Matching, ReadOnlyMemory<byte> Data);

/// <summary>The answer to one look-up: records, or one reason.</summary>
/// <param name="Reason"><see cref="TransportReason.None"/> when there are records.</param>
/// <param name="Records">What was found.</param>
/// <param name="Ttl">How long the answer may be kept; zero is normal.</param>
/// <param name="IsSecure">Proved by DNSSEC, or written by the operator; also of an answer that says "there is none".</param>
/// <param name="Detail">Words for people.</param>
public sealed record DnsAnswer<T>(TransportReason Reason, IReadOnlyList<T> Records, TimeSpan Ttl, bool IsSecure, string Detail)
{
    /// <summary>True when records were found.</summary>
    public bool IsFound => Reason == TransportReason.None;

    /// <summary>What DNSSEC says about it.</summary>
    public DnsSecurity Security => Reason == TransportReason.DnsBogus ? DnsSecurity.Bogus : IsSecure ? DnsSecurity.Secure : DnsSecurity.Insecure;

    /// <summary>An answer without records.</summary>
    public static DnsAnswer<T> Failed(TransportReason reason, string detail, bool isSecure = false) => new(reason, [], TimeSpan.Zero, isSecure, detail);
}
