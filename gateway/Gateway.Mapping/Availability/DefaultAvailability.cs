using System.Collections.Immutable;
using State = Presence.Core.Model.Availability;

namespace Gateway.Mapping.Availability;

/// <summary>The rows the appliance is delivered with.</summary>
internal static class DefaultAvailability
{
    private static readonly ImmutableArray<StateRow> States =
    [
        Closed(State.Unknown),
        Closed(State.Offline),
        Open(State.Available, null, null, null),
        Open(State.FreeForChat, "chat", null, null),
        Open(State.Idle, "away", "away", "away"),
        Open(State.Away, "away", "away", "away"),
        Open(State.BeRightBack, "away", "away", "away"),
        Open(State.ExtendedAway, "xa", "away", "away"),
        Open(State.OutOfOffice, "away", "away", "vacation"),
        Open(State.Busy, "dnd", "busy", "busy"),
        Open(State.BusyIdle, "dnd", "busy", "busy"),
        Open(State.OnThePhone, "dnd", "busy", "on-the-phone"),
        Open(State.InMeeting, "dnd", "busy", "meeting"),
        Open(State.DoNotDisturb, "dnd", "busy", "busy"),
    ];

    private static readonly ImmutableArray<ShowRow> Shows =
    [
        new(null, State.Available),
        new("chat", State.FreeForChat),
        new("away", State.Away),
        new("xa", State.ExtendedAway),
        new("dnd", State.DoNotDisturb),
    ];

    // Draft and final RPID words and the tokens of Microsoft clients; a word that is not here means plainly available.
    private static readonly ImmutableArray<ActivityRow> Activities =
    [
        new("do-not-disturb", State.DoNotDisturb),
        new("dnd", State.DoNotDisturb),
        new("urgent-interruptions-only", State.DoNotDisturb),
        new("in-presentation", State.DoNotDisturb),
        new("presentation", State.DoNotDisturb),
        new("on-the-phone", State.OnThePhone),
        new("in-a-conference", State.InMeeting),
        new("in-a-meeting", State.InMeeting),
        new("meeting", State.InMeeting),
        new("appointment", State.InMeeting),
        new("busy", State.Busy),
        new("performance", State.Busy),
        new("steering", State.Busy),
        new("worship", State.Busy),
        new("be-right-back", State.BeRightBack),
        new("out-of-office", State.OutOfOffice),
        new("vacation", State.ExtendedAway),
        new("holiday", State.ExtendedAway),
        new("sleeping", State.ExtendedAway),
        new("permanent-absence", State.ExtendedAway),
        new("off-work", State.Away),
        new("away", State.Away),
        new("breakfast", State.Away),
        new("dinner", State.Away),
        new("meal", State.Away),
        new("in-transit", State.Away),
        new("travel", State.Away),
        new("shopping", State.Away),
        new("idle", State.Idle),
        new("inactive", State.Idle),
    ];

    private static readonly ImmutableArray<NumberRow> Numbers =
    [
        new(0, 2_999, State.Offline),
        new(3_000, 4_499, State.Available, 3_500),
        new(4_500, 5_999, State.Idle),
        new(6_000, 7_499, State.Busy, 6_500),
        new(7_500, 8_999, State.BusyIdle),
        new(9_000, 11_999, State.DoNotDisturb, 9_500),
        new(12_000, 14_999, State.BeRightBack, 12_500),
        new(15_000, 17_999, State.Away, 15_500),
        new(18_000, int.MaxValue, State.Offline, 18_500),
    ];

    private static readonly ImmutableArray<NumberRow> MsrtcActivities =
    [
        new(0, 99, State.Available),
        new(100, 149, State.Away),
        new(150, 199, State.Away),
        new(200, 299, State.Idle),
        new(300, 399, State.BeRightBack),
        new(400, 499, State.Available),
        new(500, 599, State.Busy),
        new(600, 699, State.Busy),
        new(700, 799, State.Away),
        new(800, 999, State.Available),
    ];

    public static AvailabilityTables Make() => new(States, Shows, Activities, Numbers, MsrtcActivities);

    /// <summary>The preset <c>cisco-pif</c>: out of office is offline, and the Microsoft side never yields be-right-back or do-not-disturb.</summary>
    public static AvailabilityTables MakeCiscoPartitioned() => new(
        [.. States.Select(r => r.State == State.OutOfOffice ? Closed(State.OutOfOffice) : r)],
        Shows,
        [.. Activities.Select(r => r with { State = Coarse(r.State) })],
        [.. Numbers.Select(r => Coarse(r.State) == r.State ? r : r with { State = Coarse(r.State), Point = null })],
        [.. MsrtcActivities.Select(r => r with { State = Coarse(r.State) })]);

    private static State Coarse(State state) => state switch
    {
        State.BeRightBack or State.Idle or State.OutOfOffice => State.Away,
        State.DoNotDisturb or State.BusyIdle => State.Busy,
        _ => state,
    };

    private static StateRow Open(State state, string? show, string? microsoft, string? rpid) =>
        new(state) { IsXmppAvailable = true, XmppShow = show, IsOpen = true, MicrosoftActivity = microsoft, RpidActivity = rpid };

    private static StateRow Closed(State state) => new(state) { IsXmppAvailable = false, IsOpen = false };
}
