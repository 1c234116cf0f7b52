namespace LyncEdge.Presence;

/// <summary>What a Microsoft client would show of a document, and what of it would have been lost on the way (field fact H15).</summary>
public sealed record SeenPresence(string Shows, string? Basic, string? Activity, string? Note, string? DisplayName, string? Entity, IReadOnlyList<string> Lost);
