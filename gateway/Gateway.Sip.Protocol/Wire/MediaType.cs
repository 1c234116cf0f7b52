namespace Gateway.Sip.Protocol.Wire;

/// <summary>Content-Type and elements of Accept (RFC 3261 §20.15): <c>type/subtype</c> with parameters, compared in any case.</summary>
public sealed record MediaType(string Type, string Subtype, SipParameters Parameters)
{
    /// <summary><c>type/subtype</c> in lower case.</summary>
    public string Name { get; } = (Type + "/" + Subtype).ToLowerInvariant();

    public string? Charset => Parameters.Get("charset");

    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether this element of an Accept list covers a type: <c>*/*</c>, <c>text/*</c> or the very name.</summary>
    public bool Covers(MediaType other) =>
        (Type == "*" || string.Equals(Type, other.Type, StringComparison.OrdinalIgnoreCase))
        && (Subtype == "*" || string.Equals(Subtype, other.Subtype, StringComparison.OrdinalIgnoreCase));

    public static bool TryRead(string value, out MediaType type) => TryRead(System.Text.Encoding.UTF8.GetBytes(value), out type);

    public static bool TryRead(ReadOnlySpan<byte> value, out MediaType type)
    {
        type = null!;
        var length = SipGrammar.ParameterLength(value);
        var name = SipGrammar.Trim(value[..length]);
        var slash = name.IndexOf((byte)'/');
        if (slash <= 0) return false;
        var main = SipGrammar.Trim(name[..slash]);
        var sub = SipGrammar.Trim(name[(slash + 1)..]);
        if (!SipGrammar.IsToken(main) || !SipGrammar.IsToken(sub)) return false;
        if (!SipParameters.TryRead(value[length..], out var parameters)) return false;
        type = new MediaType(SipGrammar.Text(main), SipGrammar.Text(sub), parameters);
        return true;
    }

    /// <summary>Whether a Content-Type value names this type, without allocating.</summary>
    public static bool Matches(ReadOnlySpan<byte> value, ReadOnlySpan<byte> name) =>
        System.Text.Ascii.EqualsIgnoreCase(SipGrammar.Trim(value[..SipGrammar.ParameterLength(value)]), name);

    public override string ToString() => Type + "/" + Subtype + Parameters.Raw;
}
