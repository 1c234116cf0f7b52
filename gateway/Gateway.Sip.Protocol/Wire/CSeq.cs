using System.Globalization;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>CSeq (RFC 3261 §20.16): number below 2^31 and method. The text of an unknown method stays in its message.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct CSeq(uint Number, SipMethod Method)
{
    public static bool TryRead(ReadOnlySpan<byte> value, out CSeq cseq, out ReadOnlySpan<byte> methodName)
    {
        cseq = default;
        methodName = default;
        var digits = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits <= 0 || !SipGrammar.IsWhite(value[digits])) return false;
        if (!SipGrammar.TryNumber(value[..digits], out var number) || number > int.MaxValue) return false;
        methodName = SipGrammar.Trim(value[digits..]);
        if (!SipGrammar.IsToken(methodName)) return false;
        cseq = new CSeq(number, SipMethods.Read(methodName));
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Method.Name()}");
}
