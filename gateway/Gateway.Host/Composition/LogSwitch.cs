using System.Collections.Immutable;
using Gateway.Admin.Reports;
using Gateway.Host.Configuration.Options;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>
/// The least level that is logged, changeable while running (PSB-037): the configured one for all, and above it what an operator set for all or for one room, which falls back by itself when its
/// time is over.
/// </summary>
public sealed class LogSwitch(LogLevelOption level, TimeProvider? clock = null)
{
    /// <summary>The rooms that can be set alone, by the beginning of their categories; the longest that fits decides.</summary>
    private static readonly (string Category, string Room)[] Categories =
    [
        ("Gateway.Host.Composition.SipLog", "sip"), ("Gateway.Host.Composition.XmppLog", "xmpp"), ("Gateway.Host.Composition.EngineLog", "engine"),
        ("Gateway.Host.Composition.TransportLog", "transport"), ("Gateway.Host.Composition.RefusalLog", "refusals"), ("Gateway.Federation", "federation"), ("Gateway.", "host"),
    ];

    private readonly TimeProvider time = clock ?? TimeProvider.System;
    private readonly Lock gate = new();
    private volatile State state = new(level, ImmutableDictionary<string, Setting>.Empty);

    /// <summary>Words for rooms.</summary>
    public static IReadOnlyList<string> Rooms { get; } = [.. Categories.Select(c => c.Room)];

    private sealed record Setting(LogLevelOption Level, DateTimeOffset? Until);

    private sealed record State(LogLevelOption Configured, ImmutableDictionary<string, Setting> Set);

    /// <summary>What the configuration says from now on; what an operator set stays.</summary>
    public void Set(LogLevelOption to)
    {
        lock (gate) state = state with { Configured = to };
    }

    /// <summary>Sets one room, or all where it is empty, for a while or until the next start; null takes what was set back.</summary>
    public void Set(string room, LogLevelOption? to, TimeSpan? lasting)
    {
        lock (gate)
        {
            var set = to is { } wanted ? state.Set.SetItem(room, new Setting(wanted, lasting is { } span ? time.GetUtcNow() + span : null)) : state.Set.Remove(room);
            state = state with { Set = set };
        }
    }

    /// <summary>What is in force: all first, then each room that was set alone.</summary>
    public LogReport Report()
    {
        var (now, seen) = (time.GetUtcNow(), state);
        var all = Live(seen, "", now);
        var rooms = Rooms.Select(r => (Room: r, Setting: Live(seen, r, now))).Where(r => r.Setting is not null)
            .Select(r => new LogLevelStatus(r.Room, Word(r.Setting!.Level), r.Setting.Until));
        return new LogReport(Word(seen.Configured), [new LogLevelStatus("all", Word(all?.Level ?? seen.Configured), all?.Until), .. rooms]);
    }

    /// <summary>The frameworks below us speak only when something is wrong.</summary>
    public bool Passes(string? category, LogLevel level)
    {
        var least = LevelOf(Least(category));

        // The generic host tells a failed start with a stack; we have told it in one line.
        if (category?.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal) == true) return false;
        if (category?.StartsWith("Microsoft.", StringComparison.Ordinal) == true && least < LogLevel.Warning) least = LogLevel.Warning;
        return level >= least;
    }

    private LogLevelOption Least(string? category)
    {
        var seen = state;
        if (seen.Set.IsEmpty) return seen.Configured;
        var now = time.GetUtcNow();
        return (Live(seen, RoomOf(category), now) ?? Live(seen, "", now))?.Level ?? seen.Configured;
    }

    private static Setting? Live(State state, string room, DateTimeOffset now) =>
        state.Set.TryGetValue(room, out var setting) && !(setting.Until <= now) ? setting : null;

    private static string RoomOf(string? category)
    {
        foreach (var (beginning, room) in Categories)
            if (category?.StartsWith(beginning, StringComparison.Ordinal) == true) return room;
        return "host";
    }

    private static LogLevel LevelOf(LogLevelOption level) => level switch
    {
        LogLevelOption.Trace => LogLevel.Trace,
        LogLevelOption.Debug => LogLevel.Debug,
        LogLevelOption.Information => LogLevel.Information,
        LogLevelOption.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private static string Word(LogLevelOption level) => level.ToString().ToLowerInvariant();
}
