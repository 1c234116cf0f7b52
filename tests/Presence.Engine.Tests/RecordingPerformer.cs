using System.Collections.Concurrent;
using Presence.Core;
using Presence.Core.Ports;

namespace Presence.Engine.Tests;

/// <summary>Keeps what it was told to perform, with the view it was given; can be made to answer later, "not now", or to fail.</summary>
internal sealed class RecordingPerformer : IEffectPerformer
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<(PresenceEffect Effect, WatcherView? View)> _all = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Decides the verdict; done at once when null. What it is when an effect is seen counts for that effect.</summary>
    public Func<PresenceEffect, ValueTask<EffectVerdict>>? Answer { get; set; }

    public IReadOnlyList<(PresenceEffect Effect, WatcherView? View)> All
    {
        get
        {
            lock (_lock) return [.. _all];
        }
    }

    public IReadOnlyList<string> Words => All.Select(e => Word(e.Effect)).ToList();

    public ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, CancellationToken cancellation)
    {
        TaskCompletionSource changed;
        var answer = Answer;
        lock (_lock)
        {
            _all.Add((effect, view));
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
        return answer?.Invoke(effect) ?? ValueTask.FromResult(EffectVerdict.Done);
    }

    public void Clear()
    {
        lock (_lock) _all.Clear();
    }

    public Task ExpectAsync(params string[] words) =>
        UntilAsync(all => words.All(all.Select(e => Word(e.Effect)).Contains), $"effects {string.Join(" · ", words)}");

    public async Task UntilAsync(Func<IReadOnlyList<(PresenceEffect Effect, WatcherView? View)>, bool> isReached, string what)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (isReached(_all)) return;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {s_deadline.TotalSeconds} s for {what}; performed: {string.Join(" · ", Words)}");
            }
        }
    }

    public static string Word(PresenceEffect effect) => effect switch
    {
        Show show => $"show {(show.LegId.Length == 0 ? "all" : show.LegId)}",
        End end => $"end {end.Leg.Id} {end.Reason}",
        Tell tell => tell.IsGranted ? "tell granted" : "tell refused",
        AskUpstream ask => $"ask {ask.Request}",
        _ => effect.ToString(),
    };
}
