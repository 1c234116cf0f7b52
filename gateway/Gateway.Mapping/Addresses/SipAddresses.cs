using System.Buffers;
using System.Text;
using Gateway.Xmpp.Protocol;
using Presence.Core.Model;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// SIP URIs to and from neutral addresses: RFC 7247 §6.4 and §6.5 with field fact D7. The user part is split off at the first <c>@</c> before parameters are cut, a password is dropped,
/// escapes are decoded once, the text is prepared as a JID's local part would be, so that both protocols name one user alike.
/// </summary>
public static class SipAddresses
{
    private const int UriBytesMax = 4_096;

    private static readonly SearchValues<byte> PlainUser = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!$()*+,-.=_~"u8);
    private static readonly SearchValues<byte> PlainHost = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-."u8);
    private static readonly SearchValues<char> UserUnescaped =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!$&'()*+,-./;=?_~");

    /// <summary>Reads the bare address of a URI as it stood on the wire; <paramref name="reason"/> says why there is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> uri, out Address address, out MappingReason reason)
    {
        address = default;
        reason = JudgeScheme(uri, out var rest);
        if (reason != MappingReason.None) return false;

        var at = rest.IndexOf((byte)'@');
        var user = at < 0 ? default : rest[..at];
        var host = HostOf(rest[(at + 1)..]);
        var colon = user.IndexOf((byte)':');
        if (colon >= 0) user = user[..colon];
        if (at >= 0 && user.IsEmpty)
        {
            reason = MappingReason.UriMalformed;
            return false;
        }

        if (!TryDomain(host, out var domain))
        {
            reason = MappingReason.DomainInvalid;
            return false;
        }

        if (!TryLocal(user, out var local))
        {
            reason = MappingReason.LocalPartInvalid;
            return false;
        }

        address = new Address(local, domain);
        return true;
    }

    /// <summary><c>sip:user@host</c>, without port or parameters.</summary>
    public static string ToUri(Address address) => address.IsDomain ? "sip:" + address.Domain : $"sip:{ToUser(address.Local)}@{address.Domain}";

    /// <summary>The user part of a URI: UTF-8, percent-encoded where RFC 3261 §25.1 asks for it.</summary>
    public static string ToUser(string local)
    {
        if (local.AsSpan().IndexOfAnyExcept(UserUnescaped) < 0) return local;
        var built = new StringBuilder(local.Length + 12);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in local.EnumerateRunes())
        {
            if (rune.IsBmp && UserUnescaped.Contains((char)rune.Value))
            {
                built.Append((char)rune.Value);
                continue;
            }

            var length = rune.EncodeToUtf8(utf8);
            foreach (var b in utf8[..length]) built.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return built.ToString();
    }

    private static MappingReason JudgeScheme(ReadOnlySpan<byte> uri, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (uri.Length > UriBytesMax) return MappingReason.UriMalformed;
        var colon = uri.IndexOf((byte)':');
        if (colon <= 0) return MappingReason.UriMalformed;
        rest = uri[(colon + 1)..];
        if (Ascii.EqualsIgnoreCase(uri[..colon], "sip"u8)) return MappingReason.None;
        return Ascii.EqualsIgnoreCase(uri[..colon], "sips"u8) ? MappingReason.UriSipsForbidden : MappingReason.UriSchemeUnsupported;
    }

    private static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAny((byte)';', (byte)'?');
        if (end >= 0) rest = rest[..end];
        if (!rest.IsEmpty && rest[0] == (byte)'[') return rest[..(rest.IndexOf((byte)']') + 1)];
        var colon = rest.IndexOf((byte)':');
        return colon < 0 ? rest : rest[..colon];
    }

    private static bool TryDomain(ReadOnlySpan<byte> host, out string domain)
    {
        domain = "";
        if (host.IsEmpty) return false;
        var text = Encoding.UTF8.GetString(host);
        if (host.IndexOfAnyExcept(PlainHost) < 0 && host[^1] != (byte)'.' && host[0] is not ((byte)'.' or (byte)'-'))
        {
            domain = text;
            return true;
        }

        if (!Jid.TryPrepareDomain(text, out var prepared)) return false;
        domain = Jid.ToAsciiDomain(prepared);
        return true;
    }

    private static bool TryLocal(ReadOnlySpan<byte> user, out string local)
    {
        local = "";
        if (user.IsEmpty) return true;
        if (user.IndexOfAnyExcept(PlainUser) < 0)
        {
            local = Encoding.ASCII.GetString(user);
            return user.Length <= Jid.PartBytesMax;
        }

        if (!TryUnescape(user, out var natural)) return false;

        // Folded before it is escaped: else \5C would turn into the sequence \5c only afterwards.
        if (!JidEscaping.TryEscape(LowerAscii(natural), out var escaped)) return false;
        if (!Jid.TryCreate(escaped, "invalid", null, out var jid)) return false;
        local = JidEscaping.Unescape(jid.Local!);
        return true;
    }

    private static string LowerAscii(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
    });

    private static bool TryUnescape(ReadOnlySpan<byte> user, out string text)
    {
        text = "";
        var bytes = new byte[user.Length];
        var length = 0;
        for (var i = 0; i < user.Length; i++)
        {
            if (user[i] != (byte)'%')
            {
                bytes[length++] = user[i];
                continue;
            }

            if (i + 2 >= user.Length || !char.IsAsciiHexDigit((char)user[i + 1]) || !char.IsAsciiHexDigit((char)user[i + 2])) return false;
            bytes[length++] = (byte)((Convert.ToInt32(((char)user[i + 1]).ToString(), 16) << 4) | Convert.ToInt32(((char)user[i + 2]).ToString(), 16));
            i += 2;
        }

        if (!System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length))) return false;
        text = Encoding.UTF8.GetString(bytes, 0, length);
        return true;
    }
}
