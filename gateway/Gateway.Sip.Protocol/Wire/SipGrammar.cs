using System.Buffers;
using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>The few productions of RFC 3261 §25.1 that every header needs, on spans: token, LWS, quoted string, parameters, comma lists.</summary>
internal static class SipGrammar
{
    public static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"u8);

    private static readonly SearchValues<byte> _listStops = SearchValues.Create(",\"<"u8);
    private static readonly SearchValues<byte> _parameterStops = SearchValues.Create(";\"<"u8);

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsWhite(text[start])) start++;
        while (end > start && IsWhite(text[end - 1])) end--;
        return text[start..end];
    }

    public static bool IsWhite(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    public static string Text(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? "" : Encoding.UTF8.GetString(utf8);

    /// <summary>Index just after the quoted string that starts at <paramref name="start"/>, or -1 when it never closes.</summary>
    public static int EndOfQuoted(ReadOnlySpan<byte> text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == (byte)'\\') i++;
            else if (text[i] == (byte)'"') return i + 1;
        }

        return -1;
    }

    /// <summary>Length of the first comma-list element; commas in quotes and angle brackets do not count.</summary>
    public static int ListElementLength(ReadOnlySpan<byte> text) => StopAt(text, _listStops, (byte)',');

    /// <summary>Length up to the next semicolon outside quotes and angle brackets.</summary>
    public static int ParameterLength(ReadOnlySpan<byte> text) => StopAt(text, _parameterStops, (byte)';');

    private static int StopAt(ReadOnlySpan<byte> text, SearchValues<byte> stops, byte wanted)
    {
        var at = 0;
        while (at < text.Length)
        {
            var hit = text[at..].IndexOfAny(stops);
            if (hit < 0) return text.Length;
            at += hit;
            if (text[at] == wanted) return at;
            var end = text[at] == (byte)'"' ? EndOfQuoted(text, at) : text[at..].IndexOf((byte)'>') is var close and >= 0 ? at + close + 1 : -1;

            // An opening that never closes shields nothing: the rest is one element and its own grammar will refuse it.
            if (end < 0) return text.Length;
            at = end;
        }

        return text.Length;
    }

    /// <summary>Takes the next <c>;name=value</c> off <paramref name="rest"/>; the value may be quoted (quotes kept) or absent.</summary>
    public static bool TryTakeParameter(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        while (true)
        {
            rest = Trim(rest);
            if (rest.IsEmpty) return false;
            if (rest[0] == (byte)';')
            {
                rest = rest[1..];
                continue;
            }

            var length = ParameterLength(rest);
            var item = rest[..length];
            rest = rest[length..];
            var equals = item.IndexOf((byte)'=');
            name = Trim(equals < 0 ? item : item[..equals]);
            value = equals < 0 ? default : Trim(item[(equals + 1)..]);
            return true;
        }
    }

    /// <summary>
    /// Whether a tail is nothing but well-formed <c>;name[=value]</c>: no empty parameter, no quote left open (RFC 4475 §3.1.2.1). The parameter <paramref name="once"/>, which names a transaction or
    /// half a dialog, is absent or stands once with a plain value: of two, two readers could take two (RFC 3261 §7.3.1).
    /// </summary>
    public static bool ParametersHold(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> once = default)
    {
        var seen = 0;
        rest = Trim(rest);
        while (!rest.IsEmpty)
        {
            if (rest[0] != (byte)';') return false;
            rest = rest[1..];
            var length = ParameterLength(rest);
            var item = rest[..length];
            rest = rest[length..];
            var equals = item.IndexOf((byte)'=');
            var name = Trim(equals < 0 ? item : item[..equals]);
            if (!IsToken(name)) return false;
            var value = equals < 0 ? default : Trim(item[(equals + 1)..]);
            var isQuoted = !value.IsEmpty && value[0] == (byte)'"';
            if (isQuoted && EndOfQuoted(value, 0) != value.Length) return false;
            if (name.Length == once.Length && Ascii.EqualsIgnoreCase(name, once) && (seen++ > 0 || value.IsEmpty || isQuoted)) return false;
        }

        return true;
    }

    /// <summary>Finds one parameter by name, any case. A valueless one is found with an empty value.</summary>
    public static bool TryParameter(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> value)
    {
        while (TryTakeParameter(ref parameters, out var name, out value))
        {
            if (Ascii.EqualsIgnoreCase(name, wanted)) return true;
        }

        value = default;
        return false;
    }

    /// <summary>Text of a token or quoted string: quotes and quoted-pairs removed.</summary>
    public static string Unquote(ReadOnlySpan<byte> value)
    {
        if (value.Length < 2 || value[0] != (byte)'"' || value[^1] != (byte)'"') return Text(value);
        var inner = value[1..^1];
        if (!inner.Contains((byte)'\\')) return Text(inner);
        var clean = new byte[inner.Length];
        var used = 0;
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == (byte)'\\' && i + 1 < inner.Length) i++;
            clean[used++] = inner[i];
        }

        return Text(clean.AsSpan(0, used));
    }

    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    /// <summary>Decimal digits only, no sign, no overflow.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> digits, out uint number)
    {
        number = 0;
        if (digits.IsEmpty || digits.Length > 40) return false;
        ulong sum = 0;
        foreach (var b in digits)
        {
            if (b is < (byte)'0' or > (byte)'9') return false;
            sum = sum * 10 + (uint)(b - '0');
            if (sum > uint.MaxValue) return false;
        }

        number = (uint)sum;
        return true;
    }
}
