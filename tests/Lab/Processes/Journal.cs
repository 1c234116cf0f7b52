namespace Lab.Processes;

/// <summary>
/// What one process said, in order, with the waits on it. A wait first looks at what is already there and not yet taken, then at what comes; so a test never races with the process it watches.
/// </summary>
/// <param name="isTelling">Which entries are worth printing when something did not come.</param>
public sealed class Journal<T>(string owner, Func<T, string> print, Func<T, bool>? isTelling = null)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<Waiter> _waiters = [];
    private string? _ended;

    private sealed class Entry(T item)
    {
        public T Item { get; } = item;

        public bool IsTaken { get; set; }
    }

    private sealed record Waiter(Func<T, bool> Matches, bool Takes, TaskCompletionSource<T> Found);

    public void Add(T item)
    {
        var entry = new Entry(item);
        List<Waiter> served = [];
        lock (_lock)
        {
            _entries.Add(entry);
            for (var i = 0; i < _waiters.Count && !entry.IsTaken; i++)
            {
                if (!_waiters[i].Matches(item)) continue;
                entry.IsTaken = _waiters[i].Takes;
                served.Add(_waiters[i]);
                _waiters.RemoveAt(i--);
            }
        }

        foreach (var waiter in served) waiter.Found.TrySetResult(item);
    }

    /// <summary>No more will come: waits that are open fail at once instead of at their deadline.</summary>
    public void End(string why)
    {
        List<Waiter> left;
        lock (_lock)
        {
            _ended = why;
            left = [.. _waiters];
            _waiters.Clear();
        }

        foreach (var waiter in left) waiter.Found.TrySetException(new LabTimeoutException($"{owner} ended ({why})\n{Tail(15)}"));
    }

    /// <summary>The next entry that matches and was not taken before; it is taken now.</summary>
    public Task<T> TakeAsync(string what, Func<T, bool> matches, TimeSpan deadline) => WaitAsync(what, matches, takes: true, deadline);

    /// <summary>Any entry that matches, taken or not, past or coming, but none of the first <paramref name="after"/>.</summary>
    public Task<T> SeeAsync(string what, Func<T, bool> matches, TimeSpan deadline, int after = 0) => WaitAsync(what, matches, takes: false, deadline, after);

    /// <summary>How many entries there are: a wait for what is about to happen looks behind them.</summary>
    public int Length
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    public IReadOnlyList<T> All()
    {
        lock (_lock) return [.. _entries.Select(e => e.Item)];
    }

    public int Count(Func<T, bool> matches)
    {
        lock (_lock) return _entries.Count(e => matches(e.Item));
    }

    public string Tail(int lines)
    {
        lock (_lock) return string.Join('\n', _entries.Where(e => isTelling?.Invoke(e.Item) != false).TakeLast(lines).Select(e => (e.IsTaken ? "  * " : "    ") + print(e.Item)));
    }

    private async Task<T> WaitAsync(string what, Func<T, bool> matches, bool takes, TimeSpan deadline, int after = 0)
    {
        var found = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            var at = _entries.FindIndex(after, e => !(takes && e.IsTaken) && matches(e.Item));
            if (at >= 0)
            {
                var entry = _entries[at];
                entry.IsTaken |= takes;
                return entry.Item;
            }

            if (_ended is not null) throw new LabTimeoutException($"{owner} ended ({_ended}) before: {what}\n{Tail(15)}");
            _waiters.Add(new Waiter(matches, takes, found));
        }

        try
        {
            return await found.Task.WaitAsync(deadline);
        }
        catch (TimeoutException)
        {
            lock (_lock) _waiters.RemoveAll(w => w.Found == found);
            throw new LabTimeoutException($"{owner}: not within {deadline.TotalSeconds:0.#} s: {what}\nlast of {owner} (* = already expected):\n{Tail(15)}");
        }
    }
}
