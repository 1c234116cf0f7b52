using System.Collections.Concurrent;
using System.Globalization;

namespace Load.Scenarios;

/// <summary>Many standing subscriptions, refreshed one after the other: an item is SUBSCRIBE in the dialog, its answer, and the NOTIFY after it. What each standing dialog takes of memory is told.</summary>
internal sealed class Refreshes(Ends ends, int dialogs) : Scenario("refresh", ends)
{
    private const long NumbersFrom = 2_000_000_000;
    private const int Presentities = 2_000;
    private const int WarmShare = 8;
    private TaskCompletionSource ready = new();
    private int awaited;
    private readonly ConcurrentDictionary<long, byte> notified = new();
    private readonly long[] outstanding = new long[dialogs];

    public override int Standing => dialogs - (dialogs / WarmShare);

    public override async Task WarmAsync()
    {
        Array.Fill(outstanding, -1);
        Ends.Hear(this);
        await OpenAsync(0, dialogs / WarmShare);
    }

    public override Task PrepareAsync() => OpenAsync(dialogs / WarmShare, dialogs);

    public override void Send(long sequence)
    {
        var dialog = (int)(sequence % dialogs);
        Volatile.Write(ref outstanding[dialog], sequence);
        Ends.Sip.Refresh(NumbersFrom + dialog, sequence);
    }

    public override void Flush() => Ends.Sip.Flush();

    // The first answers are of the preparation; a refresh's branch carries the item's number.
    public override void OnAnswer(long mark, int status) => base.OnAnswer(mark >= NumbersFrom ? -1 : mark, status);

    public override void OnNotify(long subscription, bool isActive, ReadOnlySpan<byte> body)
    {
        var dialog = subscription - NumbersFrom;
        if (dialog < 0 || dialog >= dialogs) return;
        if (notified.TryAdd(dialog, 0) && notified.Count == Volatile.Read(ref awaited)) ready.TrySetResult();
        if (Interlocked.Exchange(ref outstanding[dialog], -1) is >= 0 and var sequence) Pump?.Delivered(sequence);
    }

    private async Task OpenAsync(int first, int end)
    {
        ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        awaited = end;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = first; i < end; i++)
        {
            Ends.Sip.Subscribe(NumbersFrom + i, SipUser(4_000_000 + i), Ends.XmppUser(4_000_000 + (i % Presentities)), isKept: true);
            if (i % 20 != 19) continue;
            Ends.Sip.Flush();
            await pause.WaitForNextTickAsync();
        }

        Ends.Sip.Flush();
        try
        {
            await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            throw new LoadFailureException(string.Create(CultureInfo.InvariantCulture, $"{Name}: {notified.Count} of {end} subscriptions were notified after 60 s. {Remark}"));
        }
    }
}
