using Presence.Core;
using Presence.Core.Model;

namespace Presence.Engine;

/// <summary>
/// Every unit with a living leg, a wanted upstream or an undone effect is loaded once and told something, at a bounded pace: after a start that a new epoch began, later that rules changed.
/// </summary>
internal sealed class Awakening(EngineParts parts, PresentityCommand command, Func<Address, PresentityCommand, ValueTask<PresenceReply>> submit)
{
    private const int PageMax = 250;

    public async Task RunAsync()
    {
        try
        {
            Address? after = null;
            while (true)
            {
                var page = await parts.Store.FindWakingAsync(after, PageMax, parts.Stopping);
                var answers = page.Select(unit => submit(unit, command).AsTask()).ToArray();
                await Task.WhenAll(answers);
                if (page.Count < PageMax) break;
                after = page[^1];
                await parts.Clock.WaitAsync(TimeSpan.FromSeconds((double)PageMax / parts.Options.WakesPerSecond), parts.Stopping);
            }

            if (await parts.Store.FindNextDueAsync(parts.Stopping) is { } due) parts.DueWatch.Note(due);
        }
        catch (OperationCanceledException) when (parts.Stopping.IsCancellationRequested)
        {
            return;   // the next start wakes them
        }
        catch (Exception fault)
        {
            parts.Report(EngineReason.StoreFailed, "waking units", fault);
            parts.Clock.After(TimeSpan.FromSeconds(5), () => parts.Start(RunAsync));
        }
    }
}
