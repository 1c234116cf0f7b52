using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>
/// Group commit: while one batch is being written the next one grows, so that load and not time makes batches large. One batch at a time; what a batch
/// brings back goes to the shards in commit order.
/// </summary>
internal sealed class Committer(EngineParts parts)
{
    private const int DoneMax = 4_096;

    private readonly Lock _lock = new();
    private List<PendingCommit> _waiting = [];
    private List<(Shard Shard, EffectKey Key)> _done = [];
    private bool _isRunning;
    private bool _isFlushArmed;
    private TaskCompletionSource? _idle;

    public void Add(List<PendingCommit> commits)
    {
        lock (_lock)
        {
            _waiting.AddRange(commits);
            if (!TryStart()) return;
        }

        parts.Start(RunAsync);
    }

    /// <summary>The effect needs its row no more; the mark goes with the next batch, or alone after a while.</summary>
    public void MarkDone(Shard shard, EffectKey key)
    {
        lock (_lock)
        {
            _done.Add((shard, key));
            if (_done.Count < DoneMax)
            {
                if (_isFlushArmed) return;
                _isFlushArmed = true;
                parts.Clock.After(TimeSpan.FromSeconds(parts.Options.DoneFlushSeconds), Flush);
                return;
            }

            if (!TryStart()) return;
        }

        parts.Start(RunAsync);
    }

    /// <summary>Writes everything that waits and ends when nothing does.</summary>
    public Task DrainAsync()
    {
        TaskCompletionSource idle;
        lock (_lock)
        {
            idle = _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!TryStart()) return idle.Task;
        }

        parts.Start(RunAsync);
        return idle.Task;
    }

    private void Flush()
    {
        lock (_lock)
        {
            _isFlushArmed = false;
            if (_done.Count == 0 || !TryStart()) return;
        }

        parts.Start(RunAsync);
    }

    private bool TryStart()
    {
        if (_isRunning) return false;
        return _isRunning = true;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<PendingCommit> commits;
            List<(Shard Shard, EffectKey Key)> done;
            lock (_lock)
            {
                if (_waiting.Count == 0 && _done.Count == 0)
                {
                    _isRunning = false;
                    _idle?.TrySetResult();
                    _idle = null;
                    return;
                }

                (commits, done) = (TakeBatch(), _done);
                _done = [];
            }

            await CommitAsync(commits, done);
            // Marks alone are not worth a batch of their own at once: they wait for company or their time.
            lock (_lock)
            {
                if (_waiting.Count > 0 || _idle is not null || _done.Count >= DoneMax) continue;
                _isRunning = false;
                return;
            }
        }
    }

    private List<PendingCommit> TakeBatch()
    {
        var max = parts.Options.UnitsPerBatchMax;
        if (_waiting.Count <= max)
        {
            var all = _waiting;
            _waiting = [];
            return all;
        }

        var some = _waiting.GetRange(0, max);
        _waiting.RemoveRange(0, max);
        return some;
    }

    private async Task CommitAsync(List<PendingCommit> commits, List<(Shard Shard, EffectKey Key)> done)
    {
        var units = commits.ConvertAll(c => c.Commit);
        var keys = done.ConvertAll(d => d.Key);
        IReadOnlyList<CommitVerdict>? verdicts = null;
        Exception? failure = null;
        // An unknown outcome is asked, not repeated blindly: the second try names the same decisions, and those that were written answer AlreadyDone.
        for (var attempt = 0; attempt < 2 && verdicts is null; attempt++)
        {
            try
            {
                verdicts = await parts.Store.CommitAsync(units, keys, CancellationToken.None);
            }
            catch (Exception fault)
            {
                failure = fault;
                parts.Report(EngineReason.StoreFailed, $"committing {units.Count} units", fault);
            }
        }

        if (units.Count > 0) parts.Metrics.Batch(units.Count);
        for (var i = 0; i < commits.Count; i++)
        {
            var commit = commits[i];
            commit.Shard.Post(new CommittedWork(commit, verdicts is null ? CommitVerdict.Stale : verdicts[i], verdicts is null ? failure : null));
        }

        if (verdicts is null || done.Count == 0) return;   // marks that were lost only repeat a harmless effect after the next start
        foreach (var ofShard in done.GroupBy(d => d.Shard)) ofShard.Key.Post(new FlushedWork(ofShard.Select(d => d.Key).ToList()));
    }
}
