using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>Event (RFC 6665 §8.2.1): package with templates, and an optional id that is part of the subscription's identity.</summary>
public sealed record EventHeader(string Package, SipParameters Parameters)
{
    public string? Id => Parameters.Get("id");

    public static bool TryRead(ReadOnlySpan<byte> value, out EventHeader header)
    {
        header = null!;
        var length = SipGrammar.ParameterLength(value);
        var package = SipGrammar.Trim(value[..length]);
        if (!SipGrammar.IsToken(package) || !SipParameters.TryRead(value[length..], out var parameters)) return false;
        header = new EventHeader(SipGrammar.Text(package), parameters);

        // It is written into our own requests: only what the grammar allows comes in.
        return header.Id is not { } id || SipGrammar.IsToken(Encoding.UTF8.GetBytes(id));
    }

    /// <summary>Whether a value names a package, without allocating. Event types compare byte by byte (RFC 6665 §8.2.1), case is forgiven.</summary>
    public static bool Names(ReadOnlySpan<byte> value, ReadOnlySpan<byte> package) =>
        Ascii.EqualsIgnoreCase(SipGrammar.Trim(value[..SipGrammar.ParameterLength(value)]), package);

    public override string ToString() => Package + Parameters.Raw;
}
