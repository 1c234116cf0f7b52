using Presence.Core.Model;

namespace Gateway.Mapping.Availability;

/// <summary>How one neutral state is shown: to XMPP by show (<see cref="IsXmppAvailable"/> false = <c>unavailable</c>), in PIDF by basic status and activity.</summary>
public sealed record StateRow(Presence.Core.Model.Availability State)
{
    public required bool IsXmppAvailable { get; init; }

    /// <summary>away, chat, dnd, xa, or null for none.</summary>
    public string? XmppShow { get; init; }

    public required bool IsOpen { get; init; }

    /// <summary>The activity word Microsoft readers know: <c>away</c>, <c>busy</c> or none (field fact B4).</summary>
    public string? MicrosoftActivity { get; init; }

    /// <summary>The activity of RFC 4480, for other SIMPLE peers.</summary>
    public string? RpidActivity { get; init; }
}

/// <summary>What an XMPP show means; a null <paramref name="Show"/> is the absent one, an unknown show counts as absent.</summary>
public sealed record ShowRow(string? Show, Presence.Core.Model.Availability State);

/// <summary>What an activity word of a PIDF document means while its basic status is open.</summary>
public sealed record ActivityRow(string Word, Presence.Core.Model.Availability State);

/// <summary>A range of Microsoft numbers, both ends included, and the number we would write for the state, or null where it is machine-derived or another row's.</summary>
public sealed record NumberRow(int From, int To, Presence.Core.Model.Availability State, int? Point = null);
