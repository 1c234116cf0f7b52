using System.Collections.Concurrent;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Streams;

/// <summary>The streams that live, both directions.</summary>
internal sealed class StreamTable
{
    private readonly ConcurrentDictionary<StreamConnection, bool> _live = new();
    private TaskCompletionSource? _empty;

    public int Count => _live.Count;

    public IEnumerable<StreamConnection> All => _live.Keys;

    public void Add(StreamConnection stream) => _live[stream] = true;

    public void Remove(StreamConnection stream)
    {
        if (_live.TryRemove(stream, out _) && _live.IsEmpty) Volatile.Read(ref _empty)?.TrySetResult();
    }

    /// <summary>Ends every stream in order.</summary>
    public void EndAll(XmppReason reason)
    {
        foreach (var stream in All) stream.End(reason);
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
