using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>
/// The one engine: a mailbox per unit on sharded owners; load ▸ decide ▸ commit (grouped) ▸ answer and effects, in commit order. One node owns all units under one epoch.
/// </summary>
public sealed class PresenceEngine : IPresenceEngine, IAsyncDisposable
{
    private readonly EngineParts _parts;
    private readonly Shard[] _shards;
    private readonly CancellationTokenSource _stopping;
    private readonly TaskCompletionSource _answeredAll = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<CommandWork, PresenceReply> _onAnswered;
    private long _open;
    private int _isClosed;
    private int _isStopped;

    private PresenceEngine(EngineParts parts, CancellationTokenSource stopping)
    {
        (_parts, _stopping, _onAnswered) = (parts, stopping, OnAnswered);
        parts.Metrics = new EngineMetrics(() => _shards!.Sum(s => (long)s.UnitCount), () => Volatile.Read(ref _open), () => _shards!.Sum(s => (long)s.Effects.Open));
        parts.Committer = new Committer(parts);
        parts.DueWatch = new DueWatch(parts, (unit, command) => Submit(unit, command, isFromTime: true));
        _shards = new Shard[parts.Options.Shards];
        for (var i = 0; i < _shards.Length; i++) _shards[i] = new Shard(parts);
        Awakened = parts.Begin(new Awakening(parts, new Resume(parts.Epoch), (unit, command) => Submit(unit, command, isFromTime: false)).RunAsync);
    }

    /// <summary>The epoch this engine speaks under.</summary>
    public long Epoch => _parts.Epoch;

    /// <summary>Ends when every unit that had to be woken after the start has been.</summary>
    public Task Awakened { get; }

    /// <summary>Commands taken and not yet answered.</summary>
    public long OpenCommands => Volatile.Read(ref _open);

    /// <summary>Units in memory.</summary>
    public int CachedUnits => _shards.Sum(s => s.UnitCount);

    /// <summary>Effects waiting for the performer or being performed.</summary>
    public int OpenEffects => _shards.Sum(s => s.Effects.Open);

    /// <summary>Takes the store over under a new epoch and begins; effects that an earlier life left undone, and all living legs, are spoken for in the background.</summary>
    /// <exception cref="PresenceStoreException">The store cannot be used.</exception>
    public static async Task<PresenceEngine> StartAsync(
        IPresenceStore store,
        IEffectPerformer performer,
        EngineOptions? options = null,
        TimeProvider? time = null,
        IEngineObserver? observer = null,
        CancellationToken cancellation = default)
    {
        options ??= new EngineOptions();
        if (options.Faults() is { Count: > 0 } faults) throw new ArgumentException(string.Join(' ', faults), nameof(options));
        var epoch = await store.TakeOwnershipAsync(options.Node, cancellation);
        var stopping = new CancellationTokenSource();
        var parts = new EngineParts
        {
            Store = store,
            Performer = performer,
            Options = options,
            Clock = new DeadlineClock(time ?? TimeProvider.System),
            Observer = observer,
            Epoch = epoch,
            Stopping = stopping.Token,
        };
        return new PresenceEngine(parts, stopping);
    }

    /// <summary>From now on presentities decide by these settings; those whose watchers stand are brought in line with the access rules. Ends when all are.</summary>
    public Task ApplyAsync(PresentitySettings settings)
    {
        if (settings.Faults() is { Count: > 0 } faults) throw new ArgumentException(string.Join(' ', faults), nameof(settings));
        _parts.Settings = settings;
        return _parts.Begin(new Awakening(_parts, new Reconsider(), (unit, command) => Submit(unit, command, isFromTime: false)).RunAsync);
    }

    public ValueTask<PresenceReply> SubmitAsync(Address presentity, PresentityCommand command, CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled<PresenceReply>(cancellation) : Submit(presentity, command, isFromTime: false);

    public ValueTask<WatcherView?> FindAsync(Address presentity, Address watcher, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _isStopped) != 0) return ValueTask.FromException<WatcherView?>(new PresenceStoreException("The presence engine has stopped."));
        var work = new FindWork(presentity, watcher);
        Owner(presentity).Post(work);
        return new ValueTask<WatcherView?>(cancellation.CanBeCanceled ? work.Task.WaitAsync(cancellation) : work.Task);
    }

    public ValueTask<uint> ReserveSequenceAsync(Address presentity, Address watcher, string legId, CancellationToken cancellation) =>
        _parts.Store.ReserveSequenceAsync(presentity, watcher, legId, IPresenceEngine.SequenceBlockSize, cancellation);

    /// <summary>Takes no more commands, lets those that were taken be answered, writes all marks, and stops performing; what is undone stays in the store.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0) return;
        if (Volatile.Read(ref _open) > 0)
        {
            _parts.Clock.After(TimeSpan.FromSeconds(_parts.Options.StopSecondsMax), () => _answeredAll.TrySetResult());
            await _answeredAll.Task;
        }

        await _stopping.CancelAsync();
        await _parts.Committer.DrainAsync();
        Volatile.Write(ref _isStopped, 1);
        _parts.Clock.Dispose();
        _parts.Metrics.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private ValueTask<PresenceReply> Submit(Address unit, PresentityCommand command, bool isFromTime)
    {
        var reason = Volatile.Read(ref _isClosed) != 0 ? PresenceReason.StoreUnavailable : PresenceReason.None;
        if (reason == PresenceReason.None && Interlocked.Increment(ref _open) > _parts.Options.CommandsMax)
        {
            Interlocked.Decrement(ref _open);
            reason = PresenceReason.Busy;
        }

        if (reason != PresenceReason.None)
        {
            _parts.Metrics.Answered(command, reason);
            return ValueTask.FromResult(PresenceReply.Refused(reason));
        }

        var work = new CommandWork(unit, command, isFromTime, _onAnswered);
        Owner(unit).Post(work);
        return work.Task;
    }

    private Shard Owner(Address unit) => _shards[(uint)unit.GetHashCode() % (uint)_shards.Length];

    private void OnAnswered(CommandWork work, PresenceReply reply)
    {
        _parts.Metrics.Answered(work.Command, reply.Reason);
        if (Interlocked.Decrement(ref _open) == 0 && Volatile.Read(ref _isClosed) != 0) _answeredAll.TrySetResult();
    }
}
