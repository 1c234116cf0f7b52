namespace Gateway.Sip.Protocol.Wire;

/// <summary>Places inside a name-addr or addr-spec value; see <see cref="NameAddress"/>.</summary>
internal ref struct NameAddressParts
{
    /// <summary>Display name, quotes kept; empty when absent.</summary>
    public ReadOnlySpan<byte> DisplayName;

    public ReadOnlySpan<byte> Uri;

    /// <summary>Header parameters, from the semicolon on.</summary>
    public ReadOnlySpan<byte> Parameters;

    public static bool TryRead(ReadOnlySpan<byte> value, out NameAddressParts parts)
    {
        parts = default;
        value = SipGrammar.Trim(value);
        if (value.IsEmpty) return false;
        var open = value[0] == (byte)'"' ? SipGrammar.EndOfQuoted(value, 0) : 0;
        if (open < 0) return false;

        // Behind a semicolon stand parameters: a bracket in the quotes of one opens no URI.
        var bracket = value[open..].IndexOfAny((byte)'<', (byte)';');
        if (bracket < 0 || value[open + bracket] == (byte)';') return open == 0 && ReadBare(value, ref parts);

        bracket += open;
        var between = SipGrammar.Trim(value[open..bracket]);
        if (open > 0)
        {
            if (!between.IsEmpty) return false;
            parts.DisplayName = value[..open];
        }
        else
        {
            if (!IsUnquotedName(between)) return false;
            parts.DisplayName = between;
        }

        var close = value[bracket..].IndexOf((byte)'>');
        if (close < 0) return false;
        close += bracket;
        parts.Uri = value[(bracket + 1)..close];
        parts.Parameters = SipGrammar.Trim(value[(close + 1)..]);
        return parts.Parameters.IsEmpty || parts.Parameters[0] == (byte)';';
    }

    private static bool ReadBare(ReadOnlySpan<byte> value, ref NameAddressParts parts)
    {
        var end = value.IndexOf((byte)';');
        parts.Uri = SipGrammar.Trim(end < 0 ? value : value[..end]);
        parts.Parameters = end < 0 ? default : value[end..];

        // RFC 3261 §20: with a comma, question mark or semicolon in the URI the brackets are mandatory.
        return parts.Uri.IndexOfAny((byte)'?', (byte)',') < 0;
    }

    /// <summary>Tokens and blanks; bytes of other scripts are tolerated although the grammar wants quotes around them.</summary>
    private static bool IsUnquotedName(ReadOnlySpan<byte> name)
    {
        foreach (var b in name)
        {
            if (b < 0x80 && !SipGrammar.IsWhite(b) && !SipGrammar.TokenBytes.Contains(b)) return false;
        }

        return true;
    }
}
