using Presence.Core;
using Presence.Core.Ports;

namespace Gateway.Host.Composition;

/// <summary>Holds effects back while the appliance starts: the engine exists before the crossing is joined to it, and speaks of what an earlier life left undone at once.</summary>
internal sealed class EffectGate(IEffectPerformer behind) : IEffectPerformer
{
    private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => open.TrySetResult();

    public ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, CancellationToken cancellation) =>
        open.Task.IsCompleted ? behind.PerformAsync(effect, view, cancellation) : WaitAsync(effect, view, cancellation);

    private async ValueTask<EffectVerdict> WaitAsync(PresenceEffect effect, WatcherView? view, CancellationToken cancellation)
    {
        await open.Task.WaitAsync(cancellation);
        return await behind.PerformAsync(effect, view, cancellation);
    }
}
