using System.Collections.Concurrent;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Streams;

/// <summary>The streams that live, both directions.</summary>
internal sealed class StreamTable
{
    private readonly ConcurrentDictionary<StreamConnection, bool> _live = new();
    private TaskCompletionSource? _empty;
    private int _count;
    private volatile bool _isClosed;

    public int Count => Volatile.Read(ref _count);

    public IEnumerable<StreamConnection> All => _live.Keys;

    public void Add(StreamConnection stream)
    {
        if (_live.TryAdd(stream, true)) Interlocked.Increment(ref _count);
    }

    public void Remove(StreamConnection stream)
    {
        if (!_live.TryRemove(stream, out _)) return;
        Interlocked.Decrement(ref _count);
        if (_live.IsEmpty) Volatile.Read(ref _empty)?.TrySetResult();
    }

    /// <summary>Ends every stream in order.</summary>
    public void EndAll(XmppReason reason)
    {
        foreach (var stream in All) stream.End(reason);
    }

    /// <summary>True when no further stream of a peer may come to stand.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>From now on whoever opens a stream is told that we stop; those that are being opened are to be ended by <see cref="EndBringing"/>.</summary>
    public void Close() => _isClosed = true;

    /// <summary>
    /// Ends in order the streams on which others send stanzas to us, and gives them back: each listens for a while yet. Once <see cref="Close"/> was called, all that others opened.
    /// </summary>
    public IReadOnlyList<StreamConnection> EndBringing(XmppReason reason)
    {
        StreamConnection[] bringing = [.. All.Where(stream => !stream.IsOver && (stream.TakesStanzas || (_isClosed && stream.IsInbound)))];
        foreach (var stream in bringing) stream.End(reason);
        return bringing;
    }

    /// <summary>Completes when no stream lives.</summary>
    public Task WhenEmptyAsync()
    {
        var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _empty, empty);
        if (_live.IsEmpty) empty.TrySetResult();
        return empty.Task;
    }
}
