using System.Globalization;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>RFC 4028: a timer that the peer asks for is granted, with the refresher that its table 2 says; we ask for none of our own.</summary>
public static class SessionTimer
{
    /// <summary>The least interval, by the RFC and by us.</summary>
    public const uint SecondsMin = 90;

    /// <summary>
    /// The terms of our 2xx to an INVITE or UPDATE; false when the interval is below the least and the answer must be 422. One that does not know timers (the proxy before it asked)
    /// could do nothing with a 422: too small an interval from there is no timer.
    /// </summary>
    public static bool TryAnswer(SipRequest request, out SessionTerms terms)
    {
        terms = SessionTerms.None;
        if (!TryRead(request, out var interval, out var refresher)) return true;
        var isKnown = request.Lists(SipHeaderId.Supported, "timer"u8) || request.Lists(SipHeaderId.Require, "timer"u8);
        if (interval < SecondsMin) return !isKnown;
        terms = new SessionTerms(interval, !isKnown || System.Text.Ascii.EqualsIgnoreCase(refresher, "uas"u8));
        return true;
    }

    /// <summary>Whether our 2xx must require the timer of the peer: always, unless it does not know what that is (RFC 4028 §9).</summary>
    public static bool IsRequiredOf(SipRequest request) => request.Lists(SipHeaderId.Supported, "timer"u8) || request.Lists(SipHeaderId.Require, "timer"u8);

    /// <summary>The terms that a 2xx to our INVITE or UPDATE sets; a refresher it forgot to name is us. An interval no RFC allows is raised, so that nobody makes us refresh without pause.</summary>
    public static SessionTerms Of(SipResponse response) => TryRead(response, out var interval, out var refresher)
        ? new SessionTerms(Math.Max(interval, SecondsMin), !System.Text.Ascii.EqualsIgnoreCase(refresher, "uas"u8))
        : SessionTerms.None;

    /// <summary>Value of Session-Expires in our 2xx.</summary>
    public static string InAnswer(SessionTerms terms) => string.Create(CultureInfo.InvariantCulture, $"{terms.Seconds};refresher={(terms.IsOurs ? "uas" : "uac")}");

    /// <summary>Value of Session-Expires in a refresh of ours.</summary>
    public static string InRefresh(SessionTerms terms) => string.Create(CultureInfo.InvariantCulture, $"{terms.Seconds};refresher=uac");

    /// <summary>Min-SE of a 422, at least the RFC's.</summary>
    public static uint LeastOf(SipResponse response)
    {
        var value = response.First(SipHeaderId.MinSE);
        return SipGrammar.TryNumber(SipGrammar.Trim(value[..SipGrammar.ParameterLength(value)]), out var least) ? Math.Max(least, SecondsMin) : SecondsMin;
    }

    private static bool TryRead(SipMessage message, out uint interval, out ReadOnlySpan<byte> refresher)
    {
        interval = 0;
        refresher = default;
        var value = message.First(SipHeaderId.SessionExpires);
        if (value.IsEmpty) return false;
        var length = SipGrammar.ParameterLength(value);
        if (!SipGrammar.TryNumber(SipGrammar.Trim(value[..length]), out interval)) return false;
        if (!SipGrammar.TryParameter(value[length..], "refresher"u8, out refresher)) refresher = default;
        return true;
    }
}
