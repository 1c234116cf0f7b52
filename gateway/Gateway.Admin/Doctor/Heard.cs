using System.Text;

namespace Gateway.Admin.Doctor;

/// <summary>What a probe has heard on its connection so far, and a way to wait until it is enough. Bounded: a doctor reads a few answers, not a stream.</summary>
internal sealed class Heard
{
    private const int CharactersMax = 128 * 1_024;

    private readonly Lock gate = new();
    private readonly StringBuilder text = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isOver;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            if (text.Length + bytes.Length <= CharactersMax) text.Append(Encoding.UTF8.GetString(bytes));
            else isOver = true;
        }

        Tell();
    }

    /// <summary>Nothing more will come.</summary>
    public void End()
    {
        lock (gate) isOver = true;
        Tell();
    }

    public void Clear()
    {
        lock (gate) text.Clear();
    }

    /// <summary>Something beside the text changed that a waiting condition looks at.</summary>
    public void Tell()
    {
        lock (gate)
        {
            changed.TrySetResult();
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The text as soon as it is enough; what there is of it when nothing more will come or patience is over.</summary>
    public async Task<string> WaitAsync(Func<string, bool> isEnough, CancellationToken patience)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                var now = text.ToString();
                if (isOver || isEnough(now)) return now;
                next = changed.Task;
            }

            try
            {
                await next.WaitAsync(patience);
            }
            catch (OperationCanceledException)
            {
                lock (gate) return text.ToString();
            }
        }
    }
}
