using System.Collections.Concurrent;
using Presence.Core;
using Presence.Core.Documents;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>
/// One owner of many units: everything about them happens here, one step after the other, on the injected scheduler; no lock, no task per command. A burst of
/// work is drained first and decided then, so that the commands of one unit are decided and committed together.
/// </summary>
internal sealed class Shard : IDisposable
{
    private const int StepsMax = 4_096;
    private const int GatheredStepsMax = 64;
    private const int ForgetStepsMax = 32;

    private readonly ConcurrentQueue<ShardWork> _inbox = new();
    private readonly Dictionary<Address, UnitEntry> _units = [];
    private readonly LinkedList<UnitEntry> _ages = new();
    private readonly List<UnitEntry> _ready = [];
    private readonly List<PendingCommit> _commits = [];
    private readonly DocumentWriter _writer = new();
    private readonly UnitDecider _decider;
    private readonly EngineParts _parts;
    private readonly int _unitsMax;
    private int _isScheduled;
    private int _count;

    public Shard(EngineParts parts)
    {
        _parts = parts;
        _unitsMax = Math.Max(1, parts.Options.UnitsMax / parts.Options.Shards);
        _decider = new UnitDecider(parts, _writer);
        Effects = new EffectPump(this, parts);
    }

    public EffectPump Effects { get; }

    public int UnitCount => Volatile.Read(ref _count);

    public void Dispose() => _writer.Dispose();

    public void Post(ShardWork work)
    {
        _inbox.Enqueue(work);
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0) Schedule();
    }

    public void Take(CommandWork work)
    {
        var entry = Entry(work.Unit);
        if (entry.Mailbox.Count >= _parts.Options.CommandsPerUnitMax)
        {
            work.Answer(PresenceReply.Refused(PresenceReason.Busy));
            return;
        }

        entry.Mailbox.Enqueue(work);
        Ready(entry);
    }

    public void Take(FindWork work)
    {
        var entry = Entry(work.Unit);
        if (entry.Phase is UnitPhase.Idle or UnitPhase.Committing)
        {
            work.Answer(entry);
            return;
        }

        (entry.Finds ??= []).Add(work);
        Ready(entry);
    }

    public void Loaded(UnitEntry entry, StoredUnit? stored, Exception? failure)
    {
        if (failure is null)
        {
            try
            {
                Adopt(entry, stored);
                return;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // Damage that the reader has no word for (a time out of range, a watcher twice) is damage all the same: whoever waits must hear of it.
                _parts.Report(EngineReason.DocumentUnreadable, "loading a unit", fault);
                failure = fault;
            }
        }
        else
        {
            _parts.Report(EngineReason.StoreFailed, "loading a unit", failure);
        }

        entry.Phase = UnitPhase.Cold;
        Refuse(entry, PresenceReason.StoreUnavailable, failure);
    }

    public void Committed(PendingCommit pending, CommitVerdict verdict, Exception? failure)
    {
        var entry = pending.Entry;
        if (failure is not null)
        {
            // Whether it was written is unknown: the state is fetched again before anything else is decided.
            entry.Phase = UnitPhase.Cold;
            foreach (var (work, _) in pending.Answers) work.Answer(PresenceReply.Refused(PresenceReason.StoreUnavailable));
            Ready(entry);
            MayForget();
            return;
        }

        _parts.Metrics.Committed(verdict);
        if (verdict == CommitVerdict.Stale)
        {
            Again(pending);
            return;
        }

        entry.State = pending.State;
        entry.Version = pending.Commit.ExpectedVersion + 1;
        entry.StaleCount = 0;
        entry.Phase = UnitPhase.Idle;
        foreach (var pair in pending.Commit.Kept)
        {
            if (pair.DueAt is { } due) _parts.DueWatch.Note(due);
        }

        foreach (var (work, reply) in pending.Answers) work.Answer(reply);
        Effects.Take(entry, pending.Effects);
        Ready(entry);
        MayForget();
    }

    /// <summary>Forgets the units idle longest while there are too many.</summary>
    public void MayForget()
    {
        if (_units.Count <= _unitsMax) return;
        var node = _ages.First;
        for (var steps = 0; steps < ForgetStepsMax && node is not null && _units.Count > _unitsMax; steps++)
        {
            var (oldest, next) = (node.Value, node.Next);
            _ages.Remove(node);
            if (oldest.CanBeForgotten) _units.Remove(oldest.Address);
            else _ages.AddLast(node);   // at work, perhaps for long (its peer is down): it must not stand before those that can go

            node = next;
        }

        Volatile.Write(ref _count, _units.Count);
    }

    private void Schedule() => _parts.Start(static shard => ((Shard)shard!).Drain(), this);

    private void Drain()
    {
        for (var steps = 0; steps < StepsMax && !_inbox.IsEmpty; steps += GatheredStepsMax) DrainSome();
        foreach (var entry in _ready)
        {
            entry.IsReady = false;
            Decide(entry);
        }

        _ready.Clear();
        if (_commits.Count > 0)
        {
            _parts.Committer.Add(_commits);
            _commits.Clear();
        }

        Volatile.Write(ref _isScheduled, 0);
        Interlocked.MemoryBarrier();
        if (!_inbox.IsEmpty && Interlocked.Exchange(ref _isScheduled, 1) == 0) Schedule();
    }

    // Few enough that what is gathered stays far below what a connection may hold unsent.
    private void DrainSome()
    {
        using var gathering = _parts.Options.Gather?.Invoke();
        for (var steps = 0; steps < GatheredStepsMax && _inbox.TryDequeue(out var work); steps++) Guard(work);
    }

    private void Guard(ShardWork work)
    {
        try
        {
            work.Run(this);
        }
        catch (Exception fault)
        {
            _parts.Report(EngineReason.Bug, work.GetType().Name, fault);
            work.Fail(fault);
        }
    }

    private UnitEntry Entry(Address address)
    {
        if (_units.TryGetValue(address, out var entry))
        {
            if (entry.Age!.Next is not null)
            {
                _ages.Remove(entry.Age);
                _ages.AddLast(entry.Age);
            }

            return entry;
        }

        entry = new UnitEntry(address);
        entry.Age = _ages.AddLast(entry);
        _units.Add(address, entry);
        Volatile.Write(ref _count, _units.Count);
        return entry;
    }

    private void Ready(UnitEntry entry)
    {
        if (entry.IsReady || (entry.Mailbox.Count == 0 && entry.Finds is null)) return;
        entry.IsReady = true;
        _ready.Add(entry);
    }

    private void Decide(UnitEntry entry)
    {
        if (entry.Phase == UnitPhase.Cold)
        {
            entry.Phase = UnitPhase.Loading;
            _ = LoadAsync(entry);
            return;
        }

        if (entry.Phase != UnitPhase.Idle) return;
        try
        {
            if (_decider.Decide(this, entry) is not { } commit) return;
            entry.Phase = UnitPhase.Committing;
            _commits.Add(commit);
        }
        catch (Exception fault)
        {
            _parts.Report(EngineReason.Bug, "deciding", fault);
            entry.Phase = UnitPhase.Cold;
            Refuse(entry, PresenceReason.StoreUnavailable, fault);
        }
    }

    private async Task LoadAsync(UnitEntry entry)
    {
        try
        {
            var stored = await _parts.Store.LoadAsync(entry.Address, CancellationToken.None);
            Post(new LoadedWork(entry, stored, failure: null));
        }
        catch (Exception fault)
        {
            Post(new LoadedWork(entry, stored: null, fault));
        }
    }

    private void Adopt(UnitEntry entry, StoredUnit? stored)
    {
        var state = new PresentityState(entry.Address) { Epoch = _parts.Epoch };
        var undone = new List<EffectItem>();
        if (stored is not null)
        {
            var pairs = state.Pairs.ToBuilder();
            foreach (var pair in stored.Pairs) pairs.Add(pair.Watcher, PairDocument.Read(pair.Document.Span, pair.Watcher));
            state = state with { Epoch = stored.Epoch, Pairs = pairs.ToImmutable() };
            foreach (var effect in stored.Effects)
            {
                undone.Add(new EffectItem(EffectDocument.Read(effect.Document.Span, entry.Address), new EffectKey(entry.Address, effect.Version, effect.Index)));
            }
        }

        (entry.State, entry.Version, entry.Phase) = (state, stored?.Version ?? UnitCommit.NoVersion, UnitPhase.Idle);
        var finds = entry.Finds;
        entry.Finds = null;
        finds?.ForEach(find => find.Answer(entry));
        Effects.TakeUndone(entry, undone);
        Ready(entry);
        MayForget();
    }

    private void Again(PendingCommit pending)
    {
        var entry = pending.Entry;
        entry.Phase = UnitPhase.Cold;
        if (++entry.StaleCount > _parts.Options.StaleMax)
        {
            entry.StaleCount = 0;
            _parts.Report(EngineReason.StaleTooOften, "committing a unit", cause: null);
            foreach (var (work, _) in pending.Answers) work.Answer(PresenceReply.Refused(PresenceReason.Busy));
        }
        else
        {
            entry.Mailbox = new Queue<CommandWork>(pending.Answers.Select(a => a.Work).Concat(entry.Mailbox));
        }

        Ready(entry);
        MayForget();
    }

    private static void Refuse(UnitEntry entry, PresenceReason reason, Exception cause)
    {
        while (entry.Mailbox.TryDequeue(out var work)) work.Answer(PresenceReply.Refused(reason));
        var finds = entry.Finds;
        entry.Finds = null;
        finds?.ForEach(find => find.Fail(cause));
    }
}
