using System.Text.Json.Nodes;
using Lab.Names;

namespace Lab;

/// <summary>How a stage is set.</summary>
public sealed record StageOptions(string Profile)
{
    /// <summary>Prosody and the gateway prove their domains by dialback instead of by certificate.</summary>
    public bool UsesDialback { get; init; }

    /// <summary>Kamailio stands where the edge was, and the emulated front end speaks only with it.</summary>
    public bool UsesKamailio { get; init; }

    /// <summary>Modules Prosody loads beside the usual ones.</summary>
    public IReadOnlyList<string> ProsodyModules { get; init; } = [];

    /// <summary>Where DNS says that Prosody is, when something stands before it.</summary>
    public int? ProsodyNamedPort { get; init; }

    /// <summary>Domains the gateway shows besides the usual ones: its certificate names them, and DNS leads XMPP servers to it.</summary>
    public IReadOnlyList<string> MoreDomains { get; init; } = [];

    /// <summary>Domains that DNS leads to the gateway for, and that its usual certificate does not name.</summary>
    public IReadOnlyList<string> BareDomains { get; init; } = [];

    public IReadOnlyList<string> EdgeArguments { get; init; } = [];

    public IReadOnlyList<LabRecord> MoreRecords { get; init; } = [];

    /// <summary>The edge and the gateway's SIP listener are at <c>::1</c>, known by AAAA records alone; the gateway's XMPP listener takes both families, as Prosody stays where it is.</summary>
    public bool UsesIPv6 { get; init; }

    public Action<JsonObject>? Adjust { get; init; }

    /// <summary>The same, for what needs certificates of the stage's authority.</summary>
    public Action<JsonObject, Trust.LabAuthority>? AdjustWith { get; init; }
}
