using Presence.Core.Model;
using Presence.Core.Watching;

namespace Presence.Core;

/// <summary>
/// A decision in the making. Each fact is folded into <see cref="State"/> as it is added, so that later steps of the same decision see it; time, settings and
/// jitter are inputs.
/// </summary>
internal sealed class Deciding(PresentityState state, DateTimeOffset now, PresentitySettings settings, double jitter)
{
    private List<PresentityFact>? _facts;
    private List<PresenceEffect>? _effects;

    public PresentityState State { get; private set; } = state;

    public DateTimeOffset Now { get; } = now;

    public PresentitySettings Settings { get; } = settings;

    public double Jitter { get; } = jitter;

    public Address Presentity => State.Presentity;

    public WatcherPair? Find(Address watcher) => State.Find(watcher);

    /// <summary>The pair, which an earlier step has shown to exist.</summary>
    public WatcherPair Get(Address watcher) => State.Pairs[watcher];

    public void Add(PresentityFact fact)
    {
        State = Core.Presentity.Apply(State, fact);
        (_facts ??= []).Add(fact);
    }

    public void Emit(PresenceEffect effect) => (_effects ??= []).Add(effect);

    public void Show(Address watcher, string legId) => Emit(new Show(Presentity, watcher, legId));

    public void End(Address watcher, Leg leg, PresenceReason reason) => Emit(new End(Presentity, watcher, leg, reason));

    public void Tell(Address watcher, bool isGranted, PresenceReason reason) => Emit(new Tell(Presentity, watcher, isGranted, reason));

    /// <summary>Whether this decision asks the watcher's upstream already.</summary>
    public bool HasAsked(Address watcher) => _effects?.Exists(e => e is AskUpstream && e.Watcher == watcher) ?? false;

    public Decision Finish(PresenceReply reply) => new(
        _facts ?? (IReadOnlyList<PresentityFact>)[], _effects ?? (IReadOnlyList<PresenceEffect>)[], reply)
    {
        State = State,
    };
}
