using System.Globalization;

namespace Load.Scenarios;

/// <summary>Messages between pairs of users, told apart by their marks; each pair reads what comes in the order in which it was sent.</summary>
internal abstract class MessageScenario(string name, Ends ends, int pairs) : Scenario(name, ends)
{
    // Marks that no pump gives: the first message of each pair, which may have to wait for a stream or a conversation.
    private const long FirstMarks = 9_000_000_000;
    private const int Rounds = 8;
    private const int RoundSeconds = 10;
    private readonly Order order = new(pairs);
    private readonly int[] heard = new int[pairs];
    private readonly TaskCompletionSource primed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int arrived;

    public override string Remark => string.Join("; ", ((string[])[base.Remark, order.Remark]).Where(r => r.Length > 0));

    protected int Pairs { get; } = pairs;

    /// <summary>One message of each pair, a few at a time, and again those that did not arrive, until all have: what is opened once is open when the measuring begins.</summary>
    public override async Task PrepareAsync()
    {
        Ends.Hear(this);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var round = 0; round < Rounds && !primed.Task.IsCompleted; round++)
        {
            await PrimeAsync(pause);
            await Task.WhenAny(primed.Task, PatienceAsync());
        }

        if (!primed.Task.IsCompleted) throw new LoadFailureException(string.Create(CultureInfo.InvariantCulture, $"{Name}: {arrived} of {Pairs} first messages arrived in {Rounds} rounds. {Remark}"));
    }

    // A server that is asked for many streams at once may lose what waited for one of them; the next round finds it open.
    private async Task PrimeAsync(PeriodicTimer pause)
    {
        var written = 0;
        for (var i = 0; i < Pairs; i++)
        {
            if (Volatile.Read(ref heard[i]) != 0) continue;
            Write(i, FirstMarks + i);
            Flush();
            if (++written % 4 == 0) await pause.WaitForNextTickAsync();
        }
    }

    private static async Task PatienceAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(RoundSeconds));
        await timer.WaitForNextTickAsync();
    }

    public override void Send(long sequence) => Write((int)(sequence % Pairs), sequence);

    protected abstract void Write(int pair, long mark);

    protected void Arrived(long mark)
    {
        if (mark >= FirstMarks)
        {
            if (Interlocked.Exchange(ref heard[mark - FirstMarks], 1) == 0 && Interlocked.Increment(ref arrived) == Pairs) primed.TrySetResult();
            return;
        }

        order.Seen((int)(mark % Pairs), mark);
        Pump?.Delivered(mark);
    }
}
