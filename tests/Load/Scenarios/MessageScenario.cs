using System.Globalization;

namespace Load.Scenarios;

/// <summary>Messages between pairs of users, told apart by their marks; each pair reads what comes in the order in which it was sent.</summary>
internal abstract class MessageScenario(string name, Ends ends, int pairs) : Scenario(name, ends)
{
    // Marks that no pump gives: the first message of each pair, which may have to wait for a stream or a conversation.
    private const long FirstMarks = 9_000_000_000;
    private readonly Order order = new(pairs);
    private readonly TaskCompletionSource primed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int arrived;

    public override string Remark => string.Join("; ", ((string[])[base.Remark, order.Remark]).Where(r => r.Length > 0));

    protected int Pairs { get; } = pairs;

    /// <summary>One message of each pair, a few at a time, until all have arrived: what is opened once is open when the measuring begins.</summary>
    public override async Task PrepareAsync()
    {
        if (primed.Task.IsCompleted) return;
        Ends.Hear(this);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < Pairs; i++)
        {
            Write(i, FirstMarks + i);
            Flush();
            if (i % 4 == 3) await pause.WaitForNextTickAsync();
        }

        try
        {
            await primed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            throw new LoadFailureException(string.Create(CultureInfo.InvariantCulture, $"{Name}: {arrived} of {Pairs} first messages arrived within 60 s. {Remark}"));
        }
    }

    public override void Send(long sequence) => Write((int)(sequence % Pairs), sequence);

    protected abstract void Write(int pair, long mark);

    protected void Arrived(long mark)
    {
        if (mark >= FirstMarks)
        {
            if (Interlocked.Increment(ref arrived) == Pairs) primed.TrySetResult();
            return;
        }

        order.Seen((int)(mark % Pairs), mark);
        Pump?.Delivered(mark);
    }
}
