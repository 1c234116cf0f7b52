using System.Globalization;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>One Warning value (RFC 3261 §20.43): three-digit code, agent, quoted text. Microsoft content filters say 309.</summary>
public sealed record WarningHeader(int Code, string Agent, string Text)
{
    public static bool TryRead(ReadOnlySpan<byte> value, out WarningHeader warning)
    {
        warning = null!;
        value = SipGrammar.Trim(value);
        var first = value.IndexOf((byte)' ');
        if (first != 3 || !SipGrammar.TryNumber(value[..3], out var code)) return false;
        var rest = SipGrammar.Trim(value[3..]);
        var second = rest.IndexOf((byte)' ');
        if (second <= 0) return false;
        var text = SipGrammar.Trim(rest[second..]);
        if (text.Length < 2 || text[0] != (byte)'"' || SipGrammar.EndOfQuoted(text, 0) != text.Length) return false;
        warning = new WarningHeader((int)code, SipGrammar.Text(rest[..second]), SipGrammar.Unquote(text));
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code:000} {Agent} {SipGrammar.Quote(Text)}");
}
