namespace Gateway.Xmpp;

/// <summary>One stream as <c>status</c> shows it.</summary>
/// <param name="Id">The connection's number in this process.</param>
/// <param name="Peer">The peer's name, empty while nobody is known.</param>
/// <param name="LocalDomain">Our domain.</param>
/// <param name="RemoteDomain">The peer's domain, or domains joined by a comma.</param>
/// <param name="IsInbound">True when the peer opened it.</param>
/// <param name="ProvedBy"><c>external</c>, <c>dialback</c>, both joined, or <c>none</c>.</param>
/// <param name="Phase">Where negotiation stands.</param>
/// <param name="Since">When TCP was established.</param>
/// <param name="TlsVersion">Empty on a plain connection.</param>
/// <param name="Cipher">Empty on a plain connection.</param>
/// <param name="Remote">The peer's address.</param>
public sealed record StreamSnapshot(
    long Id, string Peer, string LocalDomain, string RemoteDomain, bool IsInbound, string ProvedBy, string Phase, DateTimeOffset Since, string TlsVersion,
    string Cipher, string Remote)
{
    /// <summary>Why each domain is believed, or why not yet.</summary>
    public IReadOnlyList<string> Trust { get; init; } = [];

    /// <summary>The pairs of domains that the stream carries, the one that speaks first.</summary>
    public IReadOnlyList<string> Pairs { get; init; } = [];

    /// <summary>What was negotiated beside TLS: <c>direct-tls</c>, <c>0198</c>, <c>0288</c>.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The version of our certificates that it was made with; 0 without TLS.</summary>
    public int CertificateVersion { get; init; }

    /// <summary>When the last stanza crossed; null before the first.</summary>
    public DateTimeOffset? LastStanzaAt { get; init; }

    /// <summary>Stanzas taken from the peer.</summary>
    public long StanzasIn { get; init; }

    /// <summary>Stanzas of ours, those included that no longer left.</summary>
    public long StanzasOut { get; init; }

    /// <summary>Stanzas sent and not yet acknowledged (XEP-0198).</summary>
    public int Unacknowledged { get; init; }
}

/// <summary>One pair of domains with its queue, as <c>status</c> shows it.</summary>
/// <param name="LocalDomain">Our domain.</param>
/// <param name="RemoteDomain">The peer's domain.</param>
/// <param name="Peer">The peer's name.</param>
/// <param name="Phase">idle, connecting, open.</param>
/// <param name="QueuedItems">Stanzas that wait.</param>
/// <param name="QueuedBytes">Their bytes.</param>
/// <param name="LastFailure">Public reason name of the last failure, or empty.</param>
/// <param name="LastFailureText">Words about it.</param>
public sealed record PairSnapshot(
    string LocalDomain, string RemoteDomain, string Peer, string Phase, int QueuedItems, int QueuedBytes, string LastFailure, string LastFailureText)
{
    /// <summary>Seconds that the oldest stanza has waited.</summary>
    public int OldestSeconds { get; init; }

    /// <summary>Seconds until the next attempt may be made; 0 when it may be made now.</summary>
    public int RetryInSeconds { get; init; }

    /// <summary>Pairs of users whose presence crosses here.</summary>
    public int PresencePairs { get; init; }

    /// <summary>Of these, how many are still to be said again after a break.</summary>
    public int PresenceOwed { get; init; }
}
