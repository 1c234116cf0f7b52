namespace Presence.Core;

/// <summary>What a command comes to: facts to commit, effects to perform once they are durable (in order), and the answer that waits for the commit too.</summary>
public sealed record Decision(IReadOnlyList<PresentityFact> Facts, IReadOnlyList<PresenceEffect> Effects, PresenceReply Reply);
