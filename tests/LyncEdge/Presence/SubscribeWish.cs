using System.Text.Json.Nodes;

namespace LyncEdge.Presence;

/// <summary>One SUBSCRIBE as the command asked for it, with the variants of field fact H12.</summary>
public sealed record SubscribeWish
{
    public JsonNode? Id { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public int? Expires { get; init; }

    public string Event { get; init; } = "presence";

    /// <summary>null: the profile's list; empty: no Accept at all.</summary>
    public string? Accept { get; init; }

    /// <summary>Require: adhoclist, categoryList; a batch the gateway has to refuse with 420.</summary>
    public bool RequiresBatch { get; init; }

    /// <summary>More than one resource in the batch body: 420 too.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    public bool Refreshes { get; init; } = true;

    public bool IsPoll { get; init; }

    public IReadOnlyList<string> Extra { get; init; } = [];

    public int MaxForwards { get; init; } = 67;

    /// <summary>Another Request-URI than the person's: the host replaced by the next hop (field fact A5).</summary>
    public string? Target { get; init; }

    /// <summary>The one right answer to the variants of H12.</summary>
    public int? MustGet => RequiresBatch || Others.Count > 0 ? 420 : Accept is { Length: > 0 } a && !a.Contains("application/pidf+xml", StringComparison.OrdinalIgnoreCase) ? 406 : null;

    /// <summary>The contact was added a moment ago: its resource carries <c>&lt;context/&gt;</c> (field fact B2 rule 2).</summary>
    public bool IsJustAdded { get; init; }

    public int? Connection { get; init; }
}
