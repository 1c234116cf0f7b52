using System.Globalization;
using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// A URI of a SIP message (RFC 3261 §19.1). SIP and SIPS URIs are taken apart; of any other scheme (tel, pres, im …) only the text is kept.
/// Equality of the record is textual; <see cref="IsEquivalentTo"/> is that of §19.1.4.
/// </summary>
public sealed record SipUri
{
    /// <summary>Scheme in lower case.</summary>
    public required string Scheme { get; init; }

    /// <summary>User part as written, escapes kept; null when the URI has none.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Host as written; an IPv6 literal keeps its brackets. Empty for schemes other than sip and sips.</summary>
    public string Host { get; init; } = "";

    /// <summary>Explicit port, or -1.</summary>
    public int Port { get; init; } = -1;

    /// <summary>URI parameters from the first semicolon on, original spelling.</summary>
    public SipParameters Parameters { get; init; } = SipParameters.None;

    /// <summary>Text after the question mark; null when there is none.</summary>
    public string? Headers { get; init; }

    /// <summary>What follows the scheme when it is neither sip nor sips.</summary>
    public string? Opaque { get; init; }

    public bool IsSip => Opaque is null;

    public static SipUri Sip(string? user, string host, int port = -1, string parameters = "") =>
        new() { Scheme = "sip", User = user, Host = host, Port = port, Parameters = new SipParameters(parameters) };

    public static bool IsValid(ReadOnlySpan<byte> text) => SipUriParts.TryRead(text, out _);

    public static bool TryRead(string text, out SipUri uri) => TryRead(Encoding.UTF8.GetBytes(text), out uri);

    public static bool TryRead(ReadOnlySpan<byte> text, out SipUri uri)
    {
        uri = null!;
        if (!SipUriParts.TryRead(text, out var parts)) return false;
        if (!parts.IsSip)
        {
            uri = new SipUri { Scheme = Lower(parts.Scheme), Opaque = SipGrammar.Text(text[(parts.Scheme.Length + 1)..]) };
            return true;
        }

        uri = new SipUri
        {
            Scheme = parts.Scheme.Length == 3 ? "sip" : "sips",
            User = parts.HasUser ? SipGrammar.Text(parts.User) : null,
            Password = parts.Password.IsEmpty ? null : SipGrammar.Text(parts.Password),
            Host = SipGrammar.Text(parts.Host),
            Port = parts.Port,
            Parameters = new SipParameters(SipGrammar.Text(parts.Parameters)),
            Headers = parts.HasHeaders ? SipGrammar.Text(parts.Headers) : null,
        };
        return true;
    }

    /// <summary>
    /// RFC 3261 §19.1.4: user case-sensitive, host not; a default port is not an explicit one; user, ttl, method, maddr and transport
    /// must match when either side has them, other parameters only when both do.
    /// </summary>
    public bool IsEquivalentTo(SipUri other)
    {
        if (!string.Equals(Scheme, other.Scheme, StringComparison.Ordinal)) return false;
        if (!IsSip) return string.Equals(Opaque, other.Opaque, StringComparison.Ordinal);
        return string.Equals(Unescape(User), Unescape(other.User), StringComparison.Ordinal)
            && string.Equals(Unescape(Password), Unescape(other.Password), StringComparison.Ordinal)
            && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase)
            && Port == other.Port
            && ParametersAgree(Parameters, other.Parameters) && ParametersAgree(other.Parameters, Parameters)
            && HeadersAgree(Headers, other.Headers);
    }

    /// <summary>Same user and host in any case: Microsoft systems change the spelling of one user between messages (field fact A7).</summary>
    public bool IsSameAddress(SipUri other) =>
        IsSip && other.IsSip
        && string.Equals(Unescape(User), Unescape(other.User), StringComparison.OrdinalIgnoreCase)
        && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public override string ToString()
    {
        if (!IsSip) return Scheme + ":" + Opaque;
        var text = new StringBuilder(Scheme.Length + Host.Length + 32).Append(Scheme).Append(':');
        if (User is not null)
        {
            text.Append(User);
            if (Password is not null) text.Append(':').Append(Password);
            text.Append('@');
        }

        text.Append(Host);
        if (Port >= 0) text.Append(CultureInfo.InvariantCulture, $":{Port}");
        text.Append(Parameters.Raw);
        if (Headers is not null) text.Append('?').Append(Headers);
        return text.ToString();
    }

    /// <summary>Percent-escapes decoded; null stays null.</summary>
    public static string? Unescape(string? text) =>
        text is null || !text.Contains('%', StringComparison.Ordinal) ? text : Uri.UnescapeDataString(text);

    private static bool ParametersAgree(SipParameters mine, SipParameters theirs)
    {
        foreach (var (name, value) in mine.All())
        {
            var other = theirs.Get(name);
            var mustMatch = name.ToLowerInvariant() is "user" or "ttl" or "method" or "maddr" or "transport";
            if (other is null && !mustMatch) continue;
            if (other is null || !string.Equals(Unescape(value), Unescape(other), StringComparison.OrdinalIgnoreCase)) return false;
        }

        return true;
    }

    private static bool HeadersAgree(string? mine, string? theirs)
    {
        if (mine is null || theirs is null) return mine is null && theirs is null;
        var (a, b) = (mine.Split('&'), theirs.Split('&'));
        Array.Sort(a, StringComparer.OrdinalIgnoreCase);
        Array.Sort(b, StringComparer.OrdinalIgnoreCase);
        return a.SequenceEqual(b, StringComparer.OrdinalIgnoreCase);
    }

    private static string Lower(ReadOnlySpan<byte> text) => SipGrammar.Text(text).ToLowerInvariant();
}
