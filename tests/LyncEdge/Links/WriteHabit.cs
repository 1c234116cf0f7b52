namespace LyncEdge.Links;

/// <summary>How bytes leave: the torture of field fact H3. Held bytes leave together in one record when released.</summary>
public sealed record WriteHabit(bool OneByteAtATime = false, bool PadsWithKeepAlives = false, bool Holds = false);
