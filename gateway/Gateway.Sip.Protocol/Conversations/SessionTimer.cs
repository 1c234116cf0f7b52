using System.Globalization;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>
/// RFC 4028 as far as we take part: a timer asked for by the peer is granted with the peer as refresher; we start none of our own.
/// </summary>
public static class SessionTimer
{
    public const uint SecondsMin = 90;

    /// <summary>The Session-Expires value of our 200, or null; false when the interval is below Min-SE and the answer must be 422.</summary>
    public static bool TryAnswer(SipRequest invite, out string? value, out uint seconds)
    {
        (value, seconds) = (null, 0);
        var asked = invite.First(SipHeaderId.SessionExpires);
        if (asked.IsEmpty || !invite.Lists(SipHeaderId.Supported, "timer"u8)) return true;
        var length = SipGrammar.ParameterLength(asked);
        if (!SipGrammar.TryNumber(SipGrammar.Trim(asked[..length]), out var interval)) return true;
        if (interval < SecondsMin) return false;

        // Asked to refresh ourselves we behave as one that has no timers, which the RFC allows any callee.
        if (SipGrammar.TryParameter(asked[length..], "refresher"u8, out var who) && System.Text.Ascii.EqualsIgnoreCase(who, "uas"u8)) return true;
        seconds = interval;
        value = string.Create(CultureInfo.InvariantCulture, $"{interval};refresher=uac");
        return true;
    }
}
