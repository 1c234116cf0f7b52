using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Mapping.Documents;
using State = Presence.Core.Model.Availability;

namespace Gateway.Mapping.Availability;

/// <summary>
/// The availability tables as data: an administrator may edit rows; code only looks them up. <see cref="Default"/> is field facts B6a to B6c, <see cref="CiscoPartitioned"/> the consolidated
/// model of partitioned intradomain federation.
/// </summary>
public sealed class AvailabilityTables
{
    private readonly StateRow[] byState;
    private readonly FrozenDictionary<string, State> shows;
    private readonly State showAbsent;
    private readonly FrozenDictionary<string, int> activityRanks;

    public AvailabilityTables(
        ImmutableArray<StateRow> states, ImmutableArray<ShowRow> shows, ImmutableArray<ActivityRow> activities, ImmutableArray<NumberRow> numbers,
        ImmutableArray<NumberRow> msrtcActivities)
    {
        (States, Shows, Activities, Numbers, MsrtcActivities) = (states, shows, activities, numbers, msrtcActivities);
        var all = Enum.GetValues<State>();
        byState = [.. all.Select(s => states.Single(r => r.State == s))];
        this.shows = shows.Where(r => r.Show is not null).ToFrozenDictionary(r => r.Show!, r => r.State, StringComparer.Ordinal);
        showAbsent = shows.Single(r => r.Show is null).State;
        activityRanks = activities.Select((r, i) => (r.Word, i)).ToFrozenDictionary(t => t.Word, t => t.i, StringComparer.Ordinal);
    }

    public static AvailabilityTables Default { get; } = DefaultAvailability.Make();

    public static AvailabilityTables CiscoPartitioned { get; } = DefaultAvailability.MakeCiscoPartitioned();

    public ImmutableArray<StateRow> States { get; }

    public ImmutableArray<ShowRow> Shows { get; }

    /// <summary>Most telling first: of several activities the earliest row wins.</summary>
    public ImmutableArray<ActivityRow> Activities { get; }

    public ImmutableArray<NumberRow> Numbers { get; }

    /// <summary>Activity aggregates of msrtc.pidf (field fact B6b), read when its availability is 100 or more.</summary>
    public ImmutableArray<NumberRow> MsrtcActivities { get; }

    /// <summary>How a state is shown on either side.</summary>
    public StateRow Of(State state) => byState[(int)state];

    /// <summary>What an XMPP presence without a type means.</summary>
    public State FromShow(string? show) => show is not null && shows.TryGetValue(show, out var state) ? state : showAbsent;

    /// <summary>What a tuple means: closed is offline; open is what its most telling known activity says, else what an embedded show says, else available.</summary>
    public State FromTuple(bool isOpen, IReadOnlyList<string> activities, string? show)
    {
        if (!isOpen) return State.Offline;
        var best = int.MaxValue;
        foreach (var word in activities)
            if (activityRanks.TryGetValue(word, out var rank)) best = Math.Min(best, rank);
        if (show is not null && shows.TryGetValue(show, out var shown)) return shown;
        return best == int.MaxValue ? State.Available : Activities[best].State;
    }

    /// <summary>What a Microsoft availability number means (field fact B6a).</summary>
    public State FromNumber(int number) => Find(Numbers, number);

    /// <summary>The number for a state; states without a row of their own are said as the nearest that has one.</summary>
    public int ToNumber(State state)
    {
        foreach (var row in Numbers)
            if (row.State == state && row.Point is { } point) return point;
        var shown = Of(state);
        if (!shown.IsOpen) return PointOf(State.Offline);
        return PointOf(shown.MicrosoftActivity switch { "busy" => State.Busy, "away" => State.Away, _ => State.Available });
    }

    /// <summary>What an msrtc.pidf document means (field fact B6b).</summary>
    public State FromMsrtc(MsrtcDocument document) => document.Availability < 100 ? State.Offline : Find(MsrtcActivities, document.Activity);

    private int PointOf(State state) => Numbers.First(r => r.State == state && r.Point is not null).Point!.Value;

    private static State Find(ImmutableArray<NumberRow> rows, int number)
    {
        foreach (var row in rows)
            if (number >= row.From && number <= row.To) return row.State;
        return State.Offline;
    }
}
