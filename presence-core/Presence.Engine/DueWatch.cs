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
    private bool _isRungAgain;

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
            if (due > _armed) return;
            _armed = DateTimeOffset.MaxValue;
            if (_isSweeping)
            {
                // The sweep may have passed this unit already: it is run once more.
                _isRungAgain = true;
                return;
            }

            _isSweeping = true;
        }

        parts.Start(SweepAsync);
    }

    private async Task SweepAsync()
    {
        while (true)
        {
            var next = await SweepOnceAsync();
            lock (_lock)
            {
                if (_isRungAgain)
                {
                    _isRungAgain = false;
                    continue;
                }

                _isSweeping = false;
            }

            // What is still due could not be served now (busy, store down): not a tight loop.
            if (next is { } due) Note(due <= parts.Clock.Now ? parts.Clock.Now.AddSeconds(1) : due);
            return;
        }
    }

    /// <returns>When the store is to be looked at next; null when nothing is due.</returns>
    private async Task<DateTimeOffset?> SweepOnceAsync()
    {
        try
        {
            var now = parts.Clock.Now;
            Address? after = null;
            while (true)
            {
                var page = await parts.Store.FindDueAsync(now, after, PageMax, parts.Stopping);
                var answers = page.Select(unit => submit(unit, new Expire()).AsTask()).ToArray();
                await Task.WhenAll(answers);
                if (page.Count < PageMax) break;
                after = page[^1];
            }

            return await parts.Store.FindNextDueAsync(parts.Stopping);
        }
        catch (OperationCanceledException) when (parts.Stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception fault)
        {
            if (parts.Stopping.IsCancellationRequested) return null;
            parts.Report(EngineReason.StoreFailed, "looking for deadlines", fault);
            return parts.Clock.Now;
        }
    }
}
