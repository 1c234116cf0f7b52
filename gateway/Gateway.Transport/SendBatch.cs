namespace Gateway.Transport;

/// <summary>
/// While one is open on a thread, sends of that thread are only queued; closing the outermost writes each touched
/// connection once. A read loop opens one around each chunk it hands out, so everything that chunk caused leaves gathered.
/// </summary>
public readonly struct SendBatch : IDisposable
{
    [ThreadStatic]
    private static int _depth;

    [ThreadStatic]
    private static List<TransportConnection>? _touched;

    /// <summary>Opens a batch on this thread; dispose it on the same thread.</summary>
    public static SendBatch Begin()
    {
        _depth++;
        return default;
    }

    /// <summary>Closes the batch; the outermost one writes.</summary>
    public void Dispose()
    {
        if (_depth > 1)
        {
            _depth--;
            return;
        }
        // Receipts that run while writing may send again: they extend the list instead of recursing.
        var touched = _touched;
        if (touched is not null)
        {
            for (var i = 0; i < touched.Count; i++) touched[i].Flush();
            touched.Clear();
        }
        _depth--;
    }

    /// <summary>The caller holds the flush claim of the connection: write now, or at the end of the batch.</summary>
    internal static void FlushOrDefer(TransportConnection connection)
    {
        if (_depth > 0)
        {
            (_touched ??= []).Add(connection);
            return;
        }
        using var batch = Begin();
        connection.Flush();
    }
}
