using System.Diagnostics.Metrics;
using Gateway.Federation.Peers;

namespace Gateway.Host.Composition;

/// <summary>What peers are allowed beyond the safe rule, as a gauge that an alert can watch (OCS-048): 1 for each relaxation in force.</summary>
public sealed class RelaxationMetric : IDisposable
{
    private readonly Meter meter = new("gateway.host");

    public RelaxationMetric(PeerRegistry registry) => meter.CreateObservableGauge("gateway_host_relaxations", () => Measure(registry),
        description: "1 for each relaxation that is in force, by peer and its name in `gateway status`.");

    public void Dispose() => meter.Dispose();

    private static IEnumerable<Measurement<int>> Measure(PeerRegistry registry) =>
        from peer in registry.Current.Model.Records
        from relaxation in StatusBuilder.RelaxationsOf(peer)
        select new Measurement<int>(1, new("peer", peer.Name), new("relaxation", NameOf(relaxation)));

    // "dialback: a domain may be ..." is named by what stands before the colon.
    private static string NameOf(string relaxation) => relaxation.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? relaxation[..colon] : relaxation;
}
