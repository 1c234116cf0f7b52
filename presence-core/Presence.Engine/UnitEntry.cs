using Presence.Core;
using Presence.Core.Model;

namespace Presence.Engine;

/// <summary>What a unit in memory is doing. Commands wait in its mailbox unless it is idle.</summary>
internal enum UnitPhase
{
    /// <summary>Its state must be fetched before the next decision.</summary>
    Cold,
    Loading,
    Idle,
    Committing,
}

/// <summary>One unit in memory, owned by one shard: the last committed state, the commands that wait, the effects under way.</summary>
internal sealed class UnitEntry(Address address)
{
    public Address Address { get; } = address;

    public UnitPhase Phase { get; set; }

    /// <summary>As committed: what performers see is durable.</summary>
    public PresentityState State { get; set; } = new(address);

    public long Version { get; set; }

    public Queue<CommandWork> Mailbox { get; set; } = new();

    /// <summary>Look-ups that wait for the load.</summary>
    public List<FindWork>? Finds { get; set; }

    public EffectLanes Lanes { get; } = new();

    public int StaleCount { get; set; }

    /// <summary>It stands in the shard's list of units that must decide.</summary>
    public bool IsReady { get; set; }

    public LinkedListNode<UnitEntry>? Age { get; set; }

    public bool CanBeForgotten => Phase is (UnitPhase.Idle or UnitPhase.Cold) && Mailbox.Count == 0 && Lanes.IsEmpty && !IsReady && Finds is null;
}
