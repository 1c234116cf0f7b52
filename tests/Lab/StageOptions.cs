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

    /// <summary>Domains the gateway shows besides the usual ones: its certificate names them, and DNS leads XMPP servers to it.</summary>
    public IReadOnlyList<string> MoreDomains { get; init; } = [];

    public IReadOnlyList<string> EdgeArguments { get; init; } = [];

    public IReadOnlyList<LabRecord> MoreRecords { get; init; } = [];

    public Action<JsonObject>? Adjust { get; init; }
}
