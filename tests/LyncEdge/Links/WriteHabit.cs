namespace LyncEdge.Links;

/// <summary>How bytes leave: the torture of field fact H3. Held bytes leave together in one record when released.</summary>
public sealed record WriteHabit(bool OneByteAtATime = false, bool PadsWithKeepAlives = false, bool Holds = false)
{
    /// <summary>Each time anew: padded or not, joined with what waits or not, whole, in pieces or byte by byte.</summary>
    public bool IsRandom { get; init; }
}
