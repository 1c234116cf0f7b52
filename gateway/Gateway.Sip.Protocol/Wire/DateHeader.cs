using System.Globalization;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>Date (RFC 3261 §20.17), and with Expires the end of a MESSAGE's use (RFC 3428 §7).</summary>
public static class DateHeader
{
    public static bool TryRead(ReadOnlySpan<byte> value, out DateTimeOffset date)
    {
        Span<char> text = stackalloc char[40];
        date = default;
        value = SipGrammar.Trim(value);
        if (value.IsEmpty || value.Length > text.Length || !System.Text.Ascii.IsValid(value)) return false;
        var length = System.Text.Encoding.ASCII.GetChars(value, text);
        return DateTimeOffset.TryParseExact(text[..length], "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date);
    }

    /// <summary>The value for an instant: always GMT.</summary>
    public static string Write(DateTimeOffset date) => date.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);

    /// <summary>When a message may no longer be shown: Expires counted from its Date, else from now. Null when it does not expire.</summary>
    public static DateTimeOffset? EndOf(SipRequest message, DateTimeOffset now) => message.ExpiresSeconds is { } seconds
        ? (TryRead(message.First(SipHeaderId.Date), out var date) ? date : now).AddSeconds(seconds)
        : null;
}
