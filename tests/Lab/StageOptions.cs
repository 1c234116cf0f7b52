using System.Text.Json.Nodes;
using Lab.Names;

namespace Lab;

/// <summary>How a stage is set.</summary>
public sealed record StageOptions(string Profile)
{
    /// <summary>Prosody and the gateway prove their domains by dialback instead of by certificate.</summary>
    public bool UsesDialback { get; init; }

    public IReadOnlyList<string> EdgeArguments { get; init; } = [];

    public IReadOnlyList<LabRecord> MoreRecords { get; init; } = [];

    public Action<JsonObject>? Adjust { get; init; }
}
