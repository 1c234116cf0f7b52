namespace Gateway.Transport;

/// <summary>How names are resolved.</summary>
public sealed record UnboundOptions
{
    /// <summary>Servers asked instead of those in <see cref="ResolvConf"/>: <c>192.0.2.53</c> or <c>127.0.0.1@5353</c>.</summary>
    public IReadOnlyList<string> Forwarders { get; init; } = [];

    /// <summary>Names the servers when there are no forwarders; empty resolves from the root.</summary>
    public string ResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Hosts file read once at start; empty reads none.</summary>
    public string HostsFile { get; init; } = "/etc/hosts";

    /// <summary>Records in zone-file form, such as <c>gw.jabber.example. 60 IN A 192.0.2.1</c>, answered without asking anybody.</summary>
    public IReadOnlyList<string> Records { get; init; } = [];

    /// <summary>Zones that hold <see cref="Records"/> only: other names in them do not exist.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>File with DNSSEC trust anchors; without it nothing counts as proved.</summary>
    public string TrustAnchorFile { get; init; } = "";

    /// <summary>Seconds for one look-up.</summary>
    public int QuerySecondsMax { get; init; } = 10;

    /// <summary>Look-ups at the same time; one more is answered like a timeout.</summary>
    public int QueriesMax { get; init; } = 1_000;
}
