namespace Gateway.Mapping.Text;

/// <summary>Line ends: LF inside the gateway and in XMPP, CRLF in SIP bodies.</summary>
public static class LineEnds
{
    public static string ToLf(string text) =>
        text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;

    public static string ToCrLf(string text) => text.Contains('\n') ? ToLf(text).Replace("\n", "\r\n", StringComparison.Ordinal) : text;
}
