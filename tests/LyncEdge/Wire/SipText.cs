namespace LyncEdge.Wire;

/// <summary>The small grammar of header values (RFC 3261 §25.1): lists and parameters outside quotes and angle brackets.</summary>
public static class SipText
{
    /// <summary>Takes a comma-separated value apart; commas inside quotes or angle brackets do not separate.</summary>
    public static IReadOnlyList<string> SplitList(string value) => Split(value, ',');

    /// <summary>The value of a header parameter (after the angle brackets); empty when it has no value, null when absent.</summary>
    public static string? Parameter(string value, string name)
    {
        var pieces = Split(value, ';');
        for (var i = 1; i < pieces.Count; i++)
        {
            var equals = pieces[i].IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? pieces[i] : pieces[i][..equals].TrimEnd();
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return equals < 0 ? "" : pieces[i][(equals + 1)..].Trim().Trim('"');
        }

        return null;
    }

    /// <summary>The part in angle brackets with the brackets: what a route set holds. The whole value if there are none.</summary>
    public static string Bracketed(string value)
    {
        var open = value.IndexOf('<', StringComparison.Ordinal);
        var close = value.IndexOf('>', StringComparison.Ordinal);
        return open >= 0 && close > open ? value[open..(close + 1)] : value.Trim();
    }

    private static List<string> Split(string value, char separator)
    {
        var pieces = new List<string>();
        var start = 0;
        var quoted = false;
        var depth = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (quoted)
            {
                if (c == '\\') i++;
                else if (c == '"') quoted = false;
                continue;
            }

            if (c == '"') quoted = true;
            else if (c == '<') depth++;
            else if (c == '>') depth--;
            else if (c == separator && depth <= 0)
            {
                pieces.Add(value[start..i].Trim());
                start = i + 1;
            }
        }

        pieces.Add(value[start..].Trim());
        return pieces;
    }
}
