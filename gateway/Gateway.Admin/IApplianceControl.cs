using Gateway.Admin.Reports;

namespace Gateway.Admin;

/// <summary>What the administration rooms ask of the running appliance. Implemented by the composition.</summary>
public interface IApplianceControl
{
    StatusReport Status();

    ReadinessReport Readiness();

    /// <summary>Reads the configuration and the certificates again; what is faulty is not taken.</summary>
    Task<ReloadReport> ReloadAsync(CancellationToken cancellation);

    /// <summary>Ends the rest of a domain that could not be reached, or of all.</summary>
    ForgetReport Forget(string? domain);

    ExplainReport Explain(string from, string to);

    /// <summary>Checks every peer, or the named one.</summary>
    Task<DoctorReport> DoctorAsync(string? peer, CancellationToken cancellation);

    /// <summary>Prometheus text.</summary>
    string WriteMetrics();
}
