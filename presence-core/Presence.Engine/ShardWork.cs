using System.Threading.Tasks.Sources;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>Something for a shard to do; runs on the shard alone.</summary>
internal abstract class ShardWork
{
    public abstract void Run(Shard shard);

    /// <summary>The step threw: whoever waits must hear of it.</summary>
    public virtual void Fail(Exception cause)
    {
    }
}

/// <summary>One command and the answer that waits for it.</summary>
internal sealed class CommandWork(Address unit, PresentityCommand command, bool isFromTime, Action<CommandWork, PresenceReply> onAnswered) : ShardWork, IValueTaskSource<PresenceReply>
{
    private ManualResetValueTaskSourceCore<PresenceReply> _answer = new() { RunContinuationsAsynchronously = true };
    private bool _isAnswered;

    public Address Unit { get; } = unit;

    public PresentityCommand Command { get; } = command;

    /// <summary>The store said the unit is due: if nothing is, its deadline must be written anew.</summary>
    public bool IsFromTime { get; } = isFromTime;

    public ValueTask<PresenceReply> Task => new(this, _answer.Version);

    public override void Run(Shard shard) => shard.Take(this);

    public void Answer(PresenceReply reply)
    {
        if (_isAnswered) return;
        _isAnswered = true;
        onAnswered(this, reply);
        _answer.SetResult(reply);
    }

    public override void Fail(Exception cause) => Answer(PresenceReply.Refused(PresenceReason.StoreUnavailable));

    PresenceReply IValueTaskSource<PresenceReply>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<PresenceReply>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<PresenceReply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}

/// <summary>A look-up of one pair.</summary>
internal sealed class FindWork(Address unit, Address watcher) : ShardWork
{
    private readonly TaskCompletionSource<WatcherView?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Address Unit { get; } = unit;

    public Task<WatcherView?> Task => _answer.Task;

    public override void Run(Shard shard) => shard.Take(this);

    public void Answer(UnitEntry entry) => _answer.TrySetResult(entry.State.View(watcher, entry.Version));

    public override void Fail(Exception cause) =>
        _answer.TrySetException(cause as PresenceStoreException ?? new PresenceStoreException("The unit could not be loaded.", cause));
}

/// <summary>A load came back.</summary>
internal sealed class LoadedWork(UnitEntry entry, StoredUnit? stored, Exception? failure) : ShardWork
{
    public override void Run(Shard shard) => shard.Loaded(entry, stored, failure);
}

/// <summary>A commit came back.</summary>
internal sealed class CommittedWork(PendingCommit commit, CommitVerdict verdict, Exception? failure) : ShardWork
{
    public override void Run(Shard shard) => shard.Committed(commit, verdict, failure);
}

/// <summary>An effect came back from the performer.</summary>
internal sealed class PerformedWork(UnitEntry entry, EffectLane lane, EffectVerdict verdict) : ShardWork
{
    public override void Run(Shard shard) => shard.Effects.Performed(entry, lane, verdict);
}

/// <summary>The pause of a lane is over.</summary>
internal sealed class RetryWork(UnitEntry entry, EffectLane lane, int attempt) : ShardWork
{
    public override void Run(Shard shard) => shard.Effects.Retry(entry, lane, attempt);
}

/// <summary>The marks of these effects are in the store.</summary>
internal sealed class FlushedWork(IReadOnlyList<EffectKey> keys) : ShardWork
{
    public override void Run(Shard shard) => shard.Effects.Flushed(keys);
}
