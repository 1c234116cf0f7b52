using Presence.Core;
using Presence.Core.Model;

namespace Presence.Engine;

/// <summary>
/// Brings time to the units: deadlines stand in the store with the pairs, one timer is armed for the earliest. They are hints; each unit recomputes from its state.
/// </summary>
internal sealed class DueWatch(EngineParts parts, Func<Address, PresentityCommand, ValueTask<PresenceReply>> submit)
{
    private const int PageMax = 1_000;

    private static readonly TimeSpan s_pauseMin = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private DateTimeOffset _armed = DateTimeOffset.MaxValue;
    private bool _isSweeping;

    /// <summary>A pair was committed that is due then.</summary>
    public void Note(DateTimeOffset due)
    {
        lock (_lock)
        {
            if (due >= _armed) return;
            _armed = due;
        }

        var now = parts.Clock.Now;
        parts.Clock.At(due < now + s_pauseMin ? now + s_pauseMin : due, () => Ring(due));
    }

    private void Ring(DateTimeOffset due)
    {
        lock (_lock)
        {
            if (due > _armed || _isSweeping) return;
            _armed = DateTimeOffset.MaxValue;
            _isSweeping = true;
        }

        parts.Start(SweepAsync);
    }

    private async Task SweepAsync()
    {
        DateTimeOffset? next = null;
        try
        {
            var now = parts.Clock.Now;
            Address? after = null;
            while (!parts.Stopping.IsCancellationRequested)
            {
                var page = await parts.Store.FindDueAsync(now, after, PageMax, parts.Stopping);
                var answers = page.Select(unit => submit(unit, new Expire()).AsTask()).ToArray();
                await Task.WhenAll(answers);
                if (page.Count < PageMax) break;
                after = page[^1];
            }

            next = await parts.Store.FindNextDueAsync(parts.Stopping);
        }
        catch (OperationCanceledException) when (parts.Stopping.IsCancellationRequested)
        {
            next = null;
        }
        catch (Exception fault)
        {
            parts.Report(EngineReason.StoreFailed, "looking for deadlines", fault);
            next = parts.Clock.Now;
        }

        lock (_lock)
        {
            _isSweeping = false;
            // Notes that came during the sweep armed the clock, but their ring found the sweep; arm again for them.
            if (_armed < (next ?? DateTimeOffset.MaxValue)) next = _armed;
            _armed = DateTimeOffset.MaxValue;
        }

        // What is still due could not be served now (busy, store down): not a tight loop.
        var soonest = parts.Clock.Now.AddSeconds(1);
        if (next is { } due) Note(due < parts.Clock.Now ? soonest : due);
    }
}
