using System.Globalization;
using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// One Via value (RFC 3261 §20.42). Below the top one Lync clients often have no branch; parameters such as <c>branched=FALSE</c> and
/// <c>ms-internal-info="…"</c> are kept as they are.
/// </summary>
public sealed record Via
{
    /// <summary>RFC 3261 §8.1.1.7: branches made by that RFC start with this.</summary>
    public const string MagicCookie = "z9hG4bK";

    /// <summary>Transport token as written: TLS, TCP, UDP …</summary>
    public required string Transport { get; init; }

    public required string Host { get; init; }

    /// <summary>Explicit port, or -1.</summary>
    public int Port { get; init; } = -1;

    public SipParameters Parameters { get; init; } = SipParameters.None;

    public string? Branch => Parameters.Get("branch");

    /// <summary>sent-by as it enters a transaction key: lower case, explicit port if any.</summary>
    public string SentBy => Port < 0 ? Host.ToLowerInvariant() : string.Create(CultureInfo.InvariantCulture, $"{Host.ToLowerInvariant()}:{Port}");

    public static bool IsValid(ReadOnlySpan<byte> value) =>
        TrySplit(value, out _, out _, out _, out var parameters) && SipGrammar.ParametersHold(parameters, once: "branch"u8) && !IsCookieAlone(parameters);

    /// <summary>The branch of a value without decoding the rest; empty when absent.</summary>
    public static ReadOnlySpan<byte> BranchOf(ReadOnlySpan<byte> value)
    {
        var at = value.IndexOf((byte)';');
        return at >= 0 && SipGrammar.TryParameter(value[at..], "branch"u8, out var branch) ? branch : default;
    }

    public static bool TryRead(ReadOnlySpan<byte> value, out Via via)
    {
        via = null!;
        if (!TrySplit(value, out var transport, out var host, out var port, out var rest)) return false;
        if (!SipParameters.TryRead(rest, out var parameters)) return false;
        via = new Via { Transport = SipGrammar.Text(transport), Host = SipGrammar.Text(host), Port = port, Parameters = parameters };
        return true;
    }

    public override string ToString()
    {
        var text = new StringBuilder("SIP/2.0/").Append(Transport).Append(' ').Append(Host);
        if (Port >= 0) text.Append(CultureInfo.InvariantCulture, $":{Port}");
        return text.Append(Parameters.Raw).ToString();
    }

    /// <summary>sent-protocol may have blanks around its slashes, and blanks around the port colon (RFC 4475 §3.1.1.1).</summary>
    internal static bool TrySplit(
        ReadOnlySpan<byte> value, out ReadOnlySpan<byte> transport, out ReadOnlySpan<byte> host, out int port, out ReadOnlySpan<byte> parameters)
    {
        transport = host = parameters = default;
        port = -1;
        value = SipGrammar.Trim(value);
        if (!TryTakeWord(ref value, (byte)'/', out var name) || !Ascii.EqualsIgnoreCase(name, "SIP"u8)) return false;
        if (!TryTakeWord(ref value, (byte)'/', out var version) || !version.SequenceEqual("2.0"u8)) return false;
        var blank = value.IndexOfAny((byte)' ', (byte)'\t');
        if (blank <= 0) return false;
        transport = value[..blank];
        if (!SipGrammar.IsToken(transport)) return false;
        value = SipGrammar.Trim(value[blank..]);
        if (!SipUriParts.TryTakeHost(ref value, out host)) return false;
        value = SipGrammar.Trim(value);
        if (!value.IsEmpty && value[0] == (byte)':')
        {
            ReadOnlySpan<byte> digits = SipGrammar.Trim(value[1..]);
            var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (end < 0) end = digits.Length;
            if (!SipGrammar.TryNumber(digits[..end], out var number) || number > 65535) return false;
            port = (int)number;
            value = SipGrammar.Trim(digits[end..]);
        }

        parameters = value;
        return value.IsEmpty || value[0] == (byte)';';
    }

    /// <summary>No branch is RFC 2543's way; the cookie with nothing behind it names no transaction (RFC 4475 §3.2.1).</summary>
    private static bool IsCookieAlone(ReadOnlySpan<byte> parameters) =>
        SipGrammar.TryParameter(parameters, "branch"u8, out var branch) && Ascii.EqualsIgnoreCase(branch, "z9hG4bK"u8);

    private static bool TryTakeWord(scoped ref ReadOnlySpan<byte> value, byte stop, out ReadOnlySpan<byte> word)
    {
        word = default;
        var at = value.IndexOf(stop);
        if (at <= 0) return false;
        word = SipGrammar.Trim(value[..at]);
        value = SipGrammar.Trim(value[(at + 1)..]);
        return true;
    }
}
