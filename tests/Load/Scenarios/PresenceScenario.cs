using System.Globalization;

namespace Load.Scenarios;

/// <summary>Changes of some users' availability, each watched by several users of the other side; an item is done when all of them were told.</summary>
internal abstract class PresenceScenario(string name, Ends ends, int presentities, int watchers) : Scenario(string.Create(CultureInfo.InvariantCulture, $"{name} x{watchers}"), ends)
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int subscribed;

    protected int Presentities { get; } = presentities;

    protected int Watchers { get; } = watchers;

    protected FanOut FanOut { get; } = new(presentities, watchers);

    public override async Task PrepareAsync()
    {
        Ends.Hear(this);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < Presentities; i++)
        {
            for (var w = 0; w < Watchers; w++) Subscribe(i, w);
            if (i % 10 == 9) await pause.WaitForNextTickAsync();
        }

        try
        {
            await ready.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            throw new LoadFailureException($"{Name}: {subscribed} of {Presentities * Watchers} subscriptions were active after 20 s. {Remark}");
        }
    }

    public override void Forget() => FanOut.Clear();

    public override void Send(long sequence)
    {
        var presentity = (int)(sequence % Presentities);
        FanOut.Begin(presentity, sequence);
        for (var w = 0; w < Watchers; w++) Change(presentity, w, sequence);
    }

    protected abstract void Subscribe(int presentity, int watcher);

    protected abstract void Change(int presentity, int watcher, long mark);

    protected void Seen(int number, long mark) => FanOut.Seen(number / Watchers, number % Watchers, mark, done => Pump?.Delivered(done));

    protected void BecameActive()
    {
        if (Interlocked.Increment(ref subscribed) == Presentities * Watchers) ready.TrySetResult();
    }
}
