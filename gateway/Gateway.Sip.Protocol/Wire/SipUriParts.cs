using System.Buffers;
using System.Net;
using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>Places inside a SIP or SIPS URI (RFC 3261 §19.1.1). The user part may hold <c>;</c> and <c>?</c>, so the first <c>@</c> splits first.</summary>
internal ref struct SipUriParts
{
    private static readonly SearchValues<byte> _userBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()&=+$,;?/%"u8);

    private static readonly SearchValues<byte> _hostBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8);

    private static readonly SearchValues<byte> _v6Bytes = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private static readonly SearchValues<byte> _outside = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(b => (byte)b), (byte)'<', (byte)'>', 0x7f]);

    public ReadOnlySpan<byte> Scheme;
    public ReadOnlySpan<byte> User;
    public ReadOnlySpan<byte> Password;
    public ReadOnlySpan<byte> Host;
    public ReadOnlySpan<byte> Parameters;
    public ReadOnlySpan<byte> Headers;
    public int Port;
    public bool HasUser;
    public bool HasHeaders;

    public bool IsSip => Ascii.EqualsIgnoreCase(Scheme, "sip"u8) || Ascii.EqualsIgnoreCase(Scheme, "sips"u8);

    public static bool TryRead(ReadOnlySpan<byte> text, out SipUriParts parts)
    {
        parts = default;
        var colon = text.IndexOf((byte)':');
        if (colon <= 0 || !IsScheme(text[..colon])) return false;
        parts.Scheme = text[..colon];
        var rest = text[(colon + 1)..];
        if (rest.IsEmpty || rest.ContainsAny(_outside)) return false;
        return !parts.IsSip || parts.ReadSip(rest);
    }

    private bool ReadSip(ReadOnlySpan<byte> rest)
    {
        var quote = rest.IndexOf((byte)'"');
        var at = (quote < 0 ? rest : rest[..quote]).IndexOf((byte)'@');
        if (at >= 0)
        {
            HasUser = true;
            User = rest[..at];
            rest = rest[(at + 1)..];
            var colon = User.IndexOf((byte)':');
            if (colon >= 0)
            {
                Password = User[(colon + 1)..];
                User = User[..colon];
            }

            if (User.IsEmpty || User.ContainsAnyExcept(_userBytes) || !EscapesHold(User)) return false;
            if (Password.ContainsAnyExcept(_userBytes)) return false;
        }

        if (!ReadHostPort(ref rest)) return false;
        if (rest.IsEmpty) return true;
        var question = HeadersAt(rest);
        if (question >= 0)
        {
            HasHeaders = true;
            Headers = rest[(question + 1)..];
            rest = rest[..question];
        }

        Parameters = rest;
        return rest.IsEmpty || rest[0] == (byte)';';
    }

    /// <summary>The question mark that opens the headers; one inside a quoted parameter value is text.</summary>
    private static int HeadersAt(ReadOnlySpan<byte> rest)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == (byte)'?') return i;
            if (rest[i] != (byte)'"') continue;
            var end = SipGrammar.EndOfQuoted(rest, i);
            if (end < 0) return -1;
            i = end - 1;
        }

        return -1;
    }

    private bool ReadHostPort(scoped ref ReadOnlySpan<byte> rest)
    {
        if (!TryTakeHost(ref rest, out Host)) return false;
        return TryTakePort(ref rest, out Port);
    }

    /// <summary>Takes a host name, IPv4 or bracketed IPv6 literal; shared with Via.</summary>
    public static bool TryTakeHost(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> host)
    {
        host = default;
        if (rest.IsEmpty) return false;
        if (rest[0] == (byte)'[')
        {
            var close = rest.IndexOf((byte)']');
            if (close < 3 || rest[1..close].ContainsAnyExcept(_v6Bytes) || !IsIPv6(rest[1..close])) return false;
            host = rest[..(close + 1)];
            rest = rest[(close + 1)..];
            return true;
        }

        var length = rest.IndexOfAnyExcept(_hostBytes);
        if (length < 0) length = rest.Length;
        if (length == 0 || length > 255) return false;
        host = rest[..length];
        rest = rest[length..];
        return true;
    }

    /// <summary>The grammar of RFC 3261 allows a third colon before an embedded IPv4 address, and RFC 5118 §4.10 wants it tolerated.</summary>
    private static bool IsIPv6(ReadOnlySpan<byte> address)
    {
        if (address.Length > 46) return false;
        var extra = address.IndexOf(":::"u8);
        if (extra < 0) return IPAddress.TryParse(address, out _);
        Span<byte> mended = stackalloc byte[46];
        address[..extra].CopyTo(mended);
        address[(extra + 1)..].CopyTo(mended[extra..]);
        return IPAddress.TryParse(mended[..(address.Length - 1)], out _);
    }

    /// <summary>Takes an optional <c>:port</c>; absent is -1.</summary>
    public static bool TryTakePort(scoped ref ReadOnlySpan<byte> rest, out int port)
    {
        port = -1;
        if (rest.IsEmpty || rest[0] != (byte)':') return true;
        rest = rest[1..];
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0) digits = rest.Length;
        if (!SipGrammar.TryNumber(rest[..digits], out var number) || number > 65535) return false;
        port = (int)number;
        rest = rest[digits..];
        return true;
    }

    private static bool IsScheme(ReadOnlySpan<byte> scheme)
    {
        if (!char.IsAsciiLetter((char)scheme[0])) return false;
        foreach (var b in scheme)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'+' or (byte)'-' or (byte)'.')) return false;
        }

        return true;
    }

    private static bool EscapesHold(ReadOnlySpan<byte> text)
    {
        while (text.IndexOf((byte)'%') is var at and >= 0)
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[at + 1]) || !char.IsAsciiHexDigit((char)text[at + 2])) return false;
            text = text[(at + 3)..];
        }

        return true;
    }
}
