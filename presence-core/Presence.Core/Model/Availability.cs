namespace Presence.Core.Model;

/// <summary>What a presentity can be, in neutral words; the tables of Gateway.Mapping turn each into either protocol and back.</summary>
public enum Availability
{
    /// <summary>Nothing is known yet (no document has arrived).</summary>
    Unknown,
    Offline,
    Available,
    FreeForChat,
    Idle,
    Away,
    BeRightBack,
    ExtendedAway,
    OutOfOffice,
    Busy,
    BusyIdle,
    OnThePhone,
    InMeeting,
    DoNotDisturb,
}
