using Gateway.Xmpp.Streams;

namespace Gateway.Xmpp.Links;

/// <summary>What outlives a stream of ours under XEP-0198: the name to resume it by, and what was sent and not acknowledged.</summary>
/// <param name="Id">The peer's name for it; null when it can only be sent again, not resumed.</param>
/// <param name="Window">The stanzas.</param>
/// <param name="HasProgressed">The peer acknowledged something on the last stream.</param>
internal sealed record Resumption(string? Id, HeldWindow Window, bool HasProgressed);
