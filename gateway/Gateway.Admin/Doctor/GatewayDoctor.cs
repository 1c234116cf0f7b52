using Gateway.Admin.Reports;

namespace Gateway.Admin.Doctor;

/// <summary>Checks the gateway itself and the way to each peer, and says what to change.</summary>
public static class GatewayDoctor
{
    /// <summary>All peers, or the one of that name.</summary>
    public static async Task<DoctorReport> CheckAsync(DoctorParts parts, string? peer, CancellationToken cancellation)
    {
        var checks = new List<DoctorCheck>();
        if (peer is null) checks.AddRange(await OwnChecks.RunAsync(parts, cancellation));
        var chosen = parts.Model.Peers.Where(p => peer is null || p.Name == peer).ToList();
        if (peer is not null && chosen.Count == 0)
            checks.Add(new DoctorCheck(peer, "record", DoctorVerdict.Failed, "no peer has this name", string.Join(", ", parts.Model.Peers.Select(p => p.Name))));

        // One after the other: a doctor must not look like an attack.
        foreach (var one in chosen) checks.AddRange(await new PeerChecks(parts, one).RunAsync(cancellation));
        return new DoctorReport(checks);
    }
}
