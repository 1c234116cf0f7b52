namespace Xmpp.Tests;

/// <summary>Waiting with an end that says what for.</summary>
internal static class Deadline
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(s_patience);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"Waited {s_patience.TotalSeconds} s for {what}.", late);
        }
    }

    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(s_patience);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"Waited {s_patience.TotalSeconds} s for {what}.", late);
        }
    }

    /// <summary>Waits until this holds.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition())
        {
            if (since.Elapsed > s_patience) throw new TimeoutException($"Waited {s_patience.TotalSeconds} s for {what}.");
            await look.WaitForNextTickAsync();
        }
    }

    /// <summary>Does this again and again until it gives true.</summary>
    public static async Task Until(Func<Task<bool>> attempt, string what)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (!await attempt())
        {
            if (since.Elapsed > s_patience) throw new TimeoutException($"Waited {s_patience.TotalSeconds} s for {what}.");
        }
    }
}
