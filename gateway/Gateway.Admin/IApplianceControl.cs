using Gateway.Admin.Reports;
using Gateway.Admin.Trace;

namespace Gateway.Admin;

/// <summary>What the administration rooms ask of the running appliance. Implemented by the composition.</summary>
public interface IApplianceControl
{
    StatusReport Status();

    /// <summary>The connections of a peer, or of all; <c>in</c>, <c>out</c>, or both directions.</summary>
    ConnectionsReport Connections(string? peer, string? direction);

    ReadinessReport Readiness();

    /// <summary>Reads the configuration and the certificates again; what is faulty is not taken.</summary>
    Task<ReloadReport> ReloadAsync(CancellationToken cancellation);

    /// <summary>Ends the rest of a domain that could not be reached, or of all.</summary>
    ForgetReport Forget(string? domain);

    /// <summary>Begins to follow the connections of a peer or domain; null when too many traces run. Disposing it ends it.</summary>
    TraceSession? StartTrace(TraceRequest request);

    /// <summary>The domains of the tables with their users; asks the store.</summary>
    Task<DomainsReport> DomainsAsync(CancellationToken cancellation);

    /// <summary>Has the home of a user asked anew for the authorization of somebody who watches him; null when one of the addresses is none.</summary>
    Task<RepairReport?> RepairAsync(string watcher, string presentity, CancellationToken cancellation);

    LogReport LogLevels();

    /// <summary>Sets how much is logged, by a room or all (empty), for a while or until the next start; <c>default</c> takes it back. Null when level or room is none.</summary>
    LogReport? SetLogLevel(string level, string room, int? seconds);

    ExplainReport Explain(ExplainQuestion asked);

    /// <summary>Checks every peer, or the named one.</summary>
    Task<DoctorReport> DoctorAsync(string? peer, CancellationToken cancellation);

    /// <summary>Prometheus text.</summary>
    string WriteMetrics();
}
