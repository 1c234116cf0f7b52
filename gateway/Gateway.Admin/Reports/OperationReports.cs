namespace Gateway.Admin.Reports;

/// <summary>How a reload went. A failed one changes nothing and lists every fault.</summary>
public sealed record ReloadReport(bool IsApplied, DateTimeOffset At)
{
    /// <summary>Sections that took effect.</summary>
    public IReadOnlyList<string> Applied { get; init; } = [];

    /// <summary>Sections whose change waits for a restart.</summary>
    public IReadOnlyList<string> NeedsRestart { get; init; } = [];

    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>What is in force and cannot be meant.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Connections with the peer each belongs to; the peer's name is in parentheses where it is not proved.</summary>
public sealed record ConnectionsReport(IReadOnlyList<ConnectionRow> Connections);

/// <summary>One connection of one peer.</summary>
public sealed record ConnectionRow(string Peer, ConnectionStatus Connection);

/// <summary>How many failures of a domain (null: of any) were forgotten.</summary>
public sealed record ForgetReport(string? Domain, int Forgotten);

/// <summary>Whether a subscription is asked for anew; the reason where it is not.</summary>
public sealed record RepairReport(string Watcher, string Presentity, bool IsAsked, string Reason);

/// <summary>The domains of the tables, each with its users (PSB-035).</summary>
public sealed record DomainsReport(IReadOnlyList<DomainUsers> Domains);

/// <summary>One domain, how many of its users the store knows as watching or watched, and what looks wrong about that.</summary>
public sealed record DomainUsers(DomainStatus Domain, long Users, string Warning);

/// <summary>How much is logged: what the configuration says, and what is in force for all and for rooms that were set alone.</summary>
public sealed record LogReport(string Configured, IReadOnlyList<LogLevelStatus> Levels);

/// <summary>The least level that one room, or <c>all</c>, writes; until when, where it falls back by itself.</summary>
public sealed record LogLevelStatus(string Room, string Level, DateTimeOffset? Until);

/// <summary>What would become of something from one address to another.</summary>
public sealed record ExplainReport(string From, string To, bool IsRouted, string Reason, string? Peer, IReadOnlyList<string> Steps)
{
    /// <summary>The rule that decided; null where the routes did.</summary>
    public string? Rule { get; init; }
}

/// <summary>What is to be explained: two addresses, and what crosses in the words of SIP.</summary>
public sealed record ExplainQuestion(string From, string To)
{
    public string? Method { get; init; }

    public string? Event { get; init; }

    /// <summary>Name of the peer it comes from.</summary>
    public string? Source { get; init; }
}

/// <summary>Everything <c>doctor</c> found.</summary>
public sealed record DoctorReport(IReadOnlyList<DoctorCheck> Checks)
{
    public bool HasFailures => Checks.Any(c => c.Verdict == DoctorVerdict.Failed);
}

/// <summary>One check: of what (a peer, a certificate, the appliance), which, how it went, and what to change where.</summary>
public sealed record DoctorCheck(string Subject, string Check, DoctorVerdict Verdict, string Text, string NextStep);

/// <summary>How a check went.</summary>
public enum DoctorVerdict
{
    Good,

    /// <summary>It works, and something about it will trouble somebody.</summary>
    Warning,
    Failed,

    /// <summary>Could not be tried, because an earlier check failed.</summary>
    NotTried,
}

/// <summary>Readiness with what is missing.</summary>
public sealed record ReadinessReport(bool IsReady, IReadOnlyList<string> Missing);
