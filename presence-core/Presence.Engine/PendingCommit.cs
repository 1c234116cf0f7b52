using Presence.Core;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>One unit's decisions on their way to the store: what was decided, for whom, and what follows when it is durable.</summary>
internal sealed class PendingCommit(Shard shard, UnitEntry entry, PresentityState state, UnitCommit commit)
{
    public Shard Shard { get; } = shard;

    public UnitEntry Entry { get; } = entry;

    /// <summary>The state after the decisions.</summary>
    public PresentityState State { get; } = state;

    public UnitCommit Commit { get; } = commit;

    public required List<(CommandWork Work, PresenceReply Reply)> Answers { get; init; }

    public required List<EffectItem> Effects { get; init; }
}
