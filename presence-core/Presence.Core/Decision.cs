namespace Presence.Core;

/// <summary>What a command comes to: facts to commit, effects to perform once they are durable (in order), and the answer that waits for the commit too.</summary>
public sealed record Decision(IReadOnlyList<PresentityFact> Facts, IReadOnlyList<PresenceEffect> Effects, PresenceReply Reply)
{
    /// <summary>The state with the facts folded in, so that the engine need not fold them a second time.</summary>
    public required PresentityState State { get; init; }
}
