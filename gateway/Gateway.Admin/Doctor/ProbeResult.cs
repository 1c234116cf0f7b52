using Certificates;
using Gateway.Transport;

namespace Gateway.Admin.Doctor;

/// <summary>What a probe saw of a connection: evidence, or the reason why there is none.</summary>
internal sealed record ProbeResult(PeerEvidence? Evidence, TransportReason Reason, string Detail)
{
    /// <summary>What to change, where the probe knows more than the reason says.</summary>
    public string NextStep { get; init; } = "";
}
