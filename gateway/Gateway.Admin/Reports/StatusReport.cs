using Gateway.Admin.Trace;

namespace Gateway.Admin.Reports;

/// <summary>What <c>gateway status</c> shows and <c>GET /status</c> answers.</summary>
public sealed record StatusReport
{
    public required string Version { get; init; }

    /// <summary><c>starting</c>, <c>running</c> or <c>draining</c>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required long UptimeSeconds { get; init; }

    public required ConfigurationStatus Configuration { get; init; }

    public IReadOnlyList<ListenerStatus> Listeners { get; init; } = [];

    public IReadOnlyList<PeerStatus> Peers { get; init; } = [];

    public IReadOnlyList<DomainStatus> Domains { get; init; } = [];

    public IReadOnlyList<RefusalStatus> Refusals { get; init; } = [];

    /// <summary>Traces that run now.</summary>
    public IReadOnlyList<TraceStatus> Traces { get; init; } = [];

    public required CertificatesStatus Certificates { get; init; }

    /// <summary>Numbers of the presence engine and its store, by name.</summary>
    public IReadOnlyDictionary<string, long> Engine { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);
}

/// <summary>Which file is in force, and how the last reload went.</summary>
public sealed record ConfigurationStatus(string Path, DateTimeOffset LoadedAt, ReloadReport? LastReload);

/// <summary>One listening address.</summary>
public sealed record ListenerStatus(string Protocol, string Address, bool IsBound, int Connections);

/// <summary>One configured peer and what stands between it and us.</summary>
public sealed record PeerStatus(string Name, string Protocol, string Profile)
{
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>What its record allows beyond the safe rule, in words.</summary>
    public IReadOnlyList<string> Relaxations { get; init; } = [];

    /// <summary>What its record limits it to, and which domains may talk with its own, where not every one may, in words.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    public IReadOnlyList<ConnectionStatus> Connections { get; init; } = [];

    /// <summary>SIP: how fast it is asked, why, and how much waits for its turn.</summary>
    public string Pace { get; init; } = "";

    /// <summary>Why it could not be reached the last time; empty when it could, or was not needed.</summary>
    public string LastFailure { get; init; } = "";

    /// <summary>When it is tried again, if it cannot be reached now.</summary>
    public DateTimeOffset? NextTryAt { get; init; }

    /// <summary>Targets of it that failed and are left alone for a while.</summary>
    public IReadOnlyList<TargetStatus> Quarantined { get; init; } = [];
}

/// <summary>One target that failed: until when it is left alone, how often it failed since it last stood, and why.</summary>
public sealed record TargetStatus(string Target, DateTimeOffset Until, int Failures, string Reason);

/// <summary>One connection: SIP connection or XMPP stream.</summary>
public sealed record ConnectionStatus
{
    /// <summary>The connection's number in this process, as log and trace name it; 0 before there is one.</summary>
    public long Number { get; init; }

    /// <summary><c>in</c> or <c>out</c>.</summary>
    public required string Direction { get; init; }

    public required string Remote { get; init; }

    /// <summary>Phase in words: connecting, open, closing.</summary>
    public string Phase { get; init; } = "open";

    /// <summary>How the peer proved itself: <c>certificate</c> (SIP), <c>external</c>, <c>dialback</c>, both joined, or <c>none</c>.</summary>
    public string ProvedBy { get; init; } = "none";

    /// <summary>How the peer proved itself, for which domain.</summary>
    public IReadOnlyList<string> Proofs { get; init; } = [];

    /// <summary>Protocol version and cipher suite; empty without TLS.</summary>
    public string Tls { get; init; } = "";

    /// <summary>The version of our certificates that it was made with; 0 without TLS.</summary>
    public int CertificateVersion { get; init; }

    /// <summary>Subject of the peer's certificate; empty where it is not known.</summary>
    public string Subject { get; init; } = "";

    /// <summary>SIP: dialogs that use it now.</summary>
    public int Dialogs { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>Why each domain is believed, or why not yet.</summary>
    public IReadOnlyList<string> Trust { get; init; } = [];

    /// <summary>What was negotiated beside TLS, by the numbers of the extensions.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>When the last stanza or SIP message crossed.</summary>
    public DateTimeOffset? LastItem { get; init; }

    /// <summary>XMPP: the pairs of domains it carries, the one that speaks first. SIP: the domains the peer spoke for and was believed.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>Stanzas or SIP messages that came.</summary>
    public long ItemsIn { get; init; }

    /// <summary>Stanzas or SIP messages that were sent.</summary>
    public long ItemsOut { get; init; }

    /// <summary>Sent and not yet acknowledged: stanzas (XEP-0198), or SIP requests without a final answer.</summary>
    public int Unacknowledged { get; init; }

    /// <summary>What waits for this connection.</summary>
    public long Queued { get; init; }
}

/// <summary>One domain of the tables.</summary>
public sealed record DomainStatus(string Name, string Kind, string Peer, bool IsBlocked);

/// <summary>A refusal, counted, with what to do about it.</summary>
public sealed record RefusalStatus(
    string Subject, string Reason, string Text, string NextStep, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>Certificates in force.</summary>
public sealed record CertificatesStatus(int Version, IReadOnlyList<CertificateStatus> Own, IReadOnlyList<TrustStatus> Trust)
{
    /// <summary>Why the last reload of certificates was not taken; empty when it was.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}

/// <summary>One certificate of ours; less than 0 days are left when it has ended.</summary>
public sealed record CertificateStatus(string Name, IReadOnlyList<string> Domains, string Fingerprint, DateTimeOffset NotAfter, int DaysLeft);

/// <summary>One trust set; days left are those of the root that ends first.</summary>
public sealed record TrustStatus(string Name, int Roots, bool IncludesSystemRoots, int? DaysLeft);
