using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>Spelling of methods. Method names are case-sensitive (RFC 3261 §7.1).</summary>
public static class SipMethods
{
    private static readonly string[] _names = Enum.GetValues<SipMethod>()
        .Select(m => m == SipMethod.Other ? "" : m.ToString().ToUpperInvariant()).ToArray();

    private static readonly byte[][] _bytes = _names.Select(Encoding.ASCII.GetBytes).ToArray();

    public static SipMethod Read(ReadOnlySpan<byte> name)
    {
        for (var i = 1; i < _bytes.Length; i++)
        {
            if (name.SequenceEqual(_bytes[i])) return (SipMethod)i;
        }

        return SipMethod.Other;
    }

    /// <summary>The wire spelling; empty for <see cref="SipMethod.Other"/>.</summary>
    public static string Name(this SipMethod method) => _names[(int)method];

    public static ReadOnlySpan<byte> Utf8Name(this SipMethod method) => _bytes[(int)method];
}
