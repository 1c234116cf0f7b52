using System.Collections.Immutable;
using System.Text;
using Certificates;
using Gateway.Federation;
using Gateway.Host.Composition;
using Gateway.Host.Configuration;
using Gateway.Host.Configuration.Options;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Engine;

namespace Gateway.Host.Docs;

/// <summary><c>docs/metrics.md</c>: every instrument of an appliance that was put together and never started.</summary>
public static class MetricsPage
{
    public static async Task<string> WriteAsync()
    {
        await using var parts = new ApplianceParts(EmptyModel(), TimeProvider.System, NullLoggerFactory.Instance);
        parts.Sides = SideFactory.Make(parts, "documentation");
        await using var engine = await PresenceEngine.StartAsync(new MemoryPresenceStore(), parts.Crossing);
        var text = new StringBuilder("""
            # Metrics

            What `GET /metrics` shows, as Prometheus text. Made by `make docs`; do not edit. Values of the label `peer` are the names of configured peers, `reason` and `outcome` are the names of
            [reasons](reasons.md); what is neither is `other`, so that no stranger can grow a collector's memory.

            | metric | type | meaning |
            |---|---|---|

            """);
        foreach (var (name, type, _, help) in parts.Collector.Describe()) text.Append($"| `{name}` | {type} | {help.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        text.Append("| `process_cpu_seconds_total` | counter | CPU time of the process, user and system. |\n");
        text.Append("| `process_resident_memory_bytes` | gauge | Memory of the process that is in RAM. |\n");
        text.Append("| `process_start_time_seconds` | gauge | When the process started, seconds since 1970. |\n");
        text.Append("| `dotnet_gc_heap_bytes` | gauge | Managed memory in use. |\n");
        return text.ToString();
    }

    private static ApplianceModel EmptyModel() => new()
    {
        File = "",
        Fqdn = "gateway.invalid",
        AdminSocket = "",
        Certificates = new CertificateSourcesOptions { WatchSeconds = 0 },
        Federation = new FederationModel(),
        Connections = new ConnectionsOptions(),
        Dns = new DnsModel([], ImmutableDictionary<string, ImmutableArray<System.Net.IPAddress>>.Empty, TimeSpan.FromSeconds(1), ""),
        StoreFile = "",
        Presence = new PresenceOptions(),
        Limits = new LimitsOptions(),
        Log = new LogOptions(),
    };
}
