using System.Text;
using Presence.Core.Model;
using Presence.Core.Watching;

namespace Presence.Core.Tests;

/// <summary>One presentity under test: commands go in one after the other, time is moved by hand, the effects of the last command are kept.</summary>
internal sealed class Unit(PresentitySettings? settings = null)
{
    public static readonly Address Juliet = new("juliet", "capulet.example");
    public static readonly Address Alice = new("alice", "contoso.example");

    public PresentityState State { get; private set; } = new(Juliet);

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<PresenceEffect> Effects { get; private set; } = [];

    public IReadOnlyList<PresentityFact> Facts { get; private set; } = [];

    public PresentitySettings Settings { get; set; } = settings ?? PresentitySettings.Default;

    public WatcherPair? Pair => State.Find(Alice);

    public static Leg Leg(string id) => new(id, Encoding.UTF8.GetBytes("1:" + id));

    public static Fragment Said(string endpoint, Availability availability, string? note = null, int priority = 0) =>
        new(endpoint, availability, note, null, priority, DateTimeOffset.UnixEpoch);

    public PresenceReply Do(PresentityCommand command)
    {
        var decision = Presentity.Decide(State, command, Now, Settings, jitter: 1);
        State = decision.Facts.Aggregate(State, Presentity.Apply);
        (Facts, Effects) = (decision.Facts, decision.Effects);
        return decision.Reply;
    }

    public Unit With(params PresentityCommand[] commands)
    {
        foreach (var command in commands) Do(command);
        return this;
    }

    /// <summary>Moves time and lets it do its work; returns what it said.</summary>
    public string Wait(double seconds)
    {
        Now = Now.AddSeconds(seconds);
        Do(new Expire());
        return Said();
    }

    /// <summary>The last effects in words, one line each way: <c>show d1 · ask Subscribe</c>.</summary>
    public string Said() => string.Join(" · ", Effects.Select(Word));

    /// <summary>What the watcher may see now.</summary>
    public WatcherView View() => State.View(Alice, 0)!;

    private static string Word(PresenceEffect effect) => effect switch
    {
        Show show => $"show {(show.LegId.Length == 0 ? "all" : show.LegId)}",
        End end => $"end {end.Leg.Id} {end.Reason}",
        Tell tell => tell.IsGranted ? "tell granted" : $"tell refused {tell.Reason}",
        AskUpstream ask => $"ask {ask.Request}{(ask.Leg is null ? "" : " in " + ask.Leg.Id)}",
        _ => effect.ToString(),
    };
}
