namespace Sip.Tests.World;

/// <summary>Waiting with an end that says what for.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<T> Within<T>(this Task<T> task, Func<string> what)
    {
        try
        {
            return await task.WaitAsync(Patience);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what()}.", late);
        }
    }

    public static Task<T> Within<T>(this Task<T> task, string what) => task.Within(() => what);
}
