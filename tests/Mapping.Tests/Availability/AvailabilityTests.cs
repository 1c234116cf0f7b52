using Gateway.Mapping.Availability;
using Gateway.Mapping.Documents;
using State = Presence.Core.Model.Availability;

namespace Mapping.Tests.Availability;

/// <summary>The delivered tables, row by row and both ways: field facts B6a to B6c, partitioned federation tables 14.1 to 14.5.</summary>
public sealed class AvailabilityTests
{
    private static readonly AvailabilityTables Default = AvailabilityTables.Default;
    private static readonly AvailabilityTables Cisco = AvailabilityTables.CiscoPartitioned;

    // B6a: number range, name, PIDF, XMPP.
    [Theory]
    [InlineData(0, 2_999, State.Offline, false, null, false, null)]
    [InlineData(3_000, 4_499, State.Available, true, null, true, null)]
    [InlineData(4_500, 5_999, State.Idle, true, "away", true, "away")]
    [InlineData(6_000, 7_499, State.Busy, true, "busy", true, "dnd")]
    [InlineData(7_500, 8_999, State.BusyIdle, true, "busy", true, "dnd")]
    [InlineData(9_000, 11_999, State.DoNotDisturb, true, "busy", true, "dnd")]
    [InlineData(12_000, 14_999, State.BeRightBack, true, "away", true, "away")]
    [InlineData(15_000, 17_999, State.Away, true, "away", true, "away")]
    [InlineData(18_000, 1_000_000, State.Offline, false, null, false, null)]
    public void Each_number_range_is_one_state_with_its_pidf_and_xmpp(int from, int to, State state, bool isOpen, string? activity, bool isAvailable, string? show)
    {
        Assert.Equal(state, Default.FromNumber(from));
        Assert.Equal(state, Default.FromNumber(to));
        var row = Default.Of(state);
        Assert.Equal((isOpen, activity, isAvailable, show), (row.IsOpen, row.MicrosoftActivity, row.IsXmppAvailable, row.XmppShow));
    }

    [Theory]
    [InlineData(State.Available, 3_500)]
    [InlineData(State.Busy, 6_500)]
    [InlineData(State.DoNotDisturb, 9_500)]
    [InlineData(State.BeRightBack, 12_500)]
    [InlineData(State.Away, 15_500)]
    [InlineData(State.Offline, 18_500)]
    [InlineData(State.OnThePhone, 6_500)]
    [InlineData(State.ExtendedAway, 15_500)]
    [InlineData(State.FreeForChat, 3_500)]
    public void Each_state_is_written_as_the_point_of_its_range(State state, int point) => Assert.Equal(point, Default.ToNumber(state));

    // B6c: show, what PIDF towards Microsoft says.
    [Theory]
    [InlineData(null, true, null)]
    [InlineData("chat", true, null)]
    [InlineData("away", true, "away")]
    [InlineData("xa", true, "away")]
    [InlineData("dnd", true, "busy")]
    [InlineData("gibberish", true, null)]
    public void Each_show_reaches_microsoft_users(string? show, bool isOpen, string? activity)
    {
        var row = Default.Of(Default.FromShow(show));
        Assert.Equal((isOpen, activity), (row.IsOpen, row.MicrosoftActivity));
    }

    // What a Microsoft edge sends and what XMPP users see.
    [Theory]
    [InlineData(true, "", true, null)]
    [InlineData(true, "away", true, "away")]
    [InlineData(true, "busy", true, "dnd")]
    [InlineData(true, "on-the-phone", true, "dnd")]
    [InlineData(true, "in-a-meeting", true, "dnd")]
    [InlineData(true, "in-a-conference", true, "dnd")]
    [InlineData(true, "urgent-interruptions-only", true, "dnd")]
    [InlineData(true, "in-presentation", true, "dnd")]
    [InlineData(true, "be-right-back", true, "away")]
    [InlineData(true, "off-work", true, "away")]
    [InlineData(true, "out-of-office", true, "away")]
    [InlineData(true, "vacation", true, "xa")]
    [InlineData(true, "holiday", true, "xa")]
    [InlineData(true, "looking-for-work", true, null)]
    [InlineData(true, "away busy", true, "dnd")]
    [InlineData(false, "busy", false, null)]
    public void Each_activity_reaches_xmpp_users(bool isOpen, string words, bool isAvailable, string? show)
    {
        var row = Default.Of(Default.FromTuple(isOpen, words.Split(' ', StringSplitOptions.RemoveEmptyEntries), null));
        Assert.Equal((isAvailable, show), (row.IsXmppAvailable, row.XmppShow));
    }

    [Fact]
    public void An_embedded_show_is_stronger_than_an_activity() => Assert.Equal(State.ExtendedAway, Default.FromTuple(true, ["away"], "xa"));

    // B6b.
    [Theory]
    [InlineData(0, 600, State.Offline)]
    [InlineData(99, 600, State.Offline)]
    [InlineData(300, 100, State.Away)]
    [InlineData(300, 150, State.Away)]
    [InlineData(300, 200, State.Idle)]
    [InlineData(300, 300, State.BeRightBack)]
    [InlineData(300, 400, State.Available)]
    [InlineData(300, 500, State.Busy)]
    [InlineData(300, 600, State.Busy)]
    [InlineData(300, 700, State.Away)]
    [InlineData(300, 800, State.Available)]
    public void Old_aggregates_are_read(int availability, int activity, State state) => Assert.Equal(state, Default.FromMsrtc(new MsrtcDocument(availability, activity, null, null)));

    // 14.1: Microsoft clients towards XMPP users under the partitioned preset.
    [Theory]
    [InlineData(3_500, true, null)]
    [InlineData(15_500, true, "away")]
    [InlineData(12_500, true, "away")]
    [InlineData(6_500, true, "dnd")]
    [InlineData(9_500, true, "dnd")]
    [InlineData(18_500, false, null)]
    public void Partitioned_preset_shows_microsoft_states(int number, bool isAvailable, string? show)
    {
        var state = Cisco.FromNumber(number);
        Assert.Equal((isAvailable, show), (Cisco.Of(state).IsXmppAvailable, Cisco.Of(state).XmppShow));
        Assert.NotEqual(State.DoNotDisturb, state);
        Assert.NotEqual(State.BeRightBack, state);
    }

    // 14.2 to 14.4: towards Microsoft clients.
    [Theory]
    [InlineData(State.Available, true, null)]
    [InlineData(State.Busy, true, "busy")]
    [InlineData(State.OnThePhone, true, "busy")]
    [InlineData(State.InMeeting, true, "busy")]
    [InlineData(State.Away, true, "away")]
    [InlineData(State.ExtendedAway, true, "away")]
    [InlineData(State.DoNotDisturb, true, "busy")]
    [InlineData(State.OutOfOffice, false, null)]
    [InlineData(State.Offline, false, null)]
    [InlineData(State.Unknown, false, null)]
    public void Partitioned_preset_shows_states_to_microsoft(State state, bool isOpen, string? activity) =>
        Assert.Equal((isOpen, activity), (Cisco.Of(state).IsOpen, Cisco.Of(state).MicrosoftActivity));

    [Fact]
    public void Every_state_has_its_row_and_every_row_survives_its_own_wire()
    {
        foreach (var tables in new[] { Default, Cisco })
        {
            foreach (var state in Enum.GetValues<State>())
            {
                var row = tables.Of(state);
                Assert.Equal(state, row.State);

                // What Microsoft reads may be coarser, never the opposite: present stays present, busy stays busy.
                var back = tables.Of(tables.FromTuple(row.IsOpen, row.MicrosoftActivity is null ? [] : [row.MicrosoftActivity], null));
                Assert.Equal((row.IsOpen, row.MicrosoftActivity), (back.IsOpen, back.MicrosoftActivity));
                if (!row.IsXmppAvailable) continue;
                var again = tables.Of(tables.FromShow(row.XmppShow));
                Assert.Equal(row.XmppShow, again.XmppShow);
            }
        }
    }

    [Fact]
    public void Number_rows_leave_no_gap_and_never_overlap()
    {
        foreach (var rows in new[] { Default.Numbers, Default.MsrtcActivities, Cisco.Numbers })
        {
            Assert.Equal(0, rows[0].From);
            for (var i = 1; i < rows.Length; i++) Assert.Equal(rows[i - 1].To + 1, rows[i].From);
            Assert.All(rows, r => Assert.True(r.Point is null || (r.Point >= r.From && r.Point <= r.To)));
        }
    }
}
