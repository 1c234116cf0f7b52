using System.Text;

namespace Transport.Tests;

/// <summary>An owner that writes down what happens and lets a test wait for it, with a deadline that says what for.</summary>
internal sealed class RecordingHandler : IConnectionHandler
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<TransportConnection> _opened = New<TransportConnection>();
    private readonly TaskCompletionSource<TransportConnection> _secured = New<TransportConnection>();
    private readonly TaskCompletionSource<(TransportReason, string)> _closed = New<(TransportReason, string)>();
    private readonly StringBuilder _text = new();
    private readonly Lock _gate = new();
    private (string Text, TaskCompletionSource Seen)? _awaited;

    public Func<TransportConnection, ReadOnlyMemory<byte>, int> OnBytes { get; init; } = static (_, unread) => unread.Length;

    public int Closes { get; private set; }

    public string Text
    {
        get
        {
            lock (_gate) return _text.ToString();
        }
    }

    public void OnOpened(TransportConnection connection) => _opened.TrySetResult(connection);

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        var used = OnBytes(connection, unread);
        lock (_gate)
        {
            _text.Append(Encoding.UTF8.GetString(unread.Span[..used]));
            if (_awaited is { } a && _text.ToString().Contains(a.Text, StringComparison.Ordinal)) a.Seen.TrySetResult();
        }
        return used;
    }

    public void OnSecured(TransportConnection connection) => _secured.TrySetResult(connection);

    public void OnClosed(TransportConnection connection, TransportReason reason, string detail)
    {
        Closes++;
        _closed.TrySetResult((reason, detail));
    }

    public Task<TransportConnection> OpenedAsync() => Within(_opened.Task, "the connection to open");

    public Task<TransportConnection> SecuredAsync() => Within(_secured.Task, "STARTTLS to finish");

    public Task<(TransportReason Reason, string Detail)> ClosedAsync() => Within(_closed.Task, "the connection to close");

    public async Task ReceivedAsync(string text)
    {
        var seen = New<bool>();
        var plain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_text.ToString().Contains(text, StringComparison.Ordinal)) return;
            _awaited = (text, plain);
        }
        _ = plain.Task.ContinueWith(_ => seen.TrySetResult(true), TaskScheduler.Default);
        await Within(seen.Task, $"'{text}' to be received; so far: '{Text}'");
    }

    internal static Task Within(Task task, string what)
    {
        return Within(AwaitedAsync(), what);

        async Task<bool> AwaitedAsync()
        {
            await task;
            return true;
        }
    }

    /// <summary>Waits until this holds.</summary>
    internal static async Task Until(Func<bool> condition, string what)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition())
        {
            if (since.Elapsed > Deadline) throw new TimeoutException($"Waited {Deadline.TotalSeconds} s for {what}.");
            await look.WaitForNextTickAsync();
        }
    }

    internal static async Task<T> Within<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Deadline);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"Waited {Deadline.TotalSeconds} s for {what}.", late);
        }
    }

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
